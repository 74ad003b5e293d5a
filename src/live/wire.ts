/**
 * The connection of a live session: frames in order, back-pressure, and the clock of silence.
 *
 * @module
 */
import { SharedTimer } from "../internal/shared_timer.ts";
import { CloseCode } from "../protocol/codes.ts";
import { DEFLATE_ABOVE } from "../protocol/limits.ts";
import { deflate } from "./deflate.ts";
import * as limits from "./limits.ts";
import type { Transport } from "./transport.ts";

/** What a wire tells its live session. */
export interface WireHost {
  /** The player does not read what it is sent, or says nothing: the connection was closed. */
  lost(transport: Transport, why: "slow" | "silent"): void;
  /** There may be room again for what was held back. */
  roomAgain(): void;
  report(error: unknown, owner: undefined): void;
}

/** One clock for all connections of an app, by what these share. */
const silences: WeakMap<object, SharedTimer<Wire>> = new WeakMap();

function silenceOf(app: object): SharedTimer<Wire> {
  let silence = silences.get(app);
  if (!silence) {
    silence = new SharedTimer({
      dueOf: (wire) => wire.silentAt,
      late: (wire) => wire.cutSilent(),
      now: Date.now,
    });
    silences.set(app, silence);
  }
  return silence;
}

/** At most one transport at a time; without one, what is sent goes nowhere. */
export class Wire {
  readonly #host: WireHost;
  #transport: Transport | undefined;
  /** Whether the player understands DEFLATED frames. */
  #deflates = false;
  /** Frames wait behind one that is being deflated. */
  #sending: Promise<void> | undefined;
  /** Bytes of the frames that wait so. */
  #packing = 0;
  /** The largest frame sent on this connection: the buffer may hold it and still be sound. */
  #largest = 0;
  /** Since when the player takes nothing, and how much waited then; 0 while it does. */
  #stalledSince = 0;
  #stalledBytes = 0;
  #lastHeard = 0;
  #drain: ReturnType<typeof setTimeout> | undefined;
  readonly #silence: SharedTimer<Wire>;

  /** @param app What all live sessions of an app share. */
  constructor(host: WireHost, app: object) {
    this.#host = host;
    this.#silence = silenceOf(app);
  }

  get open(): boolean {
    return this.#transport !== undefined;
  }

  /** Whether `transport` is the current one. */
  carries(transport: Transport): boolean {
    return transport === this.#transport;
  }

  /** Whether updates are held back because the player is behind. */
  get stalled(): boolean {
    return this.#stalledSince > 0;
  }

  /** Takes another connection; the one before it is closed. */
  connect(transport: Transport, deflates: boolean): void {
    const before = this.#transport;
    this.#transport = transport;
    this.#deflates = deflates;
    this.#largest = this.#stalledSince = 0;
    before?.close(CloseCode.REFUSED, "replaced");
    this.heard();
    this.#silence.add(this);
  }

  /** Lets go of the connection, which is gone. */
  disconnect(): void {
    this.#transport = undefined;
    clearTimeout(this.#drain);
    this.#drain = undefined;
    this.#silence.delete(this);
  }

  close(code: number, reason: string): void {
    this.#transport?.close(code, reason);
    this.disconnect();
  }

  /** The player has said something. */
  heard(): void {
    this.#lastHeard = Date.now();
  }

  /**
   * Sends a frame behind those before it.
   *
   * @param after What the frame waits for; it never rejects.
   */
  send(bytes: Uint8Array<ArrayBuffer>, after?: Promise<void>): void {
    const transport = this.#transport;
    if (!transport) return;
    const waiting = transport.bufferedAmount + this.#packing;
    if (waiting > limits.BUFFER_HARD_CAP + this.#largest) return this.#cutOff(transport);
    this.#largest = Math.max(this.#largest, bytes.length);
    const pack = bytes.length > DEFLATE_ABOVE && this.#deflates;
    if (!pack && !this.#sending && !after) return transport.send(bytes);
    this.#packing += bytes.length;
    const sending = (this.#sending ?? Promise.resolve())
      .then(() => after)
      .then(() => pack ? deflate(bytes) : bytes)
      .then((packed) => transport.send(packed), (error) => this.#host.report(error, undefined))
      .finally(() => {
        this.#packing -= bytes.length;
        if (this.#sending === sending) this.#sending = undefined;
      });
    this.#sending = sending;
  }

  /**
   * Whether the player is too far behind; then the newest state is sent once, later.
   *
   * @param inFlight PATCH frames that it has not acknowledged.
   */
  congested(inFlight: number): boolean {
    const transport = this.#transport!;
    const waiting = transport.bufferedAmount + this.#packing;
    const full = waiting >= limits.BUFFER_WINDOW;
    if (!full && inFlight < limits.MAX_IN_FLIGHT) {
      this.#stalledSince = 0;
      return false;
    }
    if (this.#stalledSince === 0 || waiting < this.#stalledBytes) this.#stalledSince = Date.now();
    this.#stalledBytes = waiting;
    // An acknowledgement wakes us; nothing tells when a socket's buffer has room again.
    const stalled = Date.now() - this.#stalledSince;
    if (stalled >= limits.STALLED) this.#cutOff(transport);
    else {
      this.#drain ??= setTimeout(() => {
        this.#drain = undefined;
        this.#host.roomAgain();
      }, full ? limits.DRAIN_INTERVAL : limits.STALLED - stalled);
    }
    return true;
  }

  #cutOff(transport: Transport): void {
    transport.close(CloseCode.TRY_LATER, "too slow");
    this.#host.lost(transport, "slow");
  }

  /** Until when the player must have said something, milliseconds since 1970. */
  get silentAt(): number {
    return this.#lastHeard + limits.SILENCE;
  }

  /** The player has said nothing for too long. */
  cutSilent(): void {
    const transport = this.#transport;
    if (!transport) return;
    transport.close(CloseCode.GOING_AWAY, "silent");
    this.#host.lost(transport, "silent");
  }
}
