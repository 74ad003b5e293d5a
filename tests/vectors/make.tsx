// The markup below is odd on purpose: each form of a value has a frame of its own.
// deno-lint-ignore-file jsx-key jsx-curly-braces
/**
 * Makes the golden frames: `deno run -A tests/vectors/make.tsx`. They were made once and are pinned:
 * a player in any language checks itself against them. Run it again only for a new version of the
 * protocol; the difference is then the news to tell.
 *
 * @module
 */
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { AsyncNode, dangerouslyUnescapedHtml } from "../../src/jsx/node.ts";
import { EVENT_TYPES } from "../../src/internal/event_types.ts";
import type { Renderable } from "../../src/contract/component.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { Frame, Op } from "../../src/protocol/codes.ts";
import { decodeDown } from "../../src/protocol/down.ts";
import { PatchWriter } from "../../src/protocol/patch_writer.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import {
  decodeUp,
  encodeEvent,
  encodeJson,
  encodeNavigate,
  encodeNumber,
} from "../../src/protocol/up.ts";
import { batch, signal } from "../../src/signals/signals.ts";
import { LivePage } from "../tree/live_page.ts";
import { HELLOS } from "./handshakes.ts";
import type { DownVector, InvalidVector, PatchVector, UpVector } from "./vectors.ts";

const HERE = new URL("./", import.meta.url);

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

function write(name: string, vectors: readonly unknown[]): void {
  const text = JSON.stringify(vectors, null, 2) + "\n";
  Deno.writeTextFileSync(new URL(name, HERE), text);
}

// From the player

function up(name: string, bytes: Uint8Array<ArrayBuffer>): UpVector {
  const frame = decodeUp(bytes);
  if (frame.frame !== Frame.HELLO) return { name, hex: hex(bytes), meaning: { ...frame } };
  const hello: unknown = JSON.parse(new TextDecoder().decode(frame.payload));
  return { name, hex: hex(bytes), meaning: { frame: frame.frame, hello } };
}

const place = { region: 0, place: 7, payload: undefined };

/** What the types bring that bring something. */
const USUAL_PAYLOADS: Readonly<Record<string, unknown>> = {
  input: "",
  change: [["a.png", 4096, "image/png"]],
  submit: [],
  keydown: ["Enter"],
  keyup: ["A", "sr"],
  pointerdown: [0, 0, 0],
  pointerup: [3, 4, 2],
  pointermove: [-1, 4, 0],
  wheel: [0, -120],
  scroll: [0, 300],
  toggle: true,
};

