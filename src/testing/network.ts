/**
 * The network between a view and its server: two ends of a socket in one process, and everything
 * that can happen to what lies between them.
 *
 * ```
 *  player ── up ──▶ │ latency, frozen, cut │ ── up ──▶ server
 *         ◀─ down ─ │                      │ ◀─ down ─
 * ```
 *
 * @module
 */
import type { PlayerClock } from "../player/clock.ts";
import type { PlayerTransport, TransportListener } from "../player/transport.ts";

const OPEN = 1;
const CLOSED = 3;

/** What a message does at the other end. */
interface Parcel {
  readonly due: number;
  readonly bytes: number;
  readonly deliver: () => void;
}

/** How a network behaves; everything may be changed at any time. */
export class TestNetwork {
  /** Milliseconds that a message takes, one way. */
  latency = 0;
  /** How likely each message is the one at which the connection breaks: 0 never, 1 always. */
  loss = 0;
  /** Whether connections come about. */
  reachable = true;
  /** Messages and bytes that left the player and the server so far. */
  readonly sent = { up: { messages: 0, bytes: 0 }, down: { messages: 0, bytes: 0 } };
  readonly #clock: PlayerClock;
  readonly #changed: () => void;
  readonly #wires: Set<Wire> = new Set();
  #frozen = false;
  /** State of the generator that decides about losses: the same in every run. */
  #dice = 1;

  /**
   * A network on which nothing has happened yet.
   *
   * @param changed Called whenever a message has left or arrived, or a connection has ended.
   */
  constructor(clock: PlayerClock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Whether messages are held up in both directions, without either side being told. */
  get frozen(): boolean {
    return this.#frozen;
  }

  set frozen(frozen: boolean) {
    this.#frozen = frozen;
    for (const wire of this.#wires) wire.pump();
  }

  /** Messages that are on their way, or would be if the network was not frozen. */
  get inFlight(): number {
    let sum = 0;
    for (const wire of this.#wires) sum += wire.inFlight;
    return sum;
  }

  /** Breaks every connection: both sides see it end with 1006, what was on its way is gone. */
  cut(): void {
    for (const wire of [...this.#wires]) wire.end(1006);
  }

  /**
   * Connects a player's end with a server's.
   *
   * @param accept Hands the server its end; `false` when it does not want it.
   */
  connect(
    listener: TransportListener,
    accept: (socket: WebSocket) => Promise<boolean>,
  ): PlayerTransport {
    const wire = new Wire(listener, {
      network: this,
      clock: this.#clock,
      over: () => {
        this.#wires.delete(wire);
        this.#changed();
      },
      changed: this.#changed,
    });
    this.#wires.add(wire);
    void this.#dial(wire, accept);
    return wire;
  }

  async #dial(wire: Wire, accept: (socket: WebSocket) => Promise<boolean>): Promise<void> {
    // A transport tells nothing before it was returned.
    await undefined;
    const accepted = this.reachable &&
      await accept(wire.server as unknown as WebSocket).catch(() => false);
    if (accepted) wire.open();
    else wire.end(1006);
  }

  /** Whether the connection breaks at this message. */
  breaks(): boolean {
    if (this.loss <= 0) return false;
    this.#dice = this.#dice * 48_271 % 2_147_483_647;
    return this.#dice / 2_147_483_647 < this.loss;
  }
}

/** What a wire needs around it. */
interface WireHost {
  readonly network: TestNetwork;
  readonly clock: PlayerClock;
  over(): void;
  changed(): void;
}

/** One connection. */
class Wire implements PlayerTransport {
  readonly server: ServerEnd;
  readonly #listener: TransportListener;
  readonly #host: WireHost;
  readonly #up: Parcel[] = [];
  readonly #down: Parcel[] = [];
  #timer: unknown;
  #pumping = false;
  #over = false;

  constructor(listener: TransportListener, host: WireHost) {
    this.#listener = listener;
    this.#host = host;
    this.server = new ServerEnd(this);
  }

  get inFlight(): number {
    return this.#up.length + this.#down.length;
  }

  /** Bytes that the server has sent and that have not left, because nothing does. */
  get buffered(): number {
    if (!this.#host.network.frozen) return 0;
    return this.#down.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  open(): void {
    if (this.#over) return;
    this.server.readyState = OPEN;
    this.server.onopen?.();
    this.#listener.open();
  }

  // The player's end

  send(frame: Uint8Array<ArrayBuffer>): void {
    const { up } = this.#host.network.sent;
    const data = frame.slice().buffer;
    if (!this.#post(this.#up, frame.length, () => this.server.onmessage?.({ data }))) return;
    up.messages++;
    up.bytes += frame.length;
  }

  close(code = 1000): void {
    if (this.#over) return;
    this.#finish();
    this.server.lost(code);
    this.#host.over();
  }

  // The server's end

  sendDown(bytes: Uint8Array): void {
    const { down } = this.#host.network.sent;
    const frame = bytes.slice();
    if (!this.#post(this.#down, frame.length, () => this.#listener.message(frame))) return;
    down.messages++;
    down.bytes += frame.length;
  }

  /** The server closes: the player is told once it has got everything before. */
  closeDown(code: number): void {
    this.#post(this.#down, 0, () => {
      this.#finish();
      this.#listener.close(code);
      this.#host.over();
    });
  }

  /** The connection is gone, for both. */
  end(code: number): void {
    if (this.#over) return;
    this.#finish();
    this.server.lost(code);
    this.#listener.close(code);
    this.#host.over();
  }

  #finish(): void {
    this.#over = true;
    this.#up.length = this.#down.length = 0;
    this.#host.clock.stop(this.#timer);
  }

  /** @returns Whether it is on its way. */
  #post(lane: Parcel[], bytes: number, deliver: () => void): boolean {
    const { network, clock } = this.#host;
    if (this.#over) return false;
    if (network.breaks()) {
      this.end(1006);
      return false;
    }
    const due = Math.max(lane.at(-1)?.due ?? 0, clock.now() + network.latency);
    lane.push({ due, bytes, deliver });
    this.pump();
    this.#host.changed();
    return true;
  }

  /** Delivers what is due, in a task of its own: nobody is called from within `send`. */
  pump(): void {
    if (this.#pumping || this.#over) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const { network, clock, changed } = this.#host;
    clock.stop(this.#timer);
    for (const lane of [this.#up, this.#down]) {
      while (!network.frozen && !this.#over && lane[0] && lane[0].due <= clock.now()) {
        lane.shift()!.deliver();
        changed();
      }
    }
    if (network.frozen || this.#over) return;
    const due = Math.min(this.#up[0]?.due ?? Infinity, this.#down[0]?.due ?? Infinity);
    if (due < Infinity) {
      this.#timer = clock.start(() => this.#deliver(), due - clock.now());
    }
  }
}

/** The part of a `WebSocket` that a server uses. */
class ServerEnd {
  binaryType = "arraybuffer";
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get bufferedAmount(): number {
    return this.#wire.buffered;
  }

  send(bytes: Uint8Array): void {
    if (this.readyState === OPEN) this.#wire.sendDown(bytes);
  }

  close(code = 1000): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#wire.closeDown(code);
  }

  lost(code: number): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.onclose?.({ code });
  }
}
