/**
 * What a player tells the server of what its user does, and what becomes of what was typed.
 *
 * @module
 */
import { Frame } from "../../src/protocol/codes.ts";
import { render, text, value } from "./patch_ops.ts";
import { open, type PlayerSubject } from "./play.ts";
import { type Case, must, same } from "./suite.ts";

/** Events and the payloads that they bring. */
export const events: Case<PlayerSubject>[] = [
  {
    name: "a click goes to the nearest handler, then outwards, each with a number of its own",
    async run(subject) {
      const play = await open(
        subject,
        `<main v=a><section v=a><p v><button type=button id=b><i>x</i></button></p></section></main>`,
      );
      await play.click("b");
      const heard = [await play.socket.next(Frame.EVENT), await play.socket.next(Frame.EVENT)];
      same(
        heard.map((
          { seq, ack, region, place, type, payload },
        ) => [seq, ack, region, place, type, payload ?? null]),
        [[1, 0, 0, 2, "click", null], [2, 0, 0, 1, "click", null]],
        "events",
      );
    },
  },
  {
    name: "data-stop-propagation ends the way outwards",
    async run(subject) {
      const play = await open(
        subject,
        `<main v=a><p v=a data-stop-propagation=click><button type=button id=b v=a>x</button></p></main>`,
      );
      await play.click("b");
      await play.settled();
      const places = [];
      while (play.socket.frames.waiting.some((frame) => frame[0] === Frame.EVENT)) {
        places.push((await play.socket.next(Frame.EVENT)).place);
      }
      same(places, [3, 2], "places");
    },
  },
  {
    name: "an EVENT says the last PATCH that was applied",
    async run(subject) {
      const play = await open(subject, `<button v=a id=b>0</button>`);
      play.patch(0, text(1, "1"));
      play.patch(0, text(1, "2"));
      await play.settled();
      await play.click("b");
      same((await play.socket.next(Frame.EVENT)).ack, 2, "ack");
    },
  },
  {
    name: "typing sends the control's text, a checkbox whether it is on",
    async run(subject) {
      const play = await open(
        subject,
        `<input v=b id=t><input v=c id=c type=checkbox><textarea v=b id=a>old</textarea>`,
      );
      await play.type("t", "héllo \u{1f600}");
      const input = await play.socket.next(Frame.EVENT);
      same([input.type, input.place, input.payload], ["input", 1, "héllo \u{1f600}"], "input");
      await play.click("c");
      const change = await play.socket.next(Frame.EVENT);
      same([change.type, change.place, change.payload], ["change", 2, true], "change");
      same(await play.value("c"), true, "the checkbox");
      await play.type("a", "new");
      same((await play.socket.next(Frame.EVENT)).payload, "new", "the text area");
    },
  },
  {
    name: "a submit sends the form's fields, the submitter's last",
    async run(subject) {
      const play = await open(
        subject,
        `<form v=d><input name=q value="x y"><input name=on type=checkbox value=yes checked>` +
          `<input name=off type=checkbox><input value=unnamed><input name=d value=d disabled>` +
          `<select name=s><option value=a>A</option><option value=b selected>B</option></select>` +
          `<button name=go value=1 id=go>Go</button></form>`,
      );
      await play.click("go");
      const { type, place, payload } = await play.socket.next(Frame.EVENT);
      same([type, place], ["submit", 1], "type and place");
      same(payload, [["q", "x y"], ["on", "yes"], ["s", "b"], ["go", "1"]], "fields");
    },
  },
  {
    name: "a form with data-reset is empty once its event is made",
    async run(subject) {
      const play = await open(
        subject,
        `<form v=d data-reset><input name=q id=q><button id=go>Go</button></form>`,
      );
      await play.type("q", "tea");
      await play.click("go");
      same((await play.socket.next(Frame.EVENT)).payload, [["q", "tea"]], "fields");
      same(await play.value("q"), "", "the control");
    },
  },
  {
    name: "a key is sent by name",
    async run(subject) {
      const play = await open(subject, `<p v=e id=p tabindex=0></p>`);
      await play.player.tell("press", { on: "p", key: "ArrowDown" });
      const { type, payload } = await play.socket.next(Frame.EVENT);
      same([type, payload], ["keydown", ["ArrowDown"]], "event");
    },
  },
  {
    name: "a type without a code is sent by name, and declared fields come along",
    async run(subject) {
      const play = await open(subject, `<button v="a:shiftKey" id=b></button>`);
      await play.click("b");
      const { payload } = await play.socket.next(Frame.EVENT);
      const { f } = payload as { f?: Record<string, unknown> };
      must(f !== undefined, `the payload is ${JSON.stringify(payload)}, without "f"`);
    },
  },
  {
    name: "a disabled control does nothing",
    async run(subject) {
      const play = await open(
        subject,
        `<fieldset disabled><button v=a id=no></button></fieldset><button v=a id=yes></button>`,
      );
      await play.click("no");
      await play.click("yes");
      same((await play.socket.next(Frame.EVENT)).place, 2, "place");
    },
  },
  {
    name: "a debounced event is sent before any later event of another element",
    async run(subject) {
      const play = await open(
        subject,
        `<input v=b id=t data-debounce=60000><button type=button v=a id=b></button>`,
      );
      await play.type("t", "a");
      await play.type("t", "ab");
      await play.click("b");
      const first = await play.socket.next(Frame.EVENT);
      same([first.seq, first.type, first.payload], [1, "input", "ab"], "the first event");
      same((await play.socket.next(Frame.EVENT)).type, "click", "the second event");
    },
  },
  {
    name: "an event that is larger than a frame may be is not sent, and takes no number",
    async run(subject) {
      const play = await open(subject, `<input v=b id=t><button type=button v=a id=b></button>`);
      await play.type("t", "x".repeat(300_000));
      await play.click("b");
      const { seq, type } = await play.socket.next(Frame.EVENT);
      same([seq, type], [1, "click"], "the first event");
    },
  },
  {
    name: "a link of the site is a NAVIGATE, and others are not",
    async run(subject) {
      const play = await open(
        subject,
        `<a id=out href="https://elsewhere.example/">out</a><a id=file href="/f" download>f</a>` +
          `<a id=in href="/next?x=1#y">in</a>`,
      );
      await play.click("out");
      await play.click("file");
      await play.click("in");
      const { seq, url, mode } = await play.socket.next(Frame.NAVIGATE);
      same([seq, url, mode], [1, "/next?x=1#y", "push"], "NAVIGATE");
    },
  },
  {
    name: "a window of another size is told by CLIENT",
    async run(subject) {
      const play = await open(subject, `<p v></p>`);
      await play.settled();
      await play.player.tell("resize", { width: 500, height: 400 });
      const { facts } = await play.socket.next(Frame.CLIENT);
      same((facts as { screen: unknown }).screen, { width: 500, height: 400 }, "screen");
    },
  },
];

/** Text that a patch meets while it is typed. */
export const typedText: Case<PlayerSubject>[] = [
  {
    name:
      "what the user typed stays until the server has seen it; then the newest value kept counts",
    async run(subject) {
      const play = await open(subject, `<input v=b id=t value=old>`);
      await play.type("t", "typed");
      await play.socket.next(Frame.EVENT);
      play.patch(0, value(1, "of the server"));
      await play.settled();
      same(await play.value("t"), "typed", "before the acknowledgement");
      play.patch(1);
      await play.settled();
      same(await play.value("t"), "of the server", "after it");
      play.patch(0, value(1, "later"));
      await play.settled();
      same(await play.value("t"), "later", "when nothing is typed");
    },
  },
  {
    name: "a RENDER leaves what was typed alone",
    async run(subject) {
      const play = await open(subject, `<p v>1</p><input v=b id=t value=old>`);
      await play.type("t", "typed");
      await play.socket.next(Frame.EVENT);
      play.patch(0, render(`<p v>2</p><input v=b id=t value=new>`));
      await play.settled();
      same(await play.value("t"), "typed", "the control's text");
      await play.shows(`<p v>2</p><input v=b id=t value=new>`);
    },
  },
];
