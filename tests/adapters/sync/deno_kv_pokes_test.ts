import { assertEquals } from "@std/assert";
import { createDenoKvPokeBus } from "../../../src/adapters/deno_kv/sync_pokes.ts";
import { createDenoKvAuthorityStore } from "../../../src/adapters/deno_kv/sync_store.ts";
import { createAuthority } from "../../../src/sync/authority/authority.ts";
import { eventually } from "../../server/visitor.ts";

Deno.test("createDenoKvPokeBus tells other instances of a change, and its own at once", async () => {
  const directory = await Deno.makeTempDir();
  // One connection for what is watched: the file's watchers hear of commits in their own process.
  const kv = await Deno.openKv(`${directory}/kv.db`);
  const place = () => ({
    store: createDenoKvAuthorityStore({ kv }),
    pokes: createDenoKvPokeBus({ kv }),
  });
  const [here, there] = [createAuthority(place()), createAuthority(place())];
  const heard = { here: 0, there: 0, later: 0 };
  const stops = [
    here.subscribe("home", () => heard.here++),
    there.subscribe("home", () => heard.there++),
    there.subscribe("home", () => heard.later++),
  ];
  const write = (value: number) =>
    here.write({ userId: "ana" }, "home", {
      by: "test",
      ops: [{ res: "note", key: "", op: "put", value, base: 0 }],
    });
  await write(1);
  await eventually(() => heard.there > 0 && heard.later > 0);
  assertEquals(heard.here > 0, true);
  stops[1]!();
  const before = heard.there;
  const later = heard.later;
  await write(2);
  await eventually(() => heard.later > later);
  assertEquals(heard.there, before);
  for (const stop of stops) stop();
  kv.close();
  await Deno.remove(directory, { recursive: true });
});
