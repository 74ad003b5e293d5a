// The markup below is odd on purpose: each form of a value has a frame of its own.
// deno-lint-ignore-file jsx-key jsx-curly-braces
/**
 * Patches: what a page was, the frames in order, what it becomes.
 *
 * @module
 */
import type { Renderable } from "../../src/contract/component.ts";
import { jsx } from "../../src/jsx/jsx_runtime.ts";
import { AsyncNode, dangerouslyUnescapedHtml } from "../../src/jsx/node.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { Op } from "../../src/protocol/codes.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { PatchWriter } from "../../src/protocol/patch_writer.ts";
import { batch, signal } from "../../src/signals/signals.ts";
import { LivePage } from "../tree/live_page.ts";
import type { PatchVector } from "./vectors.ts";

const PATCHES: PatchVector[] = [];

/** Every page and its patches. */
export async function makePatches(): Promise<PatchVector[]> {
  makeTreePatches();
  await makeAsync();
  return [...PATCHES, ...makePageOps()];
}

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

function makeTreePatches(): void {
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
  return { hex: bytes.toHex(), ops: JSON.parse(JSON.stringify(ops)), after };
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
      frames: [{ hex: bytes.toHex(), ops: JSON.parse(JSON.stringify(ops)), after }],
      next: live.page.regions.byId.get(0)!.next,
    };
  });
}
