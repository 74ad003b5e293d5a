/**
 * The connection of a live session: frames in order, back-pressure, and the clock of silence.
 *
 * @module
 */
import { DEFLATE_ABOVE } from "../protocol/limits.ts";
import { deflate } from "./deflate.ts";
import * as limits from "./limits.ts";
import { CloseCode } from "./live_port.ts";
import type { Transport } from "./transport.ts";

/** What a wire tells its live session. */
export interface WireHost {
  /** The player does not read what it is sent, or says nothing: the connection was closed. */
  lost(transport: Transport, why: "slow" | "silent"): void;
  /** There may be room again for what was held back. */
  roomAgain(): void;
  report(error: unknown, owner: undefined): void;
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
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(host: WireHost) {
    this.#host = host;
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
    this.#silence ??= setTimeout(() => this.#checkSilence(), limits.SILENCE);
  }

  /** Lets go of the connection, which is gone. */
  disconnect(): void {
    this.#transport = undefined;
    clearTimeout(this.#drain);
    clearTimeout(this.#silence);
    this.#drain = this.#silence = undefined;
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

  #checkSilence(): void {
    this.#silence = undefined;
    const left = this.#lastHeard + limits.SILENCE - Date.now();
    if (left > 0) {
      this.#silence = setTimeout(() => this.#checkSilence(), left);
      return;
    }
    const transport = this.#transport;
    if (!transport) return;
    transport.close(CloseCode.GOING_AWAY, "silent");
    this.#host.lost(transport, "silent");
  }
}
