/**
 * Every limit of the wire in one place, each with its reason. Going past one is a
 * {@linkcode ProtocolError} with the code `limit`.
 *
 * @module
 */

/** Largest frame from a player, bytes: a form with a long text, not an upload. */
export const MAX_UP_FRAME = 256 * 1024;

/** Largest frame that a player inflates, bytes: a page of markup; more is a bomb. */
export const MAX_DOWN_FRAME = 64 * 1024 * 1024;

/** Largest hello, bytes: capability maps and a token; anything larger is not a handshake. */
export const MAX_HELLO = 16 * 1024;

/** Deepest JSON in an event payload: forms and details are flat; parsers recurse. */
export const MAX_JSON_DEPTH = 32;

/**
 * Deepest nesting of values in a patch: lists in templates in lists. Readers recurse, and a page
 * that nests deeper is a component that renders itself.
 */
export const MAX_VALUE_DEPTH = 512;

/** Events that a player keeps unacknowledged; more means that the server is gone. */
export const MAX_PENDING_EVENTS = 1024;

/** Highest place number and sequence number: they stay exact and below 5 varint bytes. */
export const MAX_NUMBER = 0x7fffffff;

/** Longest event type or attribute name, UTF-16 units. */
export const MAX_NAME = 128;

/** Longest URL in a navigation, UTF-16 units: what servers and proxies accept. */
export const MAX_URL = 8 * 1024;

/** Frames above this many bytes are deflated when both sides can. */
export const DEFLATE_ABOVE = 1024;
