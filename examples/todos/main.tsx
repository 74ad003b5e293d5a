/**
 * Todo lists that follow you to every device.
 *
 *     deno run -A examples/todos/main.tsx
 *
 * @module
 */
import { bundleOffline, defaultStore, defaultSyncStore, deno, serve } from "@vango/vango/deno";
import { syncDevtools } from "@vango/vango/devtools";
import { createApp } from "./app.tsx";
import { serveAssets } from "./assets.ts";
import { userOf } from "./state/token.ts";

const place = await defaultSyncStore();
const app = createApp({
  platform: deno(),
  store: await defaultStore(),
  sync: { ...place, authenticate: userOf },
  offline: { script: bundleOffline(import.meta.resolve("./offline.tsx")) },
});
await serveAssets(app);
syncDevtools(app);
const server = serve(app, { hostname: Deno.env.get("HOST") ?? "127.0.0.1" });
await server.finished;
await place.close();
