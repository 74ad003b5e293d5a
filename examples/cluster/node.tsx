/**
 * One node of the cluster: `NODE=a PORT=8001 NATS_URL=… node.tsx`. Started by `start.ts`.
 *
 * @module
 */
import { defaultStore, serve } from "@vango/vango/deno";
import { createApp } from "./app.tsx";

const store = await defaultStore();
const server = serve(createApp(store), {
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`node ${Deno.env.get("NODE")} listens on ${port}`),
});
await server.finished;
await store.close();
