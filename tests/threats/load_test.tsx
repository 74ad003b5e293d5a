/** THREATS 13, 14 and 16: floods, readers that do not read, and many who come and go. */
import { assert, assertEquals } from "@std/assert";
import { effect, onCleanup, signal } from "@vango/vango";
import { makeApp, startServer, type Tab, until, Visitor } from "../server/rig.ts";
import { encodeEvent } from "../../src/protocol/up.ts";

const SOAK = Deno.env.get("VANGO_SOAK") === "1";

const TRIPS = 500;

/** The middle of some round trips, in milliseconds. */
async function roundTrip(tab: Tab): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TRIPS; i++) {
    const start = performance.now();
    await tab.act("click", "button");
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[TRIPS / 2]!;
}

Deno.test("THREATS 13: a flood of events on one socket is throttled and leaves another user's latency alone", async () => {
  let ran = 0;
  const test = makeApp();
  test.app.get(
    "/",
    test.vango.page(() => {
      const count = signal(0);
      return () => (
        <button
          type="button"
          onclick={() => {
            ran++;
            count.value++;
          }}
        >
          {count}
        </button>
      );
    }),
  );
  await using server = startServer(test);
  using quiet = await new Visitor(server).live("/");
  using loud = await new Visitor(server).live("/");
  const before = await roundTrip(quiet);
  const [button] = loud.page.body.elements();
  let flooding = true;
  const flood = (async () => {
    // 10,000 a second, as evenly as a timer can.
    while (flooding) {
      for (let i = 0; i < 100; i++) {
        loud.send(encodeEvent({
          seq: ++loud.event,
          ack: loud.applied,
          region: 0,
          place: button!.place,
          type: "click",
          payload: undefined,
        }));
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await until(() => test.vango.stats().refused.overloaded);
  ran = 0;
  const start = performance.now();
  const during = await roundTrip(quiet);
  const seconds = (performance.now() - start) / 1000;
  flooding = false;
  await flood;
  await loud.until(() => loud.acknowledged === loud.event);
  assertEquals(loud.errors[0]?.code, "overloaded");
  // Some of them are the quiet user's; 200 a second are what one player may.
  assert(ran <= TRIPS + 200 * (seconds + 1), `${ran} in ${seconds} s`);
  // The floor is what a busy machine's scheduler takes by itself.
  assert(during < Math.max(2 * before, 10), `${before} ms, then ${during} ms`);
});

Deno.test("THREATS 14: a client that does not read gets the newest state only, in bounded memory (law L9)", async () => {
  const state = signal("start");
  const test = makeApp();
  test.app.get("/", test.vango.page(() => <p>{state}</p>));
  await using server = startServer(test);
  const visitor = new Visitor(server);
  const page = await visitor.open("/");
  // A hand-made client, because a browser's would read.
  const connection = await Deno.connect({ port: server.port, hostname: "127.0.0.1" });
  await connection.write(new TextEncoder().encode([
    "GET /_vango/live HTTP/1.1",
    `Host: 127.0.0.1:${server.port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Origin: ${server.origin}`,
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    `Cookie: ${visitor.cookie}`,
    "",
    "",
  ].join("\r\n")));
  await connection.read(new Uint8Array(1024));
  const hello = page.hello({ deflate: false });
  const frame = new Uint8Array(8 + hello.length);
  frame.set([0x82, 0x80 | 126, hello.length >> 8, hello.length & 255, 0, 0, 0, 0]);
  frame.set(hello, 8);
  await connection.write(frame);
  await until(() => test.vango.stats().live === 1);
  const before = Deno.memoryUsage();
  for (let i = 0; i < 2_000; i++) {
    state.value = `${i} `.padEnd(100_000, "x");
    await new Promise((resolve) => queueMicrotask(() => resolve(0)));
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const after = Deno.memoryUsage();
  // 200 MB were written; what is kept is a window, not all of it.
  assert(after.rss - before.rss < 100e6, `${(after.rss - before.rss) / 1e6} MB`);
  connection.close();
  await until(() => test.vango.stats().live === 0);
});

/** Loads a page, goes live, clicks, and goes away. */
async function comeAndGo(visitor: Visitor): Promise<void> {
  using tab = await visitor.live("/");
  await tab.act("click", "button");
  await tab.close();
}

Deno.test("THREATS 16: players that come and go leave no live session, effect or timer", async () => {
  const shared = signal(0);
  let running = 0;
  const test = makeApp({ resumeWindow: 50, handshakes: { rate: 1e6, burst: 1e6 } });
  test.app.get(
    "/",
    test.vango.page(() => {
      const count = signal(0);
      effect(() => {
        shared.value;
        running++;
        return () => void running--;
      });
      onCleanup(() => {});
      return () => <button type="button" onclick={() => count.value++}>{count} {shared}</button>;
    }),
  );
  await using server = startServer(test);
  const rounds = async (players: number): Promise<void> => {
    const crowd = Array.from({ length: 20 }, () => new Visitor(server));
    for (let i = 0; i < players; i += crowd.length) await Promise.all(crowd.map(comeAndGo));
    await until(() => {
      const { waiting, live, detached } = test.vango.stats();
      return waiting + live + detached === 0;
    });
    assertEquals(running, 0);
  };
  await rounds(SOAK ? 5_000 : 500);
  const before = await heap();
  await rounds(SOAK ? 45_000 : 500);
  const after = await heap();
  assertEquals(test.errors, []);
  const grown = (after - before) / before;
  if (SOAK) console.log(`heap ${before} then ${after} bytes, ${(grown * 100).toFixed(1)} %`);
  // The short form is too short for 10 %: it catches whoever keeps whole pages.
  assert(grown < (SOAK ? 0.1 : 0.5), `${before} then ${after} bytes`);
});

/** Bytes in use, garbage collected. */
async function heap(): Promise<number> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return Deno.memoryUsage().heapUsed;
}
