/**
 * Laws L1 and L2 on random pages in a real Chromium: what the browser's player makes of real frames
 * equals what its parser makes of a fresh render, and elements that did not change stay.
 *
 * Run one seed with `VANGO_SEED=123`; `VANGO_SOAK=1` runs many.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Frame } from "../../src/protocol/codes.ts";
import { openRig, type Rig } from "../client/rig.ts";
import { change, pageOf, sourceOf, worldOf } from "../properties/random_world.ts";
import { LivePage, renderOnce } from "../tree/live_page.ts";

const SOAK = Boolean(Deno.env.get("VANGO_SOAK"));
const ONE = Deno.env.get("VANGO_SEED");
const SEEDS = SOAK ? 1_000 : 40;
const UPDATES = 6;

/** Installs `compare(html)` in the page: what the page and a parse of `html` show. */
function installCompare(): void {
  const canonical = (parent: Node): string => {
    let out = "";
    let text = "";
    const flush = () => {
      if (text) out += JSON.stringify(text) + "\n";
      text = "";
    };
    for (const node of parent.childNodes) {
      if (node.nodeType === 3) text += node.nodeValue;
      else if (node.nodeType === 1) {
        flush();
        const element = node as HTMLInputElement;
        const control = /^(INPUT|TEXTAREA)$/.test(node.nodeName);
        const option = node.nodeName === "OPTION";
        const lines = [...element.attributes].filter(({ name }) =>
          !(control && /^(value|checked)$/.test(name)) && !(option && name === "selected")
        ).map(({ name, value }) => `${name}=${JSON.stringify(value)}`).sort();
        if (control) {
          lines.push(`@value=${JSON.stringify(element.value)} @checked=${element.checked}`);
        }
        if (node.nodeName === "SELECT") lines.push(`@value=${JSON.stringify(element.value)}`);
        const inner = node.nodeName === "TEXTAREA" ? "" : canonical(node);
        out += `<${node.nodeName} ${element.namespaceURI!.slice(-4)} ${lines.join(" ")}>\n` +
          inner.replace(/^(?=.)/gm, "  ") + "</>\n";
      }
    }
    flush();
    return out;
  };
  const elements = (): Map<string, Element> => {
    const found = new Map<string, Element>();
    const twice = new Set<string>();
    for (const element of document.querySelectorAll("[data-p]")) {
      const path = element.getAttribute("data-p")!;
      if (found.has(path)) twice.add(path);
      found.set(path, element);
    }
    for (const path of twice) found.delete(path);
    return found;
  };
  let before = elements();
  Object.assign(globalThis, {
    compare(html: string): { page: string; fresh: string; replaced: string[] } {
      const parsed = new DOMParser().parseFromString(html, "text/html");
      const now = elements();
      const replaced = [...now].filter(([path, element]) => {
        if (/~|^shared|^cell/.test(path)) return false;
        const old = before.get(path);
        return old && old !== element;
      }).map(([path]) => path);
      before = now;
      return { page: canonical(document.body), fresh: canonical(parsed.body), replaced };
    },
  });
}

function compare(html: string): { page: string; fresh: string; replaced: string[] } {
  return (globalThis as unknown as { compare: typeof compare }).compare(html);
}

async function checkSeed(rig: Rig, seed: number): Promise<void> {
  const source = sourceOf(seed);
  const world = worldOf(source);
  const live = new LivePage(pageOf(world));
  const visit = await rig.open(live.html.toWellFormed());
  await visit.page.evaluate(installCompare);
  for (let update = 0; update <= UPDATES; update++) {
    const what = `seed ${seed}, update ${update}`;
    if (update > 0) {
      change(world, source);
      visit.peer.send(live.encode());
      await visit.peer.settled();
    }
    const fresh = renderOnce(pageOf(world.copy())).toWellFormed();
    const result = await visit.page.evaluate(
      compare,
      `<!DOCTYPE html><body><!--v0-->${fresh}<!--/v0-->`,
    );
    assertEquals(visit.peer.has(Frame.RENDER), false, `${what}: the player asked for markup`);
    if (result.page !== result.fresh) {
      assertEquals(result.page.split("\n"), result.fresh.split("\n"), what);
    }
    assertEquals(result.replaced, [], `${what}: elements that did not change were replaced`);
  }
  await visit.page.close();
}

Deno.test("L1 and L2 hold in a browser: a patched page equals a parsed fresh render", async () => {
  await using rig = await openRig();
  if (ONE) return await checkSeed(rig, Number(ONE));
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      await checkSeed(rig, seed);
    } catch (error) {
      console.error(`failed with VANGO_SEED=${seed}`);
      throw error;
    }
  }
  if (SOAK) console.log(`soak: L1 and L2 in Chromium: ${SEEDS} seeds, none failed`);
});
