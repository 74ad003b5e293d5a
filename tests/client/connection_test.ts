import { assert, assertEquals } from "@std/assert";
import { Frame, Op } from "../../src/protocol/codes.ts";
import { PatchWriter } from "../../src/protocol/patch_writer.ts";
import { decodeUp } from "../../src/protocol/up.ts";
import { openRig, type Visit } from "./rig.ts";
import { htmlClass, openStill } from "./still_page.ts";
import { setText, text, Words } from "./words.ts";

Deno.test("patches are acknowledged", async (t) => {
  await using rig = await openRig();
  const acks = (visit: Visit) =>
    visit.peer.received.filter((frame) => frame[0] === Frame.ACK).map((frame) => {
      const ack = decodeUp(frame);
      return ack.frame === Frame.ACK && ack.ack;
    });
  await t.step("after 32 of them, or one second", async () => {
    const visit = await openStill(rig, "<p v>0</p>");
    for (let i = 0; i < 31; i++) await visit.patch((w) => setText(w, 1, `${i}`));
    assertEquals(acks(visit), []);
    await visit.patch((w) => setText(w, 1, "x"));
    assertEquals(acks(visit), [32]);
    await visit.patch((w) => setText(w, 1, "y"));
    await visit.page.clock.runFor(1000);
    await visit.peer.settled();
    assertEquals(acks(visit), [32, 33]);
    await visit.page.clock.runFor(5000);
    await visit.peer.settled();
    assertEquals(acks(visit), [32, 33]);
  });
  await t.step("by an event, if there is one", async () => {
    const visit = await openStill(rig, "<p v>0</p><button v=a>x</button>");
    await visit.patch((w) => setText(w, 1, "1"));
    await visit.page.click("button");
    assertEquals((await visit.peer.nextEvent()).ack, 1);
    await visit.page.clock.runFor(2000);
    await visit.peer.settled();
    assertEquals(acks(visit), []);
  });
});

Deno.test("deflated frames keep their place in the order", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v></p>");
  const frame = (seq: number, content: string) => {
    const writer = new PatchWriter();
    setText(writer, 1, content);
    return writer.finish(seq, 0);
  };
  const stream = new Blob([frame(1, "x".repeat(100_000))]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  await visit.watch("order");
  visit.peer.send(new Uint8Array([Frame.DEFLATED, ...packed]));
  const emit = new PatchWriter();
  emit.op(Op.EMIT);
  emit.string("order");
  emit.string("2");
  visit.peer.send(emit.finish(2, 0));
  visit.peer.send(frame(3, "last"));
  await visit.peer.settled();
  assertEquals(await visit.page.textContent("p"), "last");
  assertEquals(await visit.seen(), [["order", 2]]);
});

Deno.test("a broken frame never breaks the page: the player asks for everything anew", async (t) => {
  await using rig = await openRig();
  const words = new Words();
  const whole = new PatchWriter();
  whole.at(Op.INSERT, 1);
  whole.varint(0);
  whole.varint(2);
  words.template(whole, "<li v class=x></li>", 1, [[2, 0, "title"], [0, 0]]);
  whole.varint(1);
  whole.string("t");
  text(whole, "one");
  words.template(whole, "<li v class=x></li>", 1, [[2, 0, "title"], [0, 0]]);
  whole.varint(0);
  text(whole, "two");
  whole.at(Op.REMOVE, 2);
  const frame = whole.finish(1, 0);
  const broken: [string, Uint8Array<ArrayBuffer>][] = [
    ["a number that is not the next", new Uint8Array([Frame.PATCH, 5, 0, 0])],
    ["an unknown operation", new Uint8Array([Frame.PATCH, 1, 0, 1, 0x7f])],
    ["broken JSON", new Uint8Array([Frame.WELCOME, 0x7b])],
    ["broken DEFLATE", new Uint8Array([Frame.DEFLATED, 0xff, 0xff])],
  ];
  for (const [name, bytes] of broken) {
    await t.step(name, async () => {
      const visit = await rig.open("<ul v></ul>");
      visit.peer.send(bytes);
      await visit.peer.until(() => visit.peer.closed);
      const peer = await visit.connection(1);
      const hello = await peer.hello();
      assertEquals(hello.seq, 0);
      peer.welcome("resumed", 0, 0);
      assertEquals(decodeUp(await peer.next(Frame.RENDER)), { frame: Frame.RENDER, region: 0 });
      const render = new PatchWriter();
      render.op(Op.RENDER);
      render.varint(0);
      render.string("<ul v><li v>ok</li></ul>");
      peer.send(render.finish(1, 0));
      await peer.settled();
      assertEquals(await visit.page.textContent("ul"), "ok");
      await visit.page.close();
    });
  }
  await t.step("every truncation ends, in a page that still answers", async () => {
    const visit = await rig.open("<ul v></ul>");
    for (let length = 1; length < frame.length; length++) {
      const before = visit.peers.length;
      visit.peer.send(frame.slice(0, length));
      visit.peer.send(new Uint8Array([Frame.PING]));
      // Either it was read as something, or the player has hung up.
      await Promise.race([
        visit.peer.next(Frame.PONG),
        visit.peer.until(() => visit.peer.closed),
      ]);
      visit.peer.socket.close(1001);
      await visit.page.evaluate(() => {
        const { vango } = globalThis as unknown as { vango: { connect(): void } };
        vango.connect();
      });
      const peer = await visit.connection(before);
      await peer.hello();
      peer.welcome("mounted");
    }
    visit.seq = 0;
    await visit.patch((w) => {
      w.op(Op.RENDER);
      w.varint(0);
      w.string("<ul v><li v>ok</li></ul>");
    });
    assertEquals(await visit.page.textContent("ul"), "ok");
  });
});

