/**
 * What the player sends: events with their numbers, kept until they are acknowledged, and
 * acknowledgements.
 *
 * @module
 */
import { ACK, LARGEST_FRAME, MOST_PENDING } from "./codes.ts";
import { tell } from "./page.ts";

/** `ack` is the PATCH applied when it happened: its place is of that numbering. */
type Sent = readonly [event: number, frame: number, rest: number[], ack: number];

const encoder = new TextEncoder();

/** The socket, once the server has said WELCOME on it. */
export let live: WebSocket | undefined;
/** Number of the last PATCH applied. */
export let applied = 0;
/** Number of the last event used. */
export let lastEvent = 0;
/** Number of the last event that was run. */
export let acknowledged = 0;

const pending: Sent[] = [];
/** Number of the last event whose effects outlive the server. */
let durable = Infinity;
/** The last PATCH that the server knows to be applied. */
let said = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends a frame, if there is a server to send it to. */
export function transmit(frame: number[], to = live): void {
  to?.send(new Uint8Array(frame));
}

/** The bytes of a varint. */
export function bytes(value: number): number[] {
  return value > 127 ? [value & 127 | 128, ...bytes(value >>> 7)] : [value];
}

/** The bytes of a text. */
export function utf8(text: string): number[] {
  return [...encoder.encode(text)];
}

/**
 * Sends an event or a navigation, now or when the connection is back.
 *
 * @returns Its number; 0 when it was dropped, because it is too large or too many wait.
 */
export function sendEvent(frame: number, rest: number[], payload?: unknown): number {
  if (payload !== undefined) rest = rest.concat(utf8(JSON.stringify(payload)));
  // What was run and waits only to be kept makes room.
  if (pending.length >= MOST_PENDING && pending[0]![0] <= acknowledged) pending.shift();
  // A frame's head is shorter than 12 bytes.
  if (pending.length >= MOST_PENDING || rest.length > LARGEST_FRAME - 12) {
    tell("vango:event-dropped", { code: "limit" });
    return 0;
  }
  const sent: Sent = [++lastEvent, frame, rest, applied];
  pending.push(sent);
  send(sent);
  return lastEvent;
}

function send([event, frame, rest, ack]: Sent): void {
  transmit([frame, ...bytes(event), ...bytes(ack), ...rest]);
  if (ack > said) said = ack;
}

function acknowledge(): void {
  timer = undefined;
  if (applied > said) transmit([ACK, ...bytes(said = applied)]);
}

/** A patch was applied: the server is told within a second or 32 patches. */
export function setApplied(patch: number): void {
  applied = patch;
  if (patch - said > 31) acknowledge();
  else timer ??= setTimeout(acknowledge, 1000);
}

/** Events up to this one were run. */
export function setAcknowledged(event: number): void {
  acknowledged = event;
  forget();
}

/** The effects of events up to this one outlive the server; without a number it keeps none. */
export function setDurable(event = Infinity): void {
  durable = event;
  forget();
}

function forget(): void {
  while (pending[0]?.[0]! <= Math.min(acknowledged, durable)) pending.shift();
}

/** The server knows this page: what it has not run is sent again. */
export function resume(socket: WebSocket, event: number): void {
  live = socket;
  setAcknowledged(event);
  pending.forEach((sent) => sent[0] > event && send(sent));
}

/** Another server goes on with the page: it is sent what it does not know of. */
export function restore(socket: WebSocket, patch: number, event: number): void {
  setAcknowledged(event);
  // Something in between is not here any more: what waits would not mean what it meant.
  if ((pending[0]?.[0] ?? lastEvent + 1) > event + 1) return restart(socket, patch, event);
  applied = said = patch;
  resume(socket, event);
}

/** The server has begun anew: what waits means nothing to it. */
export function restart(socket: WebSocket, patch: number, event: number): void {
  live = socket;
  applied = said = patch;
  lastEvent = acknowledged = event;
  for (const _ of pending.splice(0)) tell("vango:event-dropped", { code: "mounted" });
}

/** Nothing of what was applied counts: the server is asked to begin anew. */
export function doubtApplied(): void {
  applied = said = 0;
}

/** The socket is gone. */
export function disconnect(): void {
  live = undefined;
}
