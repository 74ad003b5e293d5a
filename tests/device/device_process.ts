/** A device that is there to be killed: `device_process.ts <database> <server>`. */
import { createDevice } from "@vango/vango/deno";
import { makeNotes, TOKEN } from "./notes_app.tsx";

const [database, server] = Deno.args;
await createDevice({
  app: makeNotes().app,
  database: database!,
  user: "ana",
  server: server!,
  token: TOKEN,
});
