/**
 * Whether the server is still there: a network that swallows everything closes no socket.
 *
 * ```
 * 25 s of silence                      PING, 10 s to answer
 * an event, 2 s without a word after   PING, 5 s
 * the browser says that the network
 * has changed, or the page is shown    PING, 5 s; 1 s when it says that there is none
 * ```
 *
 * @module
 */
import { PING } from "./codes.ts";
import { live, transmit } from "./outbox.ts";

/** When the server was last heard. */
let heard = 0;
let isAsked = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let lost: () => void;

/** A connection begins: `onLost` is called when nobody is at its other end. */
export function startHeartbeat(onLost: () => void): void {
  lost = onLost;
  hear();
  beat();
}

export function stopHeartbeat(): void {
  clearTimeout(timer);
}

/** The server has said something. */
export function hear(): void {
  heard = Date.now();
  isAsked = false;
}

/** There is reason to doubt that the server is there. */
export function doubtServer(): void {
  if (live && !isAsked) ask(navigator.onLine ? 5_000 : 1_000);
}

/** An event was sent: a server that is there says something soon. */
export function awaitAnswer(): void {
  const sent = Date.now();
  setTimeout(() => heard < sent && doubtServer(), 2_000);
}

function beat(): void {
  const left = heard + 25_000 - Date.now();
  clearTimeout(timer);
  if (isAsked || left <= 0 && !live) lost();
  else if (left > 0) timer = setTimeout(beat, left);
  else ask(10_000);
}

function ask(patience: number): void {
  isAsked = true;
  transmit([PING]);
  clearTimeout(timer);
  timer = setTimeout(beat, patience);
}
