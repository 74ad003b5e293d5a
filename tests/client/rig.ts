/**
 * A page with the real player in a real browser, and a server that the test plays by hand.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { deadline } from "@std/async";
import { Frame } from "../../src/protocol/codes.ts";
import { PatchWriter } from "../../src/protocol/patch_writer.ts";
import { decodeUp, type EventFrame, type NavigateFrame } from "../../src/protocol/up.ts";
import { type Chromium, openChromium } from "../browser/chromium.ts";

/** Milliseconds after which a test gives up on something that should come at once. */
const PATIENCE = 20_000;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What the player says in its HELLO. */
export interface Hello {
  v: number;
  token: string;
  platform: string;
  version: string;
  capabilities: Record<string, boolean>;
  screen: { width: number; height: number };
  seq: number;
  event: number;
  places: Record<string, number>;
  deflate: boolean;
}

/** Wakes whoever waits for something to change. */
class Changes {
  #waiting: (() => void)[] = [];

  changed(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /**
   * Waits until `done` gives something other than `undefined`.
   *
   * @throws {DOMException} `TimeoutError` when that takes too long for anything but a fault.
   */
  async until<T>(done: () => T | undefined): Promise<T> {
    for (;;) {
      const result = done();
      if (result !== undefined) return result;
      await deadline(new Promise<void>((resolve) => this.#waiting.push(resolve)), PATIENCE);
    }
  }
}

/** The server's end of one connection. */
export class Peer {
  readonly socket: WebSocket;
  readonly received: Uint8Array[] = [];
  /** The close code, once the player has closed. */
  closed: number | undefined;
  readonly #changes = new Changes();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.received.push(new Uint8Array(data));
      this.#changes.changed();
    };
    socket.onclose = ({ code }) => {
      this.closed = code;
      this.#changes.changed();
    };
  }

  /** Waits until `done` gives something other than `undefined`. */
  until<T>(done: () => T | undefined): Promise<T> {
    return this.#changes.until(done);
  }

  /** The next frame of this type, taken out of what was received. */
  next(type: number): Promise<Uint8Array> {
    return this.until(() => {
      const at = this.received.findIndex((frame) => frame[0] === type);
      return at < 0 ? undefined : this.received.splice(at, 1)[0];
    });
  }

  /** The next EVENT, decoded by the server's decoder. */
  async nextEvent(): Promise<EventFrame> {
    return decodeUp(await this.next(Frame.EVENT)) as EventFrame;
  }

  /** The next NAVIGATE, decoded by the server's decoder. */
  async nextNavigate(): Promise<NavigateFrame> {
    return decodeUp(await this.next(Frame.NAVIGATE)) as NavigateFrame;
  }

  /** Whether a frame of this type was received and not taken. */
  has(type: number): boolean {
    return this.received.some((frame) => frame[0] === type);
  }

  async hello(): Promise<Hello> {
    return JSON.parse(decoder.decode((await this.next(Frame.HELLO)).subarray(1)));
  }

  sendJson(type: number, value: unknown): void {
    this.socket.send(new Uint8Array([type, ...encoder.encode(JSON.stringify(value))]));
  }

  welcome(mode: "adopted" | "resumed" | "mounted" = "adopted", seq = 0, ack = 0): void {
    this.sendJson(Frame.WELCOME, { v: 1, mode, seq, ack });
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.socket.send(frame);
  }

  /** Waits until everything sent so far has been handled: frames are handled in order. */
  async settled(): Promise<void> {
    this.socket.send(new Uint8Array([Frame.PING]));
    await this.next(Frame.PONG);
  }
}

/** One page and the server's end of its connections. */
export class Visit {
  readonly page: Page;
  readonly peers: Peer[];
  peer!: Peer;
  seq = 0;
  #rig: Rig;

  constructor(rig: Rig, page: Page, peers: Peer[]) {
    this.#rig = rig;
    this.page = page;
    this.peers = peers;
  }

  /** Waits for connection number `index` (from 0) and makes it the current one. */
  async connection(index: number): Promise<Peer> {
    return this.peer = await this.#rig.connections.until(() => this.peers[index]);
  }

