/**
 * A player and a live session in one process, with a network between them that a test can break.
 *
 * @module
 */
import type { ComponentNode } from "../../src/jsx/node.ts";
import type { LivePort } from "../../src/live/live_port.ts";
import type { LiveSession } from "../../src/live/live_session.ts";
import type { Transport } from "../../src/live/transport.ts";
import type { PlayerOptions } from "../../src/player/options.ts";
import { Player } from "../../src/player/player.ts";
import type { PlayerTransport, TransportListener } from "../../src/player/transport.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { parseHello } from "../../src/protocol/hello.ts";
import { startLive } from "../live/rig.ts";
import { TestClock } from "../../src/testing/clock.ts";

/** One connection: both ends in memory, frames delivered at once unless it is frozen. */
class Wire implements Transport, PlayerTransport {
  readonly listener: TransportListener;
  readonly net: TestNet;
  bufferedAmount = 0;
  over = false;
  /** The server's end: what its transport is. */
  readonly server: Transport;

  constructor(net: TestNet, listener: TransportListener) {
    this.net = net;
    this.listener = listener;
    this.server = {
      bufferedAmount: 0,
      send: (frame) => {
        if (this.over) return;
        net.down.push(frame);
        if (!net.frozen) listener.message(frame);
      },
      close: (code) => this.#end(code),
    };
  }

  #end(code: number): void {
    if (this.over) return;
    this.over = true;
    this.net.live?.detach(this.server);
    this.listener.close(code);
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.over) return;
    this.net.up.push(frame);
    if (this.net.frozen) return;
    const { live } = this.net;
    if (frame[0] === Frame.HELLO) live?.attach(this.server, parseHello(frame.subarray(1)));
    else live?.receive(this.server, frame);
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.net.live?.detach(this.server);
  }

  /** The network is gone, without a word. */
  lose(): void {
    this.#end(1006);
  }
}

/** What lies between a player and its server. */
export class TestNet {
  live: LiveSession | undefined;
  /** Frames sent by the player and by the server, on all connections. */
  readonly up: Uint8Array[] = [];
  readonly down: Uint8Array[] = [];
  /** Whether frames get lost in both directions. */
  frozen = false;
  /** Whether connections come about. */
  reachable = true;
  wire: Wire | undefined;

  open = (listener: TransportListener): PlayerTransport => {
    const wire = this.wire = new Wire(this, listener);
    queueMicrotask(() => {
      if (wire.over) return;
      if (!this.reachable) return wire.lose();
      listener.open();
    });
    return wire;
  };
}

/** A page, played. */
export interface PlayerRig {
  readonly player: Player;
  readonly live: LiveSession;
  readonly net: TestNet;
  readonly clock: TestClock;
}

/** The document that a server would send. */
export function documentOf(content: string): string {
  return `<!DOCTYPE html><html><head><meta name="vango" content="token"><title>t</title></head>` +
    `<body><!--v0-->${content}<!--/v0--></body></html>`;
}

/** Renders a page and plays it; connected when this resolves. */
export async function play(
  root: ComponentNode,
  options: Partial<PlayerOptions> = {},
  port: Partial<LivePort> = {},
): Promise<PlayerRig> {
  const { live, html } = startLive(root, port);
  const net = new TestNet();
  const clock = new TestClock();
  net.live = live;
  const player = new Player(documentOf(html), { open: net.open, clock, ...options });
  player.connect();
  await player.settled();
  return { player, live, net, clock };
}
