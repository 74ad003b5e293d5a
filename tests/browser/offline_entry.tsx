/**
 * What browsers run of the test's app while the network is away.
 *
 * @module
 */
import { serveOffline } from "@vango/vango/offline";
import { createApp } from "./offline_app.tsx";

serveOffline(createApp);