  /** Sends one PATCH and waits until it is applied. */
  async patch(write: (writer: PatchWriter) => void, acks = 0): Promise<void> {
    const writer = new PatchWriter();
    write(writer);
    this.peer.send(writer.finish(++this.seq, acks));
    await this.peer.settled();
  }

  /** Markup of the page's body without scripts. */
  body(): Promise<string> {
    return this.page.evaluate(() => {
      const body = document.body.cloneNode(true) as HTMLElement;
      for (const script of body.querySelectorAll("script")) script.remove();
      return body.innerHTML.trim();
    });
  }

  /** Remembers events of these types on the document, for {@linkcode Visit.seen}. */
  async watch(...types: string[]): Promise<void> {
    await this.page.evaluate((types) => {
      const page = globalThis as unknown as { seen: unknown[] };
      page.seen ??= [];
      for (const type of types) {
        document.addEventListener(type, (e) => page.seen.push([type, (e as CustomEvent).detail]));
      }
    }, types);
  }

  /** The events watched so far, as pairs of type and detail. */
  seen(): Promise<unknown[]> {
    return this.page.evaluate(() => (globalThis as unknown as { seen: unknown[] }).seen);
  }

  /** Loads another page of the rig in the same tab. */
  async goto(path: string): Promise<void> {
    await this.page.goto(this.#rig.origin + path);
  }
}

/** Settings of {@linkcode Rig.open}. */
export interface OpenOptions {
  head?: string;
  /** Answer the first HELLO by `adopted`; true by default. */
  adopt?: boolean;
  /** Content-Security-Policy of the page. */
  csp?: string;
  /** Runs before anything of the page. */
  before?: (page: Page) => Promise<unknown>;
  url?: string;
}

/** A browser, a server and the player's bundle. */
export class Rig implements AsyncDisposable {
  readonly #chromium: Chromium;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #scripts: ReadonlyMap<string, string>;
  #html = "";
  #csp = "";
  #peers: Peer[] = [];
  readonly connections: Changes = new Changes();
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  readonly origin: string;

  /** @param scripts Scripts that pages may load, by path. */
  constructor(chromium: Chromium, scripts: ReadonlyMap<string, string>) {
    this.#chromium = chromium;
    this.#scripts = scripts;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#answer(request),
    );
    this.origin = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  #answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    if (request.headers.get("upgrade") === "websocket") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      this.#peers.push(new Peer(socket));
      this.connections.changed();
      return response;
    }
    this.requests.push(pathname);
    const script = this.#scripts.get(pathname);
    if (script !== undefined) {
      return new Response(script, { headers: { "content-type": "text/javascript" } });
    }
    if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
    const headers: Record<string, string> = { "content-type": "text/html; charset=utf-8" };
    if (this.#csp) headers["content-security-policy"] = this.#csp;
    return new Response(this.#html, { headers });
  }

  /** Opens a page whose region 0 is `content` and waits until the player has said HELLO. */
  async open(content: string, options: OpenOptions = {}): Promise<Visit> {
    this.#peers = [];
    this.#csp = options.csp ?? "";
    this.#html = `<!DOCTYPE html><html><head><title>t</title><meta name="vango" content="tok">
<script type="module" src="/_vango/client.js" data-socket="/_vango/live"></script>
${options.head ?? ""}</head><body><!--v0-->${content}<!--/v0--></body></html>`;
    const page = await this.#chromium.newPage();
    await options.before?.(page);
    const visit = new Visit(this, page, this.#peers);
    await page.goto(this.origin + (options.url ?? "/"));
    const peer = await visit.connection(0);
    if (options.adopt !== false) {
      await peer.hello();
      peer.welcome();
      await peer.settled();
    }
    return visit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium[Symbol.asyncDispose]();
    await this.#server.shutdown();
  }
}

/** Bundles one of the player's entries as it is shipped. */
export async function bundle(entry: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", "--no-lock", entry],
    cwd: new URL("../..", import.meta.url),
  }).output();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** Starts a browser for the player, and for other entries of `client/` by the path given. */
export async function openRig(more: Record<string, string> = {}): Promise<Rig> {
  const scripts = new Map([["/_vango/client.js", await bundle("client/main.ts")]]);
  for (const [path, entry] of Object.entries(more)) scripts.set(path, await bundle(entry));
  return new Rig(await openChromium(), scripts);
}
