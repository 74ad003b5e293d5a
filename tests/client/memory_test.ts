import { assert, assertEquals } from "@std/assert";
import { Op, Tag } from "../../src/protocol/codes.ts";
import { openRig, type Visit } from "./rig.ts";
import { setText, text, Words } from "./words.ts";

function sweep(visit: Visit): Promise<number> {
  return visit.page.evaluate(() =>
    (globalThis as unknown as { vango: { sweep(): number } }).vango.sweep()
  );
}

Deno.test("nodes that have left the page are let go, the others stay reachable", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<h1 v>title</h1><ul v></ul>");
  const words = new Words();
  const list = (items: number) =>
    visit.patch((w) => {
      w.at(Op.REPLACE, 2);
      w.varint(Tag.LIST);
      w.varint(items);
      for (let i = 0; i < items; i++) {
        words.template(w, "<li v></li>", 1, [[0, 0]]);
        text(w, `${i}`);
      }
    });
  await visit.page.evaluate(() => {
    const page = globalThis as unknown as { gone: WeakRef<Node>[] };
    page.gone = [];
  });
  let next = 3;
  for (let round = 0; round < 5; round++) {
    await list(2000);
    next += 2000;
    await visit.page.evaluate(() => {
      const page = globalThis as unknown as { gone: WeakRef<Node>[] };
      for (const item of document.querySelectorAll("li")) page.gone.push(new WeakRef(item));
    });
  }
  assertEquals(await sweep(visit), 2002);
  await visit.page.requestGC();
  const left = await visit.page.evaluate(() =>
    (globalThis as unknown as { gone: WeakRef<Node>[] }).gone
      .filter((ref) => ref.deref() && !ref.deref()!.isConnected).length
  );
  assertEquals(left, 0);
  await visit.patch((w) => {
    setText(w, 1, "still");
    setText(w, next - 1, "last");
  });
  assertEquals(
    await visit.page.evaluate(() => [
      document.querySelector("h1")!.textContent,
      document.querySelector("li:last-child")!.textContent,
    ]),
    ["still", "last"],
  );
});

Deno.test("the sweep comes by itself, in idle time", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<ul v></ul>", {
    before: (page) =>
      page.addInitScript(() => {
        const idle = globalThis.requestIdleCallback;
        const page = globalThis as unknown as { sweeps: number };
        page.sweeps = 0;
        globalThis.requestIdleCallback = (run) => {
          page.sweeps++;
          return idle(run);
        };
      }),
  });
  const words = new Words();
  for (let round = 0; round < 30; round++) {
    await visit.patch((w) => {
      w.at(Op.REPLACE, 1);
      w.varint(Tag.LIST);
      w.varint(200);
      for (let i = 0; i < 200; i++) words.template(w, "<li v>x</li>", 1);
    });
  }
  const sweeps = await visit.page.evaluate(() =>
    (globalThis as unknown as { sweeps: number }).sweeps
  );
  // 6,000 places were added and 201 are alive: one sweep for each 1,000 at most.
  assert(sweeps >= 1 && sweeps <= 6, `${sweeps} sweeps`);
});
