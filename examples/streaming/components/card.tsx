/**
 * The report's cards: the same frame around a fallback, a content and an error.
 *
 * @module
 */
import type { Renderable } from "@vango/vango";

/** What stands in a card's head. */
export interface CardHead {
  readonly title: string;
  /** Where the figures come from. */
  readonly source: string;
}

/** A card's content. Without `took` it is still on its way. */
export function CardBody(
  { title, source, took, children }: CardHead & { took?: number; children?: Renderable },
): Renderable {
  return (
    <>
      <header class="card-head">
        <h2>{title}</h2>
        <p>
          <span class="source">{source}</span>
          <Took milliseconds={took} />
        </p>
      </header>
      <div class="card-body">{children}</div>
    </>
  );
}

/** How long it took, or that it is awaited. */
export function Took({ milliseconds }: { milliseconds?: number | undefined }): Renderable {
  return milliseconds === undefined
    ? <span class="took waiting">on its way</span>
    : <span class="took">{milliseconds.toLocaleString("en")} ms</span>;
}

/** Bars where text will stand. */
export function Bones({ lines = 4 }: { lines?: number }): Renderable {
  return (
    <div class="bones" aria-hidden="true">
      {Array.from(
        { length: lines },
        (_, line) => (
          <span
            key={line}
            style={{ width: `${[96, 78, 88, 62, 91, 70][line % 6]}%` }}
          />
        ),
      )}
    </div>
  );
}
