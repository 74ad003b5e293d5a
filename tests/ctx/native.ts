/**
 * A native app as the server sees it: no cookies, no origin, a token that it keeps.
 *
 * @module
 */
import { deadline } from "@std/async";
import { formatFacts } from "../../src/ctx/client_facts.ts";
import type { PlayerFacts } from "../../src/player/options.ts";
import { Player } from "../../src/player/player.ts";
import { webSocketTransport } from "../../src/player/transport.ts";

/** Milliseconds after which a test gives up on what should come soon. */
const PATIENCE = 15_000;

/** What a phone says of itself. */
export const PHONE: PlayerFacts = {
  platform: "ios",
  capabilities: { touch: true, haptics: true, camera: true, biometrics: true, nativeShare: true },
  screen: { width: 390, height: 844 },
};

/** An app on a phone; its pages share its session. */
export class NativeApp {
  readonly origin: string;
  readonly facts: PlayerFacts;
  /** What the server gave it; "" after a log-out. */
  token: string | undefined;

  constructor(origin: string, facts: Partial<PlayerFacts> = {}) {
    this.origin = origin;
    this.facts = { ...PHONE, ...facts };
  }

  /** What it sends with every request. */
  get headers(): Record<string, string> {
    return {
      "vango-client": formatFacts(this.facts),
      ...this.token ? { authorization: `Bearer ${this.token}` } : {},
    };
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await deadline(
      fetch(this.origin + path, { ...init, headers: { ...this.headers, ...init.headers } }),
      PATIENCE,
    );
    this.token = response.headers.get("vango-session") ?? this.token;
    return response;
  }

  /** Loads a page and plays it. */
  async open(path = "/"): Promise<Player> {
    const response = await this.fetch(path);
    const player = new Player(await response.text(), {
      url: this.origin + path,
      facts: this.facts,
      open: webSocketTransport(() => this.dial()),
      redeem: (ticket, token) => this.#redeem(ticket, token),
    });
    player.connect();
    await player.settled(AbortSignal.timeout(PATIENCE));
    return player;
  }

  /** A socket with the app's credential; a browser cannot set these headers. */
  dial(headers: Record<string, string> = this.headers): WebSocket {
    return new WebSocket(
      this.origin.replace("http", "ws") + "/_vango/live",
      { headers } as unknown as string[],
    );
  }

  async #redeem(ticket: string, token: string): Promise<string> {
    const response = await this.fetch("/_vango/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ticket, token }),
    });
    return (await response.json() as { token: string }).token;
  }
}
