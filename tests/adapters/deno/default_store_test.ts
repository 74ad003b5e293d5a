import { assert, assertEquals, assertRejects } from "@std/assert";
import { chooseStore, defaultStore } from "../../../src/adapters/deno/default_store.ts";
import { SessionConfigError } from "../../../src/session/errors.ts";
import { startNatsServer } from "../nats/nats_server.ts";

function environment(variables: Record<string, string>): (name: string) => string | undefined {
  return (name) => variables[name];
}

Deno.test("chooseStore takes NATS where a server is named, KV on Deploy, else SQLite", () => {
  assertEquals(chooseStore(environment({})), "sqlite");
  assertEquals(chooseStore(environment({ NATS_URL: "" })), "sqlite");
  assertEquals(chooseStore(environment({ DENO_DEPLOYMENT_ID: "x" })), "deno-kv");
  assertEquals(chooseStore(environment({ DENO_DEPLOY: "1" })), "deno-kv");
  assertEquals(chooseStore(environment({ NATS_URL: "x", DENO_DEPLOY: "1" })), "nats");
});

Deno.test("defaultStore keeps sessions in a SQLite file that only its owner can read", async () => {
  const directory = await Deno.makeTempDir();
  const env = environment({ VANGO_DATA: `${directory}/a/b` });
  const options = { expiresAt: Date.now() + 60_000, revision: undefined };
  for (const expected of [undefined, 1]) {
    const store = await defaultStore({ env });
    assertEquals((await store.load("a"))?.data[0], expected);
    if (!expected) await store.save("a", Uint8Array.of(1), options);
    for (const { name } of Deno.readDirSync(`${directory}/a/b`)) {
      assertEquals(Deno.statSync(`${directory}/a/b/${name}`).mode! & 0o077, 0, name);
    }
    await store.close();
  }
  const { mode, isDirectory } = await Deno.stat(`${directory}/a/b`);
  assert(isDirectory);
  assertEquals(mode! & 0o077, 0);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("defaultStore says what is wrong with the environment", async () => {
  const file = await Deno.makeTempFile();
  for (
    const variables of [
      { VANGO_DATA: `${file}/inside` },
      { NATS_URL: "nats://127.0.0.1:1", NATS_REPLICAS: "two" },
    ]
  ) {
    await assertRejects(
      () => defaultStore({ env: environment(variables) }),
      SessionConfigError,
      "Cannot ",
    );
  }
  await Deno.remove(file);
});

Deno.test("defaultStore uses the NATS server that the environment names", async () => {
  await using server = await startNatsServer();
  const store = await defaultStore({ env: environment({ NATS_URL: server.url }) });
  const options = { expiresAt: Date.now() + 60_000, revision: undefined };
  await store.save("a", Uint8Array.of(1), options);
  assertEquals((await store.load("a"))?.data, Uint8Array.of(1));
  await store.close();
});
