/**
 * What every server has to do, whatever its page shows: handshakes, frames, limits, errors, resume.
 *
 * @module
 */
import type { PlayerElement } from "../../src/player/dom.ts";
import { queryAll } from "../../src/player/query.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { Frame } from "../../src/protocol/codes.ts";
import type { PatchOp } from "../../src/protocol/patch_reader.ts";
import { encodeEvent, encodeJson, encodeNavigate, encodeNumber } from "../../src/protocol/up.ts";
import { type HelloVector, type InvalidVector, readVectors } from "../vectors/vectors.ts";
import { canonical } from "./play.ts";
import { type Case, must, same, Skip } from "./suite.ts";
import { Connection, type ServerSubject, Tab } from "./tab.ts";

type ServerCase = Case<ServerSubject>;

const KIB = 1024;

/** Milliseconds that a region may take: as long as the app gives it by default. */
const SLOW_REGION = 30_000;

/** Every case for servers, the golden frames among them. */
export async function serverCases(): Promise<ServerCase[]> {
  const hellos = await readVectors<HelloVector>("hello.json");
  const invalid = await readVectors<InvalidVector>("invalid.json");
  return [
    ...streams,
    ...handshakes,
    ...hellos.map(helloCase),
    ...frames,
    ...invalid.filter(({ from }) => from === "player").map(invalidCase),
    ...returns,
    ...pages,
  ];
}

/** A case about a page that was adopted. */
function live(
  run: (connection: Connection, tab: Tab) => Promise<void>,
): (subject: ServerSubject) => Promise<void> {
  return async (subject) => {
    await using tab = await Tab.load(subject);
    await run(await tab.connect(), tab);
  };
}

/** First: the pages of the other cases have regions that go on for a while, too. */
const streams: ServerCase[] = [
  {
    name: "regions that have not come with the page come over the connection, each once",
    async run(subject) {
      await using tab = await Tab.load(subject);
      const waiting = placeholders(tab).length;
      if (waiting === 0) throw new Skip("the page has no region that is not ready at once");
      const connection = await tab.connect();
      let replaced = 0;
      await tab.patches(connection, ({ ops }) => {
        replaced += ops.filter(({ op }) => op === "async-replace").length;
        return placeholders(tab).length === 0;
      }, SLOW_REGION);
      must(replaced >= waiting, `${replaced} of ${waiting} regions were replaced`);
      await asRendered(tab, connection);
    },
  },
];

const handshakes: ServerCase[] = [
  {
    name: "a page is a document with a token and marks, and nobody else may keep it",
    async run(subject) {
      const { response, html, page, cookie } = await Tab.load(subject);
      same(response.status, 200, "status");
      must(response.headers.get("content-type")?.includes("text/html"), "it is no HTML");
      must(response.headers.get("cache-control")?.includes("no-store"), "it may be kept");
      must(page.token !== undefined && page.token !== "", "its head has no page token");
      must(html.includes("<!--v0-->") && html.includes("<!--/v0-->"), "it has no region 0");
      must(cookie !== "", "it sets no cookie");
      const lines = response.headers.getSetCookie();
      must(lines.some((line) => /;\s*httponly/i.test(line)), "its cookie can be read by scripts");
    },
  },
  {
    name: "HELLO is answered by WELCOME, adopted, and nothing else",
    async run(subject) {
      await using tab = await Tab.load(subject);
      const connection = await tab.greet();
      const { frame } = await connection.next(Frame.WELCOME);
      same([frame.mode, frame.seq, frame.ack], ["adopted", 0, 0], "WELCOME");
    },
  },
  {
    name: "a handshake of a foreign origin, or with a cookie but without an origin, is refused",
    async run(subject) {
      const { cookie } = await Tab.load(subject);
      for (const headers of [{ cookie, origin: "https://elsewhere.example" }, { cookie }]) {
        const connection = new Connection(subject.url, headers);
        must(!await connection.opened, `it was taken with ${JSON.stringify(headers)}`);
      }
    },
  },
  {
    name: "a token that is not its own, or another visitor's, is answered by reload and 1008",
    async run(subject) {
      await using tab = await Tab.load(subject);
      await using other = await Tab.load(subject);
      const bad = await tab.greet({ token: "not.a.token" });
      await refusesToReload(bad);
      const stolen = await tab.greet({ token: other.page.token });
      await refusesToReload(stolen);
      const [body, signature] = tab.page.token!.split(/\.(?=[^.]*$)/);
      const changed = await tab.greet({ token: `${body!.slice(0, -1)}A.${signature}x` });
      await refusesToReload(changed);
    },
  },
  {
    name: "anything before HELLO, and a second HELLO, are answered by 1002",
    async run(subject) {
      await using tab = await Tab.load(subject);
      const early = await tab.dial();
      early.send(encodeNumber(Frame.PING));
      await early.endsWith(1002);
      const twice = await tab.connect();
      twice.send(encodeJson(Frame.HELLO, tab.hello()));
      await twice.endsWith(1002);
    },
  },
];

