/**
 * The kinds of holes in a template's markup.
 *
 * @module
 */

/** What a hole is filled with. */
export const Hole = {
  /** A child slot that is the only content of its element: no comments. */
  FILL: 0,
  /** A child slot between `<!>` and `<?>`. */
  CHILD: 1,
  /** An attribute. */
  ATTR: 2,
  /** A boolean attribute, precompiled: the slot is its name or the empty string. */
  BOOL: 3,
  /** An attribute that a property shadows (`value`, `checked`, …). */
  PROPERTY: 4,
  /** `value` of a `<textarea>`: written as content. */
  TEXTAREA: 5,
  /** `value` of a `<select>`: starts collecting its options. */
  SELECT: 6,
  /** The end of that `<select>`: marks the chosen option. */
  SELECT_END: 7,
  /** Text of `<title>` and the like, which cannot hold comments: always set whole. */
  RCDATA: 8,
  /** `dangerouslySetInnerHTML`. */
  HTML: 9,
} as const;
