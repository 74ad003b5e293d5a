/** A connection that says nothing: when the player asks, and when it gives up. */
import { assert, assertEquals } from "@std/assert";
import { Frame } from "../../src/protocol/codes.ts";
import { openRig } from "./rig.ts";
import { htmlClass, openStill } from "./still_page.ts";

Deno.test("the player notices a socket that has frozen", async (t) => {
  await using rig = await openRig();

  await t.step("25 s of silence: PING, and 10 s later another socket", async () => {
    const visit = await openStill(rig, "<p v>0</p>");
    await visit.peer.settled();
    await visit.page.clock.runFor(24_999);
    await visit.page.clock.runFor(1);
    await visit.peer.next(Frame.PING);
    await visit.page.clock.runFor(9_999);
    assertEquals(visit.peers.length, 1);
    await visit.page.clock.runFor(1 + 500);
    const peer = await visit.connection(1);
    await peer.hello();
    peer.welcome("resumed");
    await peer.settled();
    assertEquals(await htmlClass(visit), "vango-live");
  });

  await t.step("an answer keeps the socket", async () => {
    const visit = await openStill(rig, "<p v>0</p>");
    await visit.peer.settled();
    await visit.page.clock.runFor(25_000);
    await visit.peer.next(Frame.PING);
    visit.peer.send(new Uint8Array([Frame.PONG]));
    await visit.peer.settled();
    await visit.page.clock.runFor(24_000);
    assertEquals([visit.peers.length, visit.peer.has(Frame.PING)], [1, false]);
  });

  await t.step(
    "an event without a word after it: PING after 2 s, and 5 s later another socket",
    async () => {
      const visit = await openStill(rig, "<button v=a>0</button>");
      await visit.peer.settled();
      await visit.page.clock.runFor(1);
      await visit.page.click("button");
      await visit.peer.nextEvent();
      await visit.page.clock.runFor(1_999);
      await visit.page.click("button");
      await visit.peer.nextEvent();
      assert(!visit.peer.has(Frame.PING));
      await visit.page.clock.runFor(1);
      await visit.peer.next(Frame.PING);
      // Neither another click nor the browser's opinion gives it longer.
      await visit.page.clock.runFor(2_000);
      await visit.page.click("button");
      await visit.page.evaluate(() => dispatchEvent(new Event("online")));
      await visit.page.clock.runFor(2_999);
      assertEquals([visit.peers.length, await htmlClass(visit)], [1, "vango-live"]);
      await visit.page.clock.runFor(1);
      assertEquals(await htmlClass(visit), "vango-offline");
      await visit.page.clock.runFor(500);
      await visit.connection(1);
    },
  );

  await t.step("an event that is being run, on a socket that speaks, asks nothing", async () => {
    const visit = await openStill(rig, "<button v=a>0</button>");
    await visit.peer.settled();
    await visit.page.clock.runFor(1);
    await visit.page.click("button");
    await visit.peer.nextEvent();
    await visit.page.clock.runFor(1_000);
    visit.peer.send(new Uint8Array([Frame.PONG]));
    await visit.peer.settled();
    await visit.page.clock.runFor(20_000);
    await visit.peer.settled();
    assert(!visit.peer.has(Frame.PING));
  });

  for (const type of ["online", "offline", "visibilitychange"]) {
    await t.step(`${type}: PING at once`, async () => {
      const visit = await openStill(rig, "<p v>0</p>");
      await visit.peer.settled();
      await visit.page.evaluate((type) => dispatchEvent(new Event(type)), type);
      await visit.peer.next(Frame.PING);
      visit.peer.send(new Uint8Array([Frame.PONG]));
      await visit.peer.settled();
      await visit.page.clock.runFor(20_000);
      assertEquals(visit.peers.length, 1);
    });
  }

  await t.step("without a network the server has one second", async () => {
    const visit = await openStill(rig, "<p v>0</p>");
    await visit.peer.settled();
    await visit.page.evaluate(() => {
      Object.defineProperty(navigator, "onLine", { value: false });
      dispatchEvent(new Event("offline"));
    });
    await visit.peer.next(Frame.PING);
    await visit.page.clock.runFor(1_000);
    assertEquals(await htmlClass(visit), "vango-offline");
  });

  await t.step("another network than before: PING at once; another speed: nothing", async () => {
    const visit = await openStill(rig, "<p v>0</p>");
    await visit.page.evaluate(() => {
      const { connection } = navigator as unknown as { connection: EventTarget };
      connection.dispatchEvent(new Event("change"));
    });
    await visit.peer.settled();
    assert(!visit.peer.has(Frame.PING));
    await visit.page.evaluate(() => {
      const { connection } = navigator as unknown as { connection: EventTarget };
      Object.defineProperty(connection, "type", { value: "cellular" });
      connection.dispatchEvent(new Event("change"));
    });
    await visit.peer.next(Frame.PING);
  });

  await t.step("a PING from the server is answered", async () => {
    const visit = await rig.open("<p v>0</p>");
    visit.peer.send(new Uint8Array([Frame.PING]));
    await visit.peer.next(Frame.PONG);
  });

  await t.step("no WELCOME is silence as well", async () => {
    const visit = await openStill(rig, "<p v>0</p>", { adopt: false });
    await visit.page.clock.runFor(25_000 + 500);
    await visit.connection(1);
  });
});