function helloCase({ name, hex, meaning, code }: HelloVector): ServerCase {
  return {
    name: `handshake: ${name}`,
    async run(subject) {
      await using tab = await Tab.load(subject);
      const connection = await tab.dial();
      const given = JSON.parse(new TextDecoder().decode(Uint8Array.fromHex(hex).subarray(1)));
      // All but what is missing or broken is this page's own.
      const hello = given?.token === "a.b" ? { ...given, token: tab.page.token } : given;
      connection.send(encodeJson(Frame.HELLO, hello));
      if (meaning) await connection.next(Frame.WELCOME);
      else if (code === "handshake") await refusesToReload(connection);
      else await connection.endsWith(code === "limit" ? 1009 : 1002);
    },
  };
}

async function refusesToReload(connection: Connection): Promise<void> {
  same((await connection.next(Frame.ERROR)).frame.code, "reload", "the ERROR's code");
  await connection.endsWith(1008);
}

const frames: ServerCase[] = [
  {
    name: "a PING is answered by a PONG",
    run: live(async (connection) => {
      connection.send(encodeNumber(Frame.PING));
      await connection.next(Frame.PONG);
    }),
  },
  {
    name: "an event without a handler is told to be dropped, and acknowledged",
    run: live(async (connection, tab) => {
      connection.send(tab.nothing());
      const { frame } = await connection.next(Frame.ERROR);
      same([frame.code, frame.seq], ["dropped", 1], "the ERROR");
      await tab.acknowledged(connection, 1);
    }),
  },
  {
    name: "an event that was run is not run again; one that skips a number ends the connection",
    run: live(async (connection, tab) => {
      connection.send(tab.nothing());
      await tab.acknowledged(connection, 1);
      connection.send(tab.nothing(1));
      connection.send(tab.nothing());
      await tab.acknowledged(connection, 1);
      connection.send(tab.nothing(4));
      await connection.endsWith(1002);
    }),
  },
  {
    name: "an acknowledgement of a PATCH that was never sent ends the connection",
    run: live(async (connection) => {
      connection.send(encodeNumber(Frame.ACK, 1_000_000));
      await connection.endsWith(1002);
    }),
  },
  {
    name: "a text message ends the connection with 1002, one that is too large with 1009",
    async run(subject) {
      await using tab = await Tab.load(subject);
      const text = await tab.connect();
      text.send("hello");
      await text.endsWith(1002);
      const large = await tab.connect({ seq: tab.applied });
      large.send(new Uint8Array(256 * KIB + 1).fill(Frame.EVENT));
      await large.endsWith(1009);
    },
  },
  {
    name: "facts that make no sense do not disturb it",
    run: live(async (connection) => {
      for (const facts of [{ platform: 7, screen: [] }, [1], null, { capabilities: "all" }]) {
        connection.send(encodeJson(Frame.CLIENT, facts));
      }
      connection.send(encodeNumber(Frame.PING));
      await connection.next(Frame.PONG);
    }),
  },
  {
    name: "nothing is deflated for a player that did not say so",
    run: live(async (connection) => {
      connection.send(encodeNumber(Frame.RENDER, 0));
      const { deflated } = await connection.next(Frame.PATCH);
      must(!deflated, "the frame is deflated");
    }),
  },
];

function invalidCase({ name, hex, code }: InvalidVector): ServerCase {
  return {
    name: `invalid: ${name} ends the connection`,
    run: live(async (connection) => {
      connection.send(Uint8Array.fromHex(hex));
      await connection.endsWith(code === "limit" ? 1009 : 1002);
    }),
  };
}

const returns: ServerCase[] = [
  {
    name: "a player that comes back is sent what it missed, as it was, and goes on",
    run: live(async (connection, tab) => {
      const seen = new Map<number, string>();
      for (let i = 0; i < 3; i++) connection.send(tab.nothing(++tab.event, 0));
      let left = 3;
      await tab.patches(connection, ({ seq, acks }, bytes) => {
        seen.set(seq, bytes.toHex());
        return (left -= acks) <= 0;
      });
      await connection.close();
      const again = await tab.greet({ seq: 0 });
      const { frame } = await again.next(Frame.WELCOME);
      same([frame.mode, frame.ack], ["resumed", 3], "WELCOME");
      must(frame.seq >= tab.applied, `WELCOME's seq is ${frame.seq}, before ${tab.applied}`);
      for (const [seq, hex] of seen) {
        same((await again.next(Frame.PATCH)).bytes.toHex(), hex, `PATCH ${seq}, repeated`);
      }
      // Sent again, as a player does that does not know what became of them.
      for (let seq = 1; seq <= 3; seq++) again.send(tab.nothing(seq, 0));
      again.send(tab.nothing());
      await tab.acknowledged(again, 1);
    }),
  },
  {
    name: "events that were on their way when the connection was lost count once",
    run: live(async (connection, tab) => {
      connection.send(tab.nothing());
      await tab.acknowledged(connection, 1);
      await connection.close();
      tab.event = 3;
      const again = await tab.connect();
      again.send(tab.nothing(2));
      again.send(tab.nothing(3));
      await tab.acknowledged(again, 2);
    }),
  },
  {
    name: "a player whose numbers make no sense is sent the page anew",
    run: live(async (connection, tab) => {
      connection.send(tab.nothing());
      await tab.acknowledged(connection, 1);
      await connection.close();
      const again = await tab.greet({ seq: 90_000, event: 1 });
      const { frame } = await again.next(Frame.WELCOME);
      same(frame.mode, "mounted", "WELCOME's mode");
      tab.applied = frame.seq;
      tab.event = frame.ack;
      tab.words.templates.length = tab.words.names.length = 0;
      const { ops } = await tab.patches(again, ({ ops }) => ops.some(isRender));
      must(ops.some((op) => op.op === "render" && op.region === 0), "region 0 is not among it");
      again.send(tab.nothing());
      await tab.acknowledged(again, 1);
    }),
  },
  {
    name: "a second connection of the page takes the place of the first",
    run: live(async (first, tab) => {
      const second = await tab.connect();
      await first.closed;
      second.send(tab.nothing());
      await tab.acknowledged(second, 1);
    }),
  },
];

