/**
 * The same app as a program on this machine: its data is in a file here, with and without a
 * network, and is exchanged with the server when there is one.
 *
 *     deno run -A examples/todos/device.ts ana http://localhost:8000
 *
 * @module
 */
import { createDevice, deno } from "@vango/vango/deno";
import { syncDevtools } from "@vango/vango/devtools";
import { createApp } from "./app.tsx";
import { serveAssets } from "./assets.ts";
import { tokenOf } from "./state/token.ts";

const [user = "ana", server = "http://localhost:8000"] = Deno.args;
const app = createApp({
  platform: deno(),
  // Sessions of this program end with it.
  secrets: [crypto.randomUUID() + crypto.randomUUID()],
});
await serveAssets(app);
syncDevtools(app);
await createDevice({
  app,
  database: `${Deno.env.get("VANGO_DATA") ?? ".vango"}/device-${encodeURIComponent(user)}.db`,
  user,
  server,
  token: tokenOf(user),
  onListen: (url) => console.log(`${user}'s todos, kept on this device: ${url}`),
});
