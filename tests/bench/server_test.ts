import { assert, assertEquals, assertRejects } from "@std/assert";
import { Hono } from "hono";
import { createVango } from "../../mod.ts";
import { deno, serve } from "../../src/adapters/deno/mod.ts";
import { openEcho, openPage } from "../../bench/server/player.ts";
import { cpuTimeOf } from "../../bench/server/process.ts";
import { maskedFrame, RawSocket } from "../../bench/server/raw_socket.ts";
import { CounterPage } from "../../bench/table/app.tsx";

function serveSockets(take: (socket: WebSocket) => void): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    take(socket);
    return response;
  });
}

Deno.test("maskedFrame writes short and longer payloads as a client must", () => {
  assertEquals([...maskedFrame(new Uint8Array([7, 8]))], [0x82, 0x82, 0, 0, 0, 0, 7, 8]);
  assertEquals([...maskedFrame(new Uint8Array(300)).subarray(0, 4)], [0x82, 0xfe, 1, 44]);
});

Deno.test("RawSocket exchanges messages of every length and those that come at once", async () => {
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      socket.send(data);
      socket.send(new Uint8Array([1]));
    };
  });
  const socket = await RawSocket.open(server.addr.port, "/");
  for (const length of [1, 125, 126, 20_000]) {
    await socket.send(new Uint8Array(length).fill(length % 251));
    const echoed = await socket.receive();
    assertEquals([echoed.length, echoed[0], echoed.at(-1)], [length, length % 251, length % 251]);
    assertEquals([...await socket.receive()], [1]);
  }
  socket.close();
});

Deno.test("RawSocket says so when the server closes or refuses", async () => {
  await using server = serveSockets((socket) => {
    socket.onopen = () => socket.close(4001);
  });
  const socket = await RawSocket.open(server.addr.port, "/");
  await assertRejects(() => socket.receive(), Error, "4001");
  socket.close();
  await using plain = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("no", { status: 403 }),
  );
  await assertRejects(() => RawSocket.open(plain.addr.port, "/"), Error, "403");
});

Deno.test("openEcho makes round trips to an echo", async () => {
  let trips = 0;
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => {
      trips++;
      socket.send(data);
    };
  });
  const connection = await openEcho(server.addr.port);
  await connection.trip();
  await connection.trip();
  connection.close();
  assertEquals(trips, 2);
});

Deno.test("openPage adopts a live page and has its counter clicked", async () => {
  const app = new Hono();
  const secrets = ["a secret that only this test uses!"];
  const vango = createVango({ app, platform: deno(), secrets, development: false });
  app.get("/counter", vango.page(CounterPage));
  app.get("/plain", (c) => c.text("plain"));
  await using server = serve(app, {
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    signals: false,
  });
  const connection = await openPage(server.port, "/counter");
  await connection.trip();
  await connection.trip();
  assertEquals(vango.stats().live, 1);
  connection.close();
  await assertRejects(() => openPage(server.port, "/plain"), Error, "not a live page");
});

Deno.test({
  name: "cpuTimeOf counts the processor time of a process",
  ignore: Deno.build.os !== "linux",
  fn() {
    const before = cpuTimeOf(Deno.pid);
    assert(before > 0);
    const end = performance.now() + 60;
    while (performance.now() < end) Math.random();
    assert(cpuTimeOf(Deno.pid) > before);
  },
});
