/**
 * The connection of a player: opened, heard, lost, opened again.
 *
 * ```
 *  connecting ── WELCOME ──▶ live ── lost ──▶ connecting ── an attempt fails ──▶ offline ──▶ …
 *
 *  1008 or ERROR reload ──▶ refused: the page is to be loaded anew          close() ──▶ closed
 * ```
 *
 * @module
 */
import { CloseCode, Frame } from "../protocol/codes.ts";
import { inflate } from "../protocol/down.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { PlayerClock } from "./clock.ts";
import { Backoff, Heartbeat } from "./heartbeat.ts";
import type { PlayerState } from "./record.ts";
import type { OpenTransport, PlayerTransport } from "./transport.ts";

/** What a connection asks of its player. */
export interface ConnectionPort {
  /** The frame that a connection begins with. */
  hello(): Uint8Array<ArrayBuffer>;
  /**
   * Takes a frame, in the order of sending, inflated.
   *
   * @throws {ProtocolError} when it is broken: the connection is lost then.
   */
  receive(frame: Uint8Array, from: PlayerTransport): void;
  /** Asks the server for a sign of life. @returns Whether there is one to ask. */
  ping(): boolean;
  /** The connection is gone. @param code Why; `undefined` when the player closed it. */
  gone(code: number | undefined): void;
  /** A frame was taken, or the state is another one: told behind all that came of it. */
  changed(): void;
  /** The state is another one. */
  stateChanged(state: PlayerState): void;
}

/** At most one transport at a time, and the way back when it is lost. */
export class Connection {
  readonly #port: ConnectionPort;
  readonly #open: OpenTransport;
  readonly #heartbeat: Heartbeat;
  readonly #backoff: Backoff;
  #state: PlayerState = "connecting";
  #transport: PlayerTransport | undefined;
  /** Frames behind one that is being inflated. */
  #queue: Promise<void> | undefined;

  /** @param open Opens a transport: called again whenever the player comes back. */
  constructor(port: ConnectionPort, open: OpenTransport, clock: PlayerClock) {
    this.#port = port;
    this.#open = open;
    this.#backoff = new Backoff(clock);
    this.#heartbeat = new Heartbeat(clock, {
      ping: () => port.ping(),
      lost: () => this.lose(CloseCode.BROKEN),
    });
  }

  /** How the player stands to its server. */
  get state(): PlayerState {
    return this.#state;
  }

  /** Whether a frame is being inflated. */
  get inflating(): boolean {
    return this.#queue !== undefined;
  }

  /** Whether another attempt is to come. */
  get retrying(): boolean {
    return this.#backoff.waiting;
  }

  /** Connects now, unless that is done or under way. */
  connect(): void {
    this.#backoff.stop();
    if (this.#transport || this.#state === "refused") return;
    this.#setState("connecting");
    const transport: PlayerTransport = this.#open({
      open: () => {
        if (this.#transport === transport) transport.send(this.#port.hello());
      },
      message: (frame) => {
        if (this.#transport === transport) this.#take(frame, transport);
      },
      close: (code) => {
        if (this.#transport === transport) this.lose(code);
      },
    });
    this.#transport = transport;
    this.#heartbeat.start();
  }

  /** The server has greeted us. */
  welcome(): void {
    this.#setState("live");
  }

  /** All is well: when the connection is lost, the first attempt to come back is an early one. */
  prove(): void {
    this.#backoff.reset();
  }

  /** Ends the connection as a lost network would. */
  drop(): void {
    if (this.#transport) this.lose(CloseCode.BROKEN);
  }

  /** Ends the connection until {@linkcode connect}. */
  close(): void {
    this.#disconnect(undefined);
    this.#setState("closed");
  }

  /** The connection is over for this reason; unless it was refused, there will be another one. */
  lose(code: number): void {
    this.#disconnect(code);
    if (code === CloseCode.REFUSED) return this.#setState("refused");
    this.#setState(this.#backoff.failing ? "offline" : "connecting");
    this.#backoff.wait(() => this.connect(), code === CloseCode.TRY_LATER ? 3 : 0);
  }

  #disconnect(code: number | undefined): void {
    this.#backoff.stop();
    this.#heartbeat.stop();
    this.#port.gone(code);
    const transport = this.#transport;
    this.#transport = undefined;
    this.#queue = undefined;
    transport?.close();
  }

  #take(frame: Uint8Array, from: PlayerTransport): void {
    this.#heartbeat.hear();
    if (!this.#queue && frame[0] !== Frame.DEFLATED) return this.#receive(frame, from);
    const queue = (this.#queue ?? Promise.resolve()).then(async () => {
      if (this.#transport !== from) return;
      try {
        const isDeflated = frame[0] === Frame.DEFLATED;
        this.#port.receive(isDeflated ? await inflate(frame.subarray(1)) : frame, from);
      } catch (error) {
        this.#broken(error, from);
      }
      if (this.#queue === queue) this.#queue = undefined;
      this.#port.changed();
    });
    this.#queue = queue;
  }

  #receive(frame: Uint8Array, from: PlayerTransport): void {
    try {
      this.#port.receive(frame, from);
    } catch (error) {
      this.#broken(error, from);
    }
    this.#port.changed();
  }

  #broken(error: unknown, from: PlayerTransport): void {
    if (!(error instanceof ProtocolError)) throw error;
    if (this.#transport !== from) return;
    from.close(CloseCode.PROTOCOL, error.code);
    this.lose(CloseCode.PROTOCOL);
  }

  #setState(state: PlayerState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#port.stateChanged(state);
    this.#port.changed();
  }
}
