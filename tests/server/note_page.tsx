/** A page with one synced value that grows by an x with each click on `#write`. */
import type { Ctx, Renderable } from "@vango/vango";

export function Note(_: unknown, ctx: Ctx): () => Renderable {
  const note = ctx.sync.resource("note", { default: "" });
  return () => (
    <main>
      <p id="note">{note.current}</p>
      <button type="button" id="write" onclick={() => note.update(`${note.current}x`)}>
        Write
      </button>
    </main>
  );
}
