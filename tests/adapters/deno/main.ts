/** Serves the app of these tests with `serve`. */
import { serve } from "@vango/vango/deno";
import app from "./app.tsx";

// An app's own timer must not keep the process from ending.
setInterval(() => {}, 1000);
const server = serve(app, {
  port: 0,
  hostname: "127.0.0.1",
  grace: Number(Deno.env.get("GRACE") ?? 4500),
  onListen: ({ port }) => console.log(`listening on ${port}`),
});
await server.finished;
console.log("finished");