const UP: UpVector[] = [
  up(
    "hello",
    encodeJson(Frame.HELLO, {
      v: 1,
      token: "a.b",
      platform: "ios",
      version: "1.2.3",
      capabilities: { touch: true, hover: false },
      screen: { width: 390, height: 844 },
      seq: 0,
      event: 0,
      places: { "0": 312, "2": 9 },
      deflate: true,
    }),
  ),
  up("click", encodeEvent({ seq: 1, ack: 0, type: "click", ...place })),
  up(
    "click with large numbers",
    encodeEvent({
      seq: 16_383,
      ack: 2_097_151,
      type: "click",
      region: 2,
      place: 2_147_483_647,
      payload: undefined,
    }),
  ),
  up("input", encodeEvent({ seq: 2, ack: 1, type: "input", ...place, payload: "héllo \u{1f600}" })),
  up(
    "change of a checkbox",
    encodeEvent({ seq: 3, ack: 1, type: "change", ...place, payload: true }),
  ),
  up(
    "change of a multiple select",
    encodeEvent({
      seq: 4,
      ack: 1,
      type: "change",
      ...place,
      payload: ["a", "b"],
    }),
  ),
  up(
    "submit",
    encodeEvent({
      seq: 5,
      ack: 1,
      type: "submit",
      ...place,
      payload: [["q", "x y"], ["file", ["a.txt", 12, "text/plain"]], ["go", "1"]],
    }),
  ),
  up("keydown", encodeEvent({ seq: 6, ack: 1, type: "keydown", ...place, payload: ["a", "cs"] })),
  up(
    "pointerdown",
    encodeEvent({ seq: 7, ack: 1, type: "pointerdown", ...place, payload: [3, 4, 0] }),
  ),
  up(
    "click with declared fields",
    encodeEvent({
      seq: 8,
      ack: 1,
      type: "click",
      ...place,
      payload: { f: { clientX: 3 } },
    }),
  ),
  up(
    "mouseup, the last type with a code",
    encodeEvent({ seq: 9, ack: 1, type: "mouseup", ...place }),
  ),
  up(
    "a custom event",
    encodeEvent({
      seq: 10,
      ack: 1,
      type: "app:saved",
      region: 4,
      place: 1,
      payload: { id: 3 },
    }),
  ),
  up(
    "submit of a form with a file, which goes by HTTP",
    encodeEvent({
      seq: 11,
      ack: 1,
      type: "submit",
      ...place,
      payload: { p: [["file", ["a.txt", 12, "text/plain"]]], u: "f-1" },
    }),
  ),
  ...EVENT_TYPES.slice(1).map((type) =>
    up(
      `${type}, with its usual payload`,
      encodeEvent({ seq: 1, ack: 0, type, ...place, payload: USUAL_PAYLOADS[type] }),
    )
  ),
  up("navigate", encodeNavigate({ seq: 11, ack: 2, url: "/orders?page=2#x", mode: "push" })),
  up("back", encodeNavigate({ seq: 12, ack: 2, url: "/", mode: "pop" })),
  up("ack", encodeNumber(Frame.ACK, 300)),
  up("ping", encodeNumber(Frame.PING)),
  up("pong", encodeNumber(Frame.PONG)),
  up("render", encodeNumber(Frame.RENDER, 2)),
  up("client", encodeJson(Frame.CLIENT, { screen: { width: 800, height: 600 } })),
];

// From the server

function down(name: string, bytes: Uint8Array<ArrayBuffer>): DownVector {
  return { name, hex: hex(bytes), meaning: { ...decodeDown(bytes) } };
}

const DOWN: DownVector[] = [
  down("welcome, adopted", encodeJson(Frame.WELCOME, { v: 1, mode: "adopted", seq: 0, ack: 0 })),
  down("welcome, resumed", encodeJson(Frame.WELCOME, { v: 1, mode: "resumed", seq: 9, ack: 4 })),
  down("welcome, mounted", encodeJson(Frame.WELCOME, { v: 1, mode: "mounted", seq: 9, ack: 4 })),
  down("error, reload", encodeJson(Frame.ERROR, { code: "reload" })),
  down("error, dropped", encodeJson(Frame.ERROR, { code: "dropped", seq: 3 })),
  down("error, handler", encodeJson(Frame.ERROR, { code: "handler", id: "k3x", message: "no" })),
  down("error that later servers know", encodeJson(Frame.ERROR, { code: "new", more: 1 })),
  down(
    "welcome of a page that is kept",
    encodeJson(Frame.WELCOME, { v: 1, mode: "adopted", seq: 0, ack: 0, durable: 0 }),
  ),
  down(
    "welcome, restored",
    encodeJson(Frame.WELCOME, { v: 1, mode: "restored", seq: 9, ack: 4, durable: 4 }),
  ),
  down(
    "welcome with a field that later servers send",
    encodeJson(Frame.WELCOME, {
      v: 1,
      mode: "adopted",
      seq: 0,
      ack: 0,
      more: true,
    }),
  ),
  down("error, overloaded", encodeJson(Frame.ERROR, { code: "overloaded" })),
  down(
    "error, upload",
    encodeJson(Frame.ERROR, { code: "upload", seq: 7, message: "upload-late" }),
  ),
  down("durable", encodeNumber(Frame.DURABLE, 300)),
  down("ping", encodeNumber(Frame.PING)),
  down("pong", encodeNumber(Frame.PONG)),
];

// Patches: what a page was, the frames in order, what it becomes