const pages: ServerCase[] = [
  {
    name: "a region that was counted otherwise is sent whole",
    async run(subject) {
      await using tab = await Tab.load(subject);
      const places = { ...tab.page.regions.counts(), "0": 1_000_000 };
      const connection = await tab.greet({ places });
      same((await connection.next(Frame.WELCOME)).frame.mode, "adopted", "WELCOME's mode");
      const { ops } = await tab.patches(connection, ({ ops }) => ops.some(isRender));
      must(ops.some((op) => op.op === "render" && op.region === 0), "region 0 is not among it");
    },
  },
  {
    name: "a region that is asked for is what patches have made of it",
    run: live(async (connection, tab) => {
      await asRendered(tab, connection);
    }),
  },
  {
    name: "a region that is not there, and too many of them, are no more than ignored",
    run: live(async (connection, tab) => {
      connection.send(encodeNumber(Frame.RENDER, 999_999));
      for (let i = 0; i < 60; i++) connection.send(encodeNumber(Frame.RENDER, 0));
      const { frame } = await connection.next(Frame.ERROR);
      same(frame.code, "overloaded", "the ERROR's code");
      connection.send(tab.nothing());
      await tab.acknowledged(connection, 1);
    }),
  },
  {
    name: "a navigation is run and acknowledged, and never leads away from the site",
    run: live(async (connection, tab) => {
      const { pathname, search } = tab.subject.url;
      for (const url of [pathname + search, "https://elsewhere.example/", "//elsewhere.example"]) {
        const frame = { seq: ++tab.event, ack: tab.applied, url, mode: "replace" as const };
        connection.send(encodeNavigate(frame));
        let left = 1;
        await tab.patches(connection, ({ acks, ops }) => {
          for (const op of ops) {
            if (op.op !== "url" && op.op !== "navigate") continue;
            same(new URL(op.url, tab.subject.url).origin, tab.origin, "the origin of an address");
          }
          return (left -= acks) <= 0;
        });
      }
    }),
  },
  {
    name: "what clicks make of the page is what a fresh render would be",
    run: live(async (connection, tab) => {
      if (!tab.subject.act) throw new Skip("handlers are not to be called");
      let pressed = 0;
      for (let round = 0; round < 3; round++) {
        for (const element of clickable(tab)) {
          if (!element.isIn(tab.page.document)) continue;
          const { region, place } = element;
          const seq = ++tab.event;
          const ack = tab.applied;
          connection.send(
            encodeEvent({ seq, ack, region, place, type: "click", payload: undefined }),
          );
          await tab.acknowledged(connection, 1);
          pressed++;
        }
      }
      if (pressed === 0) throw new Skip("the page has nothing to click on");
      await asRendered(tab, connection);
    }),
  },
];

/** The regions that wait for their content. */
function placeholders(tab: Tab): PlayerElement[] {
  return queryAll(tab.page.body, "[data-async-id][aria-busy=true]");
}

function isRender(op: PatchOp): boolean {
  return op.op === "render";
}

function clickable(tab: Tab): PlayerElement[] {
  return [...tab.page.body.descendants()].filter((element) =>
    element.place > 0 && /(?:^| )a(?:$|[ :])/.test(element.get("v") ?? "")
  );
}

/** Asks for region 0 and compares it with what stands there. */
async function asRendered(tab: Tab, connection: Connection): Promise<void> {
  connection.send(encodeNumber(Frame.RENDER, 0));
  for (;;) {
    const before = regionMarkup(tab);
    const { ops } = await tab.patches(connection, () => true);
    const whole = ops.find((op) => op.op === "render" && op.region === 0);
    if (whole?.op !== "render") continue;
    // Patches in the same frame are part of it; without any, nothing may have changed.
    if (ops.length === 1) same(canonical(before), canonical(whole.html), "region 0");
    return;
  }
}

function regionMarkup(tab: Tab): string {
  const text = innerMarkup(tab.page.body, { marks: true });
  return text.slice(text.indexOf("<!--v0-->") + 9, text.lastIndexOf("<!--/v0-->"));
}
