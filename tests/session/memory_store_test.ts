import { assertEquals, assertRejects } from "@std/assert";
import { createMemorySessionStore } from "../../src/session/memory_store.ts";
import { SessionStoreError } from "../../src/session/errors.ts";
import { testSessionStore } from "../contracts/session_store.ts";

testSessionStore("memory", () => {
  let time = 1_700_000_000_000;
  const store = createMemorySessionStore({ now: () => time });
  return Promise.resolve({
    store,
    advance: (ms: number) => void (time += ms),
    now: () => time,
    [Symbol.asyncDispose]: () => store.close(),
  });
});

Deno.test("memory: a full store refuses new sessions, keeps the others, and takes expired room", async () => {
  let time = 0;
  const store = createMemorySessionStore({ now: () => time, maxSessions: 2 });
  const options = { expiresAt: 1000, revision: undefined };
  const revision = await store.save("a", new Uint8Array(), options);
  await store.save("b", new Uint8Array(), options);
  const error = await assertRejects(
    () => store.save("c", new Uint8Array(), options),
    SessionStoreError,
  );
  assertEquals(error.code, "full");
  await store.save("a", new Uint8Array(1), { expiresAt: 5000, revision });
  time = 2000;
  await store.save("c", new Uint8Array(), { expiresAt: 5000, revision: undefined });
  assertEquals((await store.load("a"))?.data.length, 1);
});