const PATCHES: PatchVector[] = [];

function scenario(name: string, live: LivePage, steps: readonly (() => void)[]): void {
  const before = live.html;
  const words = new WireVocabulary();
  const frames = steps.map((step) => {
    step();
    return frameOf(live, words);
  });
  if (live.mismatches.length > 0) throw new Error(`${name}: the player found something else`);
  PATCHES.push({ name, before, frames, next: live.counted.server });
}

function page(render: () => Renderable): LivePage {
  return new LivePage(jsx(() => render, {}));
}

function makePatches(): void {
  const text = signal("one");
  scenario(
    "text of an element, between comments, and gone",
    page(() => (
      <p>
        {text} and <b>{text}</b>
      </p>
    )),
    [
      () => text.value = "two",
      () => text.value = "",
      () => text.value = "é\u{1f600}\u2028<b>",
    ],
  );
  const title = signal<string | null>("t");
  const on = signal(false);
  scenario(
    "attributes, a boolean one, a value",
    page(() => <input title={title.value} disabled={on.value} value={title as never} />),
    [
      () => title.value = "u",
      () => title.value = null,
      () => on.value = true,
      () => batch(() => [title.value, on.value] = ["w", false]),
    ],
  );
  const rows = signal<string[]>(["a", "b", "c"]);
  scenario(
    "a keyed list: insert, remove, move, swap, clear, fill",
    page(() => <ul>{rows.value.map((row) => <li key={row} title={row}>{row}</li>)}</ul>),
    [
      () => rows.value = ["x", "a", "b", "c", "y"],
      () => rows.value = ["x", "b", "c", "y"],
      () => rows.value = ["b", "c", "x", "y"],
      () => rows.value = ["y", "c", "x", "b"],
      () => rows.value = ["c", "x", "b", "y"],
      () => rows.value = [],
      () => rows.value = ["q"],
    ],
  );
  const mixed = signal<Renderable[]>(["text", <b>1</b>]);
  scenario(
    "items that are not single elements stand between comments",
    page(() => <p>{mixed.value}</p>),
    [
      () =>
        mixed.value = [
          <b>1</b>,
          "more",
          <>
            two <i>parts</i>
          </>,
        ],
      () => mixed.value = ["more"],
      () => mixed.value = ["changed", dangerouslyUnescapedHtml("<u>raw</u><!---->")],
    ],
  );
  const kind = signal(0);
  const kinds: (() => Renderable)[] = [
    () => null,
    () => (
      <section>
        <h2>{"a"}</h2>
        {[<i key={1}>x</i>]}
      </section>
    ),
    () => "plain",
    () => <textarea value={"\nline"} rows={2} />,
    () => (
      <select value={`${"b"}`}>
        <option value="a">A</option>
        <option value="b">B</option>
      </select>
    ),
    () => <div dangerouslySetInnerHTML={{ __html: "<b v>x</b>" }} />,
    () => (
      <svg viewBox="0 0 1 1">
        <title>{"t"}</title>
        {[<circle key="c" r={1} />]}
      </svg>
    ),
    () => <button type="button" onclick={() => {}} onkeydown={() => {}}>{1}</button>,
  ];
  scenario(
    "a slot takes every kind of content; a template is told once",
    page(() => <main>{kinds[kind.value]!()}</main>),
    [...kinds.keys(), 1, 7].map((next) => () => kind.value = next),
  );
  const handler = signal<(() => void) | undefined>(() => {});
  scenario("a handler comes and goes", page(() => <b onclick={handler.value}>x</b>), [
    () => handler.value = undefined,
    () => handler.value = () => {},
  ]);
  const root = signal(0);
  const Item = () => () => root.value % 2 === 0 ? <li>{root.value}</li> : <s>{root.value}</s>;
  scenario(
    "a component that is a list item gets another root",
    page(() => <ul>{[jsx(Item, {})]}</ul>),
    [
      () => root.value = 1,
      () => root.value = 2,
    ],
  );
  const html = signal("<b>a</b>");
  scenario(
    "raw content of an element",
    page(() => <div dangerouslySetInnerHTML={{ __html: html.value }} />),
    [
      () => html.value = "<i>b</i>c",
    ],
  );
}

