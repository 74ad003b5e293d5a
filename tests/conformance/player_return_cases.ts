/**
 * What a player does when the connection is lost: it comes back, says where it stands, and nothing
 * counts twice.
 *
 * @module
 */
import { Frame, Op } from "../../src/protocol/codes.ts";
import { encodeJson, encodeNumber } from "../../src/protocol/up.ts";
import { render, text } from "./patch_ops.ts";
import { greet, open, type Play, type PlayerSubject } from "./play.ts";
import { credential, mustBring } from "./scripted_server.ts";
import { type Case, must, same } from "./suite.ts";

/** Loss, return, refusal. */
export const loseAndReturn: Case<PlayerSubject>[] = [
  {
    name: "a lost player comes back with its numbers and goes on as if nothing was",
    async run(subject) {
      const play = await open(subject, `<button v=a id=b>0</button>`);
      await play.click("b");
      await play.socket.next(Frame.EVENT);
      play.patch(1, text(1, "1"));
      await play.settled();
      const hello = await play.comesBack(1001);
      same([hello.token, hello.seq, hello.event], [play.page.token, 1, 1], "HELLO");
      play.socket.welcome({ mode: "resumed", seq: 2, ack: 1 });
      play.patch(0, text(1, "2"));
      await play.settled();
      await play.shows(`<button v=a id=b>2</button>`);
      nothingSent(play);
      await play.click("b");
      const { seq, ack } = await play.socket.next(Frame.EVENT);
      same([seq, ack], [2, 2], "the next event's seq and ack");
    },
  },
  {
    name: "events that were not acknowledged are sent again, with their numbers, in order",
    async run(subject) {
      const play = await open(subject, `<button v=a id=b>0</button><input v=b id=t>`);
      await play.click("b");
      await play.type("t", "x");
      await play.click("b");
      for (let i = 0; i < 3; i++) await play.socket.next(Frame.EVENT);
      const hello = await play.comesBack(1001);
      same([hello.seq, hello.event], [0, 3], "HELLO");
      play.socket.welcome({ mode: "resumed", seq: 0, ack: 1 });
      const again = [await play.socket.next(Frame.EVENT), await play.socket.next(Frame.EVENT)];
      same(
        again.map(({ seq, type, payload }) => [seq, type, payload ?? null]),
        [[2, "input", "x"], [3, "click", null]],
        "events",
      );
    },
  },
  {
    name: "what a repeated PATCH acknowledges counts once",
    async run(subject) {
      const play = await open(subject, `<button v=a id=b>0</button>`);
      await play.click("b");
      await play.click("b");
      await play.comesBack(1001);
      // Both were run, the PATCHes that say so were lost: WELCOME says it, then they are repeated.
      play.socket.welcome({ mode: "resumed", seq: 2, ack: 2 });
      play.patch(1, text(1, "1"));
      play.patch(1, text(1, "2"));
      await play.settled();
      await play.click("b");
      same((await play.socket.next(Frame.EVENT)).seq, 3, "the next event");
      await play.comesBack(1001);
      play.socket.welcome({ mode: "resumed", seq: 2, ack: 2 });
      same((await play.socket.next(Frame.EVENT)).seq, 3, "the event that was not acknowledged");
    },
  },
  {
    name: "an event of the time without a connection waits for it",
    async run(subject) {
      const play = await open(subject, `<button v=a id=b>0</button>`);
      await play.settled();
      play.socket.close(1001);
      await play.socket.closed;
      await play.click("b");
      play.socket = await play.page.sockets.next();
      play.socket.welcome({ mode: "resumed" });
      same((await play.socket.next(Frame.EVENT)).seq, 1, "the event");
    },
  },
  {
    name: "after mounted everything begins anew: words, numbers, and the page",
    async run(subject) {
      const play = await open(subject, `<button v=a id=b>0</button><p v title=x>1</p>`);
      play.patch(0, (out) => {
        out.at(Op.ATTR, 2);
        out.varint(0);
        out.string("title");
        out.string("y");
      });
      await play.settled();
      await play.click("b");
      await play.socket.next(Frame.EVENT);
      await play.comesBack(1001);
      play.socket.welcome({ mode: "mounted", seq: 5, ack: 7 });
      play.seq = 5;
      play.patch(0, render(`<button v=a id=b>new</button><p v lang=en>2</p>`));
      play.patch(0, (out) => {
        out.at(Op.ATTR, 2);
        out.varint(0);
        out.string("lang");
        out.string("de");
      });
      await play.settled();
      await play.shows(`<button v=a id=b>new</button><p v lang=de>2</p>`);
      await play.click("b");
      const { seq, ack } = await play.socket.next(Frame.EVENT);
      same([seq, ack], [8, 7], "the next event's seq and ack");
    },
  },
  {
    name: "after mounted what was typed stays, and is told again",
    async run(subject) {
      const play = await open(subject, `<input v=b id=t>`);
      await play.type("t", "typed");
      await play.socket.next(Frame.EVENT);
      await play.comesBack(1001);
      play.socket.welcome({ mode: "mounted" });
      play.patch(0, render(`<input v=b id=t>`));
      const { seq, payload } = await play.socket.next(Frame.EVENT);
      same([seq, payload], [1, "typed"], "the event");
      same(await play.value("t"), "typed", "the control's text");
    },
  },
  {
    name:
      "on a page that is kept, events stay until they are durable, and another server gets them",
    async run(subject) {
      const play = await greet(subject, `<button v=a id=b>0</button>`);
      play.socket.welcome({ mode: "adopted", durable: 0 });
      await play.click("b");
      await play.click("b");
      play.patch(2, text(1, "2"));
      play.socket.send(encodeNumber(Frame.DURABLE, 1));
      await play.settled();
      for (let i = 0; i < 2; i++) await play.socket.next(Frame.EVENT);
      const hello = await play.comesBack(1001);
      same([hello.seq, hello.event], [1, 2], "HELLO");
      play.socket.welcome({ mode: "restored", seq: 1, ack: 1, durable: 1 });
      const { seq, ack } = await play.socket.next(Frame.EVENT);
      same([seq, ack], [2, 0], "seq and ack of the event: as it happened");
      play.patch(1, render(`<button v=a id=b>2</button>`));
      await play.settled();
      await play.click("b");
      same((await play.socket.next(Frame.EVENT)).seq, 3, "the next event");
    },
  },
  {
    name: "a PATCH that skips a number ends the connection, and everything is asked for anew",
    async run(subject) {
      const play = await open(subject, `<p v>0</p>`);
      play.seq = 1;
      play.patch(0, text(1, "wrong"));
      await play.endsConnection();
      play.socket = await play.page.sockets.next();
      same(play.socket.hello.seq, 0, "HELLO's seq");
      await play.shows(`<p v>0</p>`);
      play.socket.welcome({ mode: "mounted", seq: 2, ack: 0 });
      play.seq = 2;
      play.patch(0, render(`<p v>1</p>`));
      await play.settled();
      await play.shows(`<p v>1</p>`);
    },
  },
  {
    name: "after 1008 the page is loaded again, or left alone: its token is not used any more",
    run: (subject) => refused(subject, (play) => play.socket.close(1008)),
  },
  {
    name: "after ERROR reload, too",
    run: (subject) =>
      refused(subject, (play) => {
        play.socket.send(encodeJson(Frame.ERROR, { code: "reload" }));
        play.socket.close(1008);
      }),
  },
  {
    name: "a ticket is redeemed for a cookie and the next token",
    async run(subject) {
      const play = await open(subject, `<p v></p>`);
      const renewed = `${play.page.token}-renewed`;
      subject.server.answer = ({ headers }) =>
        Response.json({ token: renewed }, {
          headers: credential(headers, "vango=renewed", "renewed"),
        });
      play.patch(0, (out) => {
        out.op(Op.TICKET);
        out.string("a-ticket");
      });
      const { method, path, headers, body } = await subject.server.requests.next(
        (request) => request.body.includes("a-ticket"),
      );
      same([method, path], ["POST", "/_vango/session"], "the request");
      same(JSON.parse(body), { ticket: "a-ticket", token: play.page.token }, "its body");
      mustBring(headers, subject.server.origin);
      await play.settled();
      await until(async () => (await play.state()) === "live");
      subject.server.renew(play.page, renewed);
      const hello = await play.comesBack(1001);
      same(hello.token, renewed, "HELLO's token");
      mustBring(play.socket.headers, subject.server.origin, "vango=renewed", "renewed");
    },
  },
];

async function refused(subject: PlayerSubject, refuse: (play: Play) => void): Promise<void> {
  const play = await open(subject, `<p v></p>`);
  await play.settled();
  refuse(play);
  await until(async () => play.page.loads > 1 || (await play.state()) === "refused");
  await subject.player.tell("close");
}

/** Looks again and again: for what the player does without a message. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!await condition()) {
    must(performance.now() < end, "it did not come about within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function nothingSent(play: Play): void {
  const events = play.socket.frames.waiting.filter((frame) => frame[0] === Frame.EVENT);
  same(events.length, 0, "events that were sent again");
}
