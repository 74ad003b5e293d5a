/**
 * Limits of live sessions, each with its reason.
 *
 * @module
 */

/** Milliseconds that a handler may take before its signal fires and the next event runs. */
export const HANDLER_DEADLINE = 10_000;

/** Milliseconds that a rendered page waits for its player: a slow phone on a slow network. */
export const WAIT_FOR_PLAYER = 30_000;

/** Pages that wait for players at most; the oldest go first. Each is a few KB to a few 100 KB. */
export const MAX_WAITING = 10_000;

/** Milliseconds that a page may stream before it waits like any other: a reader that does not read. */
export const MAX_STREAMING = 300_000;

/** Milliseconds that a live session outlives its socket: a tunnel, a lift, a laptop's lid. */
export const RESUME_WINDOW = 60_000;

/** Live sessions without a socket at most. */
export const MAX_DETACHED = 20_000;

/** PATCH frames that may be unacknowledged before updates are held back and merged. */
export const MAX_IN_FLIGHT = 64;

/** Bytes in the socket's buffer past which no more updates are written. */
export const BUFFER_WINDOW = 256 * 1024;

/** Milliseconds between two looks at a full buffer: shorter than an eye notices. */
export const DRAIN_INTERVAL = 50;

/** Milliseconds that a player may take nothing at all before it is cut off. */
export const STALLED = 60_000;

/** Bytes in the socket's buffer at which a player that does not read is cut off. */
export const BUFFER_HARD_CAP = 4 * 1024 * 1024;

/** Bytes of sent frames kept for a resume. */
export const MAX_HISTORY = 256 * 1024;

/** Milliseconds of silence after which a socket is taken for dead: three of a player's pings. */
export const SILENCE = 90_000;

/** Events that wait in a mailbox at most: a handler hangs and the user goes on clicking. */
export const MAX_MAILBOX = 1_000;

/** Bytes of the events that wait: a few of the largest, thousands of the usual ones. */
export const MAX_MAILBOX_BYTES = 4 * 1024 * 1024;

/** Forms with files of one page that are on their way: an impatient user, not a store. */
export const MAX_UPLOADS = 4;

/** Milliseconds that an event waits for its form to begin to arrive, and a form for its event. */
export const UPLOAD_PATIENCE = 60_000;

/** Emits and addresses that wait for a player at most; the oldest are dropped. */
export const MAX_EXTRAS = 1_000;

/** Whole regions that a player may ask for, a second and at once: each is a full render. */
export const RENDERS_PER_SECOND = 2;
export const RENDER_BURST = 20;

/**
 * Milliseconds that a page which was restored waits for the events that its player sends again: it
 * is to be shown with their effects, or text that was typed would go and come back. A player that
 * sends them does so at once; a handler that takes longer is not waited for.
 */
export const REPLAY_PATIENCE = 500;

/** Facts about itself that a player may tell a second, and at once: a window that is resized. */
export const CLIENTS_PER_SECOND = 10;
export const CLIENT_BURST = 50;

/** Events a second from one player, on average; a fast typist is at 15, a pointer at 60. */
export const EVENTS_PER_SECOND = 200;

/** Events that may come at once on top of the average: what was typed while offline. */
export const EVENT_BURST = 1_500;