/** A slow part: its placeholder comes by a patch, then its content. */
async function makeAsync(): Promise<void> {
  const show = signal(false);
  const text = signal("ready");
  const slow = new AsyncNode(<i>wait</i>, () => Promise.resolve(<b>{text}</b>), undefined, {});
  const live = page(() => <div>{show.value ? slow : null}</div>);
  const before = live.html;
  const words = new WireVocabulary();
  const frames: PatchVector["frames"][number][] = [];
  for (const step of [() => show.value = true, () => {}, () => text.value = "changed"]) {
    step();
    for (let i = 0; i < 10; i++) await Promise.resolve();
    if (live.tree.stale) frames.push(frameOf(live, words));
  }
  PATCHES.push({ name: "an async region", before, frames, next: live.counted.server });
}

function frameOf(live: LivePage, words: WireVocabulary): PatchVector["frames"][number] {
  const bytes = live.encode();
  live.page.apply(bytes);
  const { ops } = readPatch(bytes, words);
  const after = innerMarkup(live.page.body, { marks: true }).slice(9, -10);
  return { hex: hex(bytes), ops: JSON.parse(JSON.stringify(ops)), after };
}

/** Operations that name no place. */
function makePageOps(): PatchVector[] {
  const cases: [string, (out: PatchWriter) => void][] = [
    ["head: a title", (out) => {
      out.op(Op.HEAD);
      out.string('{"k":"title","t":"title","a":{},"x":"New"}');
    }],
    ["head: a meta, and gone", (out) => {
      out.op(Op.HEAD);
      out.string('{"k":"d","t":"meta","a":{"name":"description","content":"x"}}');
      out.op(Op.HEAD);
      out.string('{"k":"d"}');
    }],
    ["a region's markup", (out) => {
      out.op(Op.RENDER);
      out.varint(0);
      out.string("<p v>new</p>");
    }],
    ["emit, with and without data", (out) => {
      out.op(Op.EMIT);
      out.string("app:saved");
      out.string('{"id":3}');
      out.op(Op.EMIT);
      out.string("app:done");
      out.string("");
    }],
    ["addresses", (out) => {
      for (const op of [Op.URL_PUSH, Op.URL_REPLACE, Op.NAVIGATE_PUSH, Op.NAVIGATE_REPLACE]) {
        out.op(op);
        out.string("/x?y=1");
      }
    }],
    ["native", (out) => {
      out.op(Op.NATIVE_VIEW);
      out.string("Card");
      out.string('{"id":1}');
      for (const op of [Op.NATIVE_NAVIGATE, Op.NATIVE_HAPTIC, Op.NATIVE_SHARE]) {
        out.op(op);
        out.string('{"style":"light"}');
      }
    }],
    ["focus, behind a transition", (out) => {
      out.op(Op.TRANSITION);
      out.at(Op.FOCUS, 1);
    }],
    ["a ticket", (out) => {
      out.op(Op.TICKET);
      out.string("t1");
    }],
  ];
  return cases.map(([name, make]) => {
    const live = page(() => <p tabindex={0} title={name}>old</p>);
    const out = new PatchWriter();
    make(out);
    const bytes = out.finish(1, 2);
    const { ops } = live.page.apply(bytes);
    const after = innerMarkup(live.page.body, { marks: true }).slice(9, -10);
    return {
      name,
      before: live.html,
      frames: [{ hex: hex(bytes), ops: JSON.parse(JSON.stringify(ops)), after }],
      next: live.page.regions.byId.get(0)!.next,
    };
  });
}

