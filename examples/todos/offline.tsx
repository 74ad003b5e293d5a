/**
 * What browsers run of the app while the network is away: a worker for each tab, and the service
 * worker. Everything that this module imports ships to browsers.
 *
 * @module
 */
import { serveOffline } from "@vango/vango/offline";
import { createApp } from "./app.tsx";

serveOffline(createApp);
