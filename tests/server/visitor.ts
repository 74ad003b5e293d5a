/**
 * A visitor over the network: a browser's cookies around the headless player.
 *
 * @module
 */
import { assert } from "@std/assert";
import { deadline } from "@std/async";
import { Player } from "../../src/player/player.ts";
import type { PlayerRecord } from "../../src/player/record.ts";
import { webSocketTransport } from "../../src/player/transport.ts";

/** Milliseconds after which a test gives up on what should come soon. */
const PATIENCE = 15_000;

/** A browser: its tabs share cookies. */
export class Browser {
  readonly cookies: Map<string, string> = new Map();

  /** The `Cookie` header. */
  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Takes what a response sets. */
  take(response: Response): void {
    for (const text of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(text)!;
      if (/max-age=0/i.test(text)) this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const response = await deadline(
      fetch(url, { ...init, headers: { cookie: this.cookie, ...init.headers } }),
      PATIENCE,
    );
    this.take(response);
    return response;
  }

  /**
   * Loads a page and connects it; `origin` is asked again for each connection.
   *
   * @param onRecord Told at once of what happens besides patches.
   */
  async open(
    origin: string | (() => string),
    path = "/",
    onRecord?: (record: PlayerRecord) => void,
  ): Promise<Tab> {
    const where = typeof origin === "string" ? () => origin : origin;
    const response = await this.fetch(where() + path);
    const tab = new Tab(this, where, path, await response.text(), onRecord);
    tab.player.connect();
    await tab.until(() => tab.player.state === "live");
    return tab;
  }
}

/** One page in a browser. */
export class Tab implements Disposable {
  readonly player: Player;
  readonly browser: Browser;
  /** Answers of `/_vango/session`, by status. */
  readonly redeemed: number[] = [];
  readonly html: string;

  constructor(
    browser: Browser,
    origin: () => string,
    path: string,
    html: string,
    onRecord?: (record: PlayerRecord) => void,
  ) {
    this.browser = browser;
    this.html = html;
    this.player = new Player(html, {
      url: origin() + path,
      open: webSocketTransport(() => connect(origin(), browser.cookie)),
      redeem: (ticket, token) => this.#redeem(origin(), ticket, token),
      ...onRecord && { onRecord },
    });
  }

  async #redeem(origin: string, ticket: string, token: string): Promise<string> {
    const response = await this.browser.fetch(origin + "/_vango/session", {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ ticket, token }),
    });
    const body = await response.text();
    this.redeemed.push(response.status);
    assert(response.ok, body);
    return (JSON.parse(body) as { token: string }).token;
  }

  /** What stands in the element that a selector names. */
  text(selector: string): string {
    return this.player.find(selector).text;
  }

  click(selector: string): void {
    this.player.user.click(selector);
  }

  /** Clicks and waits until the server has run it. */
  async clicked(selector: string): Promise<void> {
    this.click(selector);
    await this.until(() => this.player.numbers.acknowledged === this.player.numbers.event);
  }

  /** Waits until `done`. */
  async until(done: () => boolean, patience?: number): Promise<void> {
    await eventually(done, patience);
  }

  [Symbol.dispose](): void {
    this.player.close();
  }
}

function connect(origin: string, cookie: string): WebSocket {
  return new WebSocket(
    origin.replace("http", "ws") + "/_vango/live",
    // Deno's own option: a page cannot set these.
    { headers: { cookie, origin } } as unknown as string[],
  );
}

/** Waits until `done`, looking again every few milliseconds. */
export async function eventually(
  done: () => boolean | Promise<boolean>,
  patience = PATIENCE,
): Promise<void> {
  const end = Date.now() + patience;
  while (!await done()) {
    assert(Date.now() < end, "what should happen has not happened");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