Deno.test("the connection's state is shown", async () => {
  await using rig = await openRig();
  const visit = await openStill(rig, "<p data-vango-offline hidden>offline</p>");
  await visit.watch("vango:connect", "vango:live", "vango:offline");
  assertEquals(await htmlClass(visit), "vango-live");
  visit.peer.socket.close(1001);
  await visit.page.waitForFunction(() => document.documentElement.className === "vango-connecting");
  assertEquals(await visit.page.isVisible("p"), false);
  await visit.page.clock.runFor(500);
  await (await visit.connection(1)).hello();
  visit.peer.socket.close(1001);
  await visit.page.waitForFunction(() => document.documentElement.className === "vango-offline");
  assertEquals(await visit.page.isVisible("p"), true);
  // The second wait is at most a second; `online` does not wait for it.
  await visit.page.evaluate(() => dispatchEvent(new Event("online")));
  const peer = await visit.connection(2);
  await peer.hello();
  peer.welcome("resumed");
  await peer.settled();
  assertEquals(await htmlClass(visit), "vango-live");
  assertEquals(await visit.page.isVisible("p"), false);
  assertEquals((await visit.seen()).map((seen) => (seen as string[])[0]), [
    "vango:connect",
    "vango:offline",
    "vango:live",
  ]);
});

Deno.test("waits grow to half a minute and are jittered", async () => {
  await using rig = await openRig();
  const visit = await openStill(rig, "<p v>0</p>");
  await visit.page.evaluate(() => {
    // The player asks for a random number when it has seen the close and sets its timer.
    const page = globalThis as unknown as { waits: number };
    page.waits = 0;
    Math.random = () => {
      page.waits++;
      return 0.999999;
    };
  });
  let index = 0;
  for (const wait of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    visit.peers[index]!.socket.close(1001);
    await visit.page.waitForFunction(
      (waits) => (globalThis as unknown as { waits: number }).waits === waits,
      index + 1,
    );
    await visit.page.clock.runFor(wait - 2);
    assertEquals(visit.peers.length, index + 1, `after ${wait - 2} ms`);
    await visit.page.clock.runFor(2);
    await visit.connection(++index);
    await visit.peer.hello();
  }
});

Deno.test("errors and close codes", async (t) => {
  await using rig = await openRig();
  const loads = () => rig.requests.filter((path) => path === "/").length;

  await t.step("ERROR is told to the page", async () => {
    const visit = await rig.open("<p v>0</p>");
    await visit.watch("vango:error", "vango:event-dropped");
    visit.peer.sendJson(Frame.ERROR, { code: "handler", id: "e1" });
    visit.peer.sendJson(Frame.ERROR, { code: "dropped", seq: 4 });
    visit.peer.sendJson(Frame.ERROR, { code: "overloaded" });
    await visit.peer.settled();
    assertEquals(await visit.seen(), [
      ["vango:error", { code: "handler", id: "e1" }],
      ["vango:event-dropped", { code: "dropped", seq: 4 }],
      ["vango:error", { code: "overloaded" }],
    ]);
  });
  for (const how of ["ERROR reload", "1008"]) {
    await t.step(`${how} loads the page again, once in a while`, async () => {
      const before = loads();
      const visit = await rig.open("<p v>0</p>");
      const refuse = () => {
        if (how === "1008") visit.peer.socket.close(1008);
        else visit.peer.sendJson(Frame.ERROR, { code: "reload" });
      };
      refuse();
      await visit.connection(1);
      assertEquals(loads(), before + 2);
      await visit.peer.hello();
      visit.peer.welcome();
      refuse();
      if (how === "1008") await visit.connection(2);
      else await visit.peer.settled();
      assertEquals(loads(), before + 2);
      await visit.page.close();
    });
  }
});

Deno.test("a page in the back-forward cache has no socket and takes up its work again", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>0</p><input v=b data-debounce=60000>");
  await visit.page.evaluate(() => {
    const page = globalThis as unknown as { persisted?: boolean };
    addEventListener("pageshow", (event) => page.persisted = event.persisted);
  });
  await visit.page.fill("input", "held back");
  await visit.page.evaluate(() =>
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))
  );
  assertEquals((await visit.peer.nextEvent()).payload, "held back");
  await visit.peer.until(() => visit.peer.closed);
  assertEquals(visit.peers.length, 1);
  await visit.page.evaluate(() =>
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))
  );
  const peer = await visit.connection(1);
  assertEquals((await peer.hello()).event, 1);
});

Deno.test("an event that is too large is dropped and told, others go on", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<textarea v=b></textarea>");
  await visit.watch("vango:event-dropped");
  await visit.page.fill("textarea", "x".repeat(300_000));
  await visit.page.fill("textarea", "ok");
  const event = await visit.peer.nextEvent();
  assertEquals([event.seq, event.payload], [1, "ok"]);
  assertEquals(await visit.seen(), [["vango:event-dropped", { code: "limit" }]]);
});

Deno.test("a resize is told", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>0</p>");
  await visit.page.setViewportSize({ width: 500, height: 400 });
  const frame = await visit.peer.next(Frame.CLIENT);
  const up = decodeUp(frame);
  assert(up.frame === Frame.CLIENT);
  assertEquals((up.facts as { screen: unknown }).screen, { width: 500, height: 400 });
});
