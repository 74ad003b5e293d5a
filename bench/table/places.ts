/**
 * Places of a page's markup, counted as a player counts them (docs/protocol.md §3).
 *
 * @module
 */

/** The page's places: how many, and which one an element with an id is. */
export interface CountedPlaces {
  readonly count: number;
  readonly byId: ReadonlyMap<string, number>;
}

/** Counts the places of region 0 in `html`, which holds no other region and no raw markup. */
export function countPlaces(html: string): CountedPlaces {
  const byId = new Map<string, number>();
  let count = 0;
  for (const [tag] of html.matchAll(/<!>|<[a-z][^>]*>/g)) {
    if (tag !== "<!>" && !/ v(?=[\s=>])/.test(tag)) continue;
    count++;
    const id = / id="?([^\s">]+)/.exec(tag)?.[1];
    if (id !== undefined) byId.set(id, count);
  }
  return { count, byId };
}

/** Markup without marks: what a server without live pages would send. */
export function withoutMarks(html: string): string {
  return html
    .replace(/<!>|<\?>|<!--\/?v(?:\d+|!)-->/g, "")
    .replace(/(<[a-z][^\s>]*) v(?:=(?:"[^"]*"|[^\s>]+))?(?=[\s>])/g, "$1");
}
