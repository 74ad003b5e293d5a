/**
 * What the player sends: events with their numbers, kept until they are acknowledged.
 *
 * @module
 */
import { Frame } from "../protocol/codes.ts";
import { MAX_PENDING_EVENTS, MAX_UP_FRAME } from "../protocol/limits.ts";
import { encodeEvent, encodeNavigate, encodeNumber, type EventFields } from "../protocol/up.ts";
import type { NavigateFrame } from "../protocol/up.ts";

/** An event or a navigation without the numbers that the outbox gives it. */
export type Outgoing =
  | Omit<EventFields, "seq" | "ack">
  | Pick<NavigateFrame, "url" | "mode">;

interface Pending {
  readonly seq: number;
  /** The PATCH applied when it happened: its place is of that numbering. */
  readonly ack: number;
  readonly event: Outgoing;
}

function encode({ seq, ack, event }: Pending): Uint8Array<ArrayBuffer> {
  return "place" in event
    ? encodeEvent({ seq, ack, ...event })
    : encodeNavigate({ seq, ack, ...event });
}

/** Numbers events, keeps them, and says which patches were applied. */
export class Outbox {
  /** Last PATCH applied. */
  applied = 0;
  /** Last event number used. */
  lastEvent = 0;
  /** Last event that the server has run. */
  acknowledged = 0;
  /** Last event whose effects outlive the server; `undefined` when it keeps nothing. */
  #durable: number | undefined;
  #pending: Pending[] = [];
  #send: ((frame: Uint8Array<ArrayBuffer>) => void) | undefined;
  /** Patches applied that the server was not told of. */
  #unsaid = 0;

  get live(): boolean {
    return this.#send !== undefined;
  }

  /** Events that were not acknowledged yet. */
  get waiting(): number {
    return this.#pending.filter(({ seq }) => seq > this.acknowledged).length;
  }

  /** Events that another server may have to be sent again. */
  get kept(): number {
    return this.#pending.length;
  }

  /** Patches applied that the server was not told of. */
  get unsaid(): number {
    return this.#unsaid;
  }

  /**
   * Sends an event, now or when the connection is back.
   *
   * @returns Its number; 0 when it was dropped, because it is too large or too many wait.
   */
  push(event: Outgoing): number {
    // What was run and waits only to be kept makes room.
    if (this.#pending.length >= MAX_PENDING_EVENTS && this.#pending[0]!.seq <= this.acknowledged) {
      this.#pending.shift();
    }
    const pending = { seq: this.lastEvent + 1, ack: this.applied, event };
    const isTooLarge = encode(pending).length > MAX_UP_FRAME;
    if (isTooLarge || this.#pending.length >= MAX_PENDING_EVENTS) return 0;
    this.lastEvent = pending.seq;
    this.#pending.push(pending);
    this.#transmit(pending);
    return pending.seq;
  }

  #transmit(pending: Pending): void {
    if (!this.#send) return;
    if (pending.ack === this.applied) this.#unsaid = 0;
    this.#send(encode(pending));
  }

  /** Sends any other frame, if there is a server to send it to. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#send?.(frame);
  }

  /** A patch was applied. */
  apply(seq: number): void {
    this.applied = seq;
    this.#unsaid++;
  }

  /** Tells the server what was applied. */
  acknowledge(): void {
    if (this.#unsaid === 0 || !this.#send) return;
    this.#unsaid = 0;
    this.#send(encodeNumber(Frame.ACK, this.applied));
  }

  /** The server has run events up to this one. */
  run(event: number): void {
    this.acknowledged = event;
    this.#forget();
  }

  /** The effects of events up to this one outlive the server; `undefined`: of none. */
  keep(event: number | undefined): void {
    this.#durable = event;
    this.#forget();
  }

  #forget(): void {
    const safe = Math.min(this.acknowledged, this.#durable ?? Infinity);
    this.#pending = this.#pending.filter(({ seq }) => seq > safe);
  }

  /** The server knows this page: what it has not run is sent again, with its number. */
  resume(send: (frame: Uint8Array<ArrayBuffer>) => void, event: number): void {
    this.#send = send;
    this.#unsaid = 0;
    this.run(event);
    for (const pending of this.#pending) if (pending.seq > event) this.#transmit(pending);
  }

  /**
   * Another server goes on with the page: what it does not know of is sent again.
   *
   * @returns How many events are lost, because one before them is not kept any more.
   */
  restore(
    send: (frame: Uint8Array<ArrayBuffer>) => void,
    patch: number,
    event: number,
  ): number {
    this.#pending = this.#pending.filter(({ seq }) => seq > event);
    // Something in between is not here any more: what waits would not mean what it meant.
    const next = this.#pending[0]?.seq ?? this.lastEvent + 1;
    if (next > event + 1) return this.restart(send, patch, event);
    this.applied = patch;
    this.resume(send, event);
    return 0;
  }

  /** The server begins anew. @returns How many events are lost. */
  restart(send: (frame: Uint8Array<ArrayBuffer>) => void, patch: number, event: number): number {
    this.#send = send;
    this.#unsaid = 0;
    this.applied = patch;
    this.lastEvent = this.acknowledged = event;
    return this.#pending.splice(0).length;
  }

  /** Nothing of what was applied counts: the server is asked to begin anew. */
  doubt(): void {
    this.applied = this.#unsaid = 0;
  }

  /** The connection is gone. */
  disconnect(): void {
    this.#send = undefined;
  }
}
