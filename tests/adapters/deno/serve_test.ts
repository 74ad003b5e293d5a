import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { deadline } from "@std/async";
import { serve, ServeError } from "@vango/vango/deno";
import { Hono } from "hono";
import { sendRaw, type Tab, type TestServer, until, Visitor } from "../../server/rig.ts";
import { APP, Child, MAIN } from "./child.ts";

/** A visitor of a server in another process. */
function visitorOf(port: number): Visitor {
  return new Visitor({ port, origin: `http://127.0.0.1:${port}` } as TestServer);
}

async function start(env: Record<string, string> = {}, limit?: number) {
  const child = new Child(["run", "-A", "--no-check", MAIN], env, limit);
  const [, port] = await child.says(/listening on (\d+)/);
  return { child, port: Number(port), visitor: visitorOf(Number(port)) };
}

async function click(tab: Tab): Promise<void> {
  const before = Number(tab.text);
  await tab.act("click", "button");
  assertEquals(Number(tab.text), before + 1);
}

Deno.test("serve answers until it is shut down, and says where it listens", async () => {
  const app = new Hono().get("/", (c) => c.text("hello"));
  let told = 0;
  const server = serve(app, {
    port: 0,
    hostname: "127.0.0.1",
    signals: false,
    onListen: ({ port }) => told = port,
  });
  assertEquals(told, server.port);
  assertEquals(await (await fetch(`http://127.0.0.1:${server.port}/`)).text(), "hello");
  await server.shutdown();
  await server.shutdown();
  await server.finished;
  await fetch(`http://127.0.0.1:${server.port}/`).then(() => assert(false), () => {});
});

Deno.test("serve says which port is taken, or is none", async () => {
  const quiet = { port: 0, hostname: "127.0.0.1", signals: false, onListen: () => {} };
  await using server = serve(new Hono(), quiet);
  const { port } = server;
  const taken = assertThrows(() => serve(new Hono(), { ...quiet, port }), ServeError);
  assertStringIncludes(
    taken.message,
    `cannot serve on port ${port}: another program listens there`,
  );
  assertEquals([taken.code, taken.cause instanceof Deno.errors.AddrInUse], ["port", true]);
  const before = Deno.env.get("PORT");
  const { port: _, ...unnamed } = quiet;
  try {
    for (const none of ["http", "80.5", "70000", "-1"]) {
      Deno.env.set("PORT", none);
      assertThrows(() => serve(new Hono(), unnamed), ServeError, `PORT is "${none}"`);
    }
  } finally {
    before === undefined ? Deno.env.delete("PORT") : Deno.env.set("PORT", before);
  }
});

Deno.test("serve stops when its signal is aborted", async () => {
  const stop = new AbortController();
  const server = serve(new Hono(), {
    port: 0,
    hostname: "127.0.0.1",
    signals: false,
    signal: stop.signal,
    onListen: () => {},
  });
  stop.abort();
  await deadline(server.finished, 5_000);
});

Deno.test("serve drains on SIGTERM: sockets get 1001, a running request ends, the process exits with 0", async () => {
  const { child, port, visitor } = await start();
  await using _ = child;
  using one = await visitor.live("/");
  using two = await visitorOf(port).live("/");
  const slow = fetch(`http://127.0.0.1:${port}/slow?ms=500`);
  await child.says(/slow begun/);
  child.process.kill("SIGTERM");
  assertEquals(await (await slow).text(), "slow done");
  await Promise.all([one, two].map((tab) => tab.until(() => tab.closed)));
  assertEquals([one.closed?.code, two.closed?.code], [1001, 1001]);
  const status = await deadline(child.process.status, 15_000);
  assertEquals([status.code, status.signal], [0, null]);
  assertStringIncludes(child.output, "finished");
});

Deno.test("serve does not wait longer than its grace for requests and sockets that do not end", async () => {
  const { child, port } = await start({ GRACE: "500" });
  await using _ = child;
  const stuck = fetch(`http://127.0.0.1:${port}/slow?ms=600000`).then(
    async (response) => await response.text(),
    () => "cut off",
  );
  await child.says(/slow begun/);
  // Peers that never answer anything: one before, one within a socket's life.
  using silent = await Deno.connect({ port, hostname: "127.0.0.1" });
  await silent.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x"));
  const began = Date.now();
  const status = await child.end("SIGTERM");
  assertEquals([status.code, status.signal], [0, null]);
  assert(Date.now() - began < 10_000);
  assertEquals(await stuck, "cut off");
});

Deno.test("serve survives running out of descriptors: it accepts again, and open sockets live on", async () => {
  const { child, port, visitor } = await start({}, 64);
  await using _ = child;
  using tab = await visitor.live("/");
  await click(tab);
  const connections: Deno.TcpConn[] = [];
  try {
    // Refused while the server is down, which is what we are after.
    await until(async () => {
      const connection = Deno.connect({ port, hostname: "127.0.0.1" });
      await connection.then((made) => connections.push(made), () => {});
      return child.output.includes("starting it again");
    });
    await click(tab);
  } finally {
    for (const connection of connections) connection.close();
  }
  // A connection of its own: fetch has one left from before.
  await until(() =>
    sendRaw(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`).then(
      (answer) => answer.startsWith("HTTP/1.1 200"),
      () => false,
    )
  );
  await click(tab);
  using next = await visitorOf(port).live("/");
  await click(next);
  const status = await child.end("SIGTERM");
  assertEquals(status.code, 0);
});

Deno.test("an app as default export runs under deno serve, with live pages", async () => {
  await using child = new Child([
    "serve",
    "-A",
    "--no-check",
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    APP,
  ]);
  const [, port] = await child.says(/127\.0\.0\.1:(\d+)/);
  using tab = await visitorOf(Number(port)).live("/");
  assertEquals(tab.welcome?.mode, "adopted");
  await click(tab);
});