const INVALID: InvalidVector[] = [
  { name: "nothing", from: "player", hex: "", code: "truncated" },
  { name: "an unknown frame", from: "player", hex: "7f", code: "unknown-frame" },
  { name: "a padded number", from: "player", hex: "228000", code: "varint" },
  { name: "a number past 2^31 - 1", from: "player", hex: "22ffffffff0f", code: "varint" },
  { name: "a number without an end", from: "player", hex: "22ff", code: "truncated" },
  { name: "bytes behind an ack", from: "player", hex: "220100", code: "truncated" },
  { name: "an event without a place", from: "player", hex: "20010001", code: "truncated" },
  { name: "an event of an unknown code", from: "player", hex: "2001007f01", code: "unknown-frame" },
  { name: "an event with broken JSON", from: "player", hex: "20010002077b", code: "json" },
  { name: "an event with broken UTF-8", from: "player", hex: "2001000207ff", code: "utf8" },
  {
    name: "a name that is longer than the frame",
    from: "player",
    hex: "200100000705616263",
    code: "truncated",
  },
  {
    name: "a navigation of an unknown mode",
    from: "player",
    hex: "2101007b2275726c223a222f222c226d6f6465223a2278227d",
    code: "json",
  },
  {
    name: "a navigation without an address",
    from: "player",
    hex: "2101007b226d6f6465223a2270757368227d",
    code: "limit",
  },
  { name: "bytes behind a ping", from: "player", hex: "2300", code: "truncated" },
  {
    name: "a request for a region without its number",
    from: "player",
    hex: "25",
    code: "truncated",
  },
  { name: "facts that are no JSON", from: "player", hex: "2678", code: "json" },
  { name: "nothing", from: "server", hex: "", code: "truncated" },
  { name: "a durable event without its number", from: "server", hex: "15", code: "truncated" },
  { name: "bytes behind a durable event", from: "server", hex: "150101", code: "truncated" },
  { name: "bytes behind a pong", from: "server", hex: "2400", code: "truncated" },
  {
    name: "a welcome whose numbers are none",
    from: "server",
    hex: hex(encodeJson(Frame.WELCOME, { v: 1, mode: "adopted", seq: "0", ack: 0 })),
    code: "sequence",
  },
  { name: "an unknown frame", from: "server", hex: "7f", code: "unknown-frame" },
  {
    name: "a welcome of another version",
    from: "server",
    hex: "027b2276223a392c226d6f6465223a2261646f70746564222c22736571223a302c2261636b223a307d",
    code: "handshake",
  },
  {
    name: "a welcome of an unknown mode",
    from: "server",
    hex: "027b2276223a312c226d6f6465223a2278222c22736571223a302c2261636b223a307d",
    code: "handshake",
  },
  { name: "an error that is no object", from: "server", hex: "145b5d", code: "json" },
  {
    name: "operations longer than the frame",
    from: "server",
    hex: "1001000901",
    code: "truncated",
  },
  { name: "an unknown operation", from: "server", hex: "10010001" + "60", code: "unknown-op" },
  { name: "text that is too short", from: "server", hex: "100100030104054142", code: "truncated" },
  {
    name: "text that is left over",
    from: "server",
    hex: "10010004" + "01040101" + "414243",
    code: "truncated",
  },
  { name: "a place below 0", from: "server", hex: "10010003" + "050205", code: "varint" },
  {
    name: "a template that was never told",
    from: "server",
    hex: "10010003" + "070409",
    code: "sequence",
  },
  {
    name: "a name that was never told",
    from: "server",
    hex: "10010003" + "030405",
    code: "sequence",
  },
  {
    name: "a list without its items",
    from: "server",
    hex: "10010008" + "070402ffffffff07",
    code: "truncated",
  },
  {
    name: "a flag that is neither 0 nor 1",
    from: "server",
    hex: "10010005" + "0904000102" + "61",
    code: "varint",
  },
  { name: "text that is no UTF-8", from: "server", hex: "10010002" + "0104" + "ff", code: "utf8" },
];

makePatches();
await makeAsync();
write("hello.json", HELLOS);
write("up.json", UP);
write("down.json", DOWN);
write("patches.json", [...PATCHES, ...makePageOps()]);
write("invalid.json", INVALID);
