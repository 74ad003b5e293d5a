/**
 * An app, a server of it on a port of its own, and visitors with cookies who play its pages over
 * real sockets.
 *
 * @module
 */
import { createVango, type VangoOptions } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { Hono } from "hono";
import type { PlayerElement } from "../../src/player/dom.ts";
import { PlayerPage } from "../../src/player/page.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown, type ErrorFrame, type WelcomeFrame } from "../../src/protocol/down.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { encodeEvent, encodeJson, encodeNavigate, encodeNumber } from "../../src/protocol/up.ts";
import type { Vango } from "../../src/server/vango.ts";

export const SECRET = "a secret of at least 32 characters";

/** An app under test. */
export interface TestApp {
  readonly app: Hono;
  readonly vango: Vango;
  /** Errors that the log got. */
  readonly errors: unknown[];
  /** Kinds of refusals, as they were told. */
  readonly refused: string[];
}

/** Makes an app that is live; routes are for the caller to add. */
export function makeApp(
  { secrets = [SECRET], ...options }: Partial<VangoOptions> & { secrets?: readonly string[] } = {},
): TestApp {
  const app = new Hono();
  const errors: unknown[] = [];
  const refused: string[] = [];
  const vango = createVango({
    app,
    platform: deno(),
    ...secrets.length > 0 ? { secrets } : {},
    development: false,
    onError: (error) => void errors.push(error),
    onRefused: (kind) => void refused.push(kind),
    ...options,
  });
  return { app, vango, errors, refused };
}

/** A server on a free port. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  /** Sends bytes as they are and returns the answer's head, once it is there. */
  raw(request: string): Promise<string>;
}

export function startServer({ app, vango }: Pick<TestApp, "app" | "vango">): TestServer {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request, info) => app.fetch(request, info),
  );
  const { port } = server.addr;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    raw: (request) => sendRaw(port, request),
    async [Symbol.asyncDispose]() {
      await vango.shutdown({ spread: 0 });
      await server.shutdown();
    },
  };
}

/** Sends bytes over a connection of their own and returns the answer's head. */
export async function sendRaw(port: number, request: string): Promise<string> {
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  await connection.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(16 * 1024);
  let length = 0;
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const count = await connection.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
    text = new TextDecoder().decode(bytes.subarray(0, length));
  }
  return text;
}

/** A WebSocket handshake as a browser writes it; `undefined` leaves a header out. */
export function handshake(
  port: number,
  headers: Record<string, string | undefined> = {},
  line = "GET /_vango/live HTTP/1.1",
): string {
  const all: Record<string, string | undefined> = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    Origin: `http://127.0.0.1:${port}`,
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  return [line, ...lines, "", ""].join("\r\n");
}

/** The status of an answer's head. */
export function statusOf(answer: string): number {
  return Number(answer.split(" ")[1]);
}

/** One browser: its cookies go with every request. */
export class Visitor {
  readonly server: TestServer;
  cookie: string | undefined;

  constructor(server: TestServer) {
    this.server = server;
  }

  async fetch(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(this.server.origin + path, {
      headers: { ...this.cookie ? { cookie: this.cookie } : {}, ...headers },
      redirect: "manual",
    });
    const set = response.headers.get("set-cookie");
    if (set) this.cookie = set.split(";")[0]!;
    return response;
  }

  /** Loads a page. */
  async open(path: string): Promise<Tab> {
    const response = await this.fetch(path);
    const html = await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${html}`);
    return new Tab(this, path, html);
  }

  /** Loads a page and goes live. */
  async live(path: string): Promise<Tab> {
    const tab = await this.open(path);
    await tab.connect();
    return tab;
  }
}

/** One page, played over a socket. */
export class Tab implements Disposable {
  readonly visitor: Visitor;
  readonly html: string;
  readonly page: PlayerPage;
  url: string;
  socket: WebSocket | undefined;
  welcome: WelcomeFrame | undefined;
  closed: CloseEvent | undefined;
  readonly errors: ErrorFrame[] = [];
  readonly urls: string[] = [];
  readonly emitted: [name: string, data: unknown][] = [];
  applied = 0;
  event = 0;
  acknowledged = 0;
  readonly #wakers: (() => void)[] = [];

  constructor(visitor: Visitor, url: string, html: string) {
    this.visitor = visitor;
    this.url = url;
    this.html = html;
    this.page = new PlayerPage(html, {
      emit: (name, data) => void this.emitted.push([name, data]),
      url: (mode, url) => {
        this.url = url;
        this.urls.push(`${mode} ${url}`);
      },
      navigate: (mode, url) => void this.urls.push(`load ${mode} ${url}`),
      mismatch: (region) => this.send(encodeNumber(Frame.RENDER, region)),
    });
  }

  get token(): string {
    return this.page.token ?? "";
  }

  get text(): string {
    return this.page.body.text.trim();
  }

  hello(more: Record<string, unknown> = {}): Uint8Array<ArrayBuffer> {
    return encodeJson(Frame.HELLO, {
      v: 1,
      token: this.token,
      platform: "web",
      version: "0.1.0",
      capabilities: {},
      screen: { width: 1280, height: 800 },
      seq: this.applied,
      event: this.event,
      places: this.page.regions.counts(),
      url: this.url,
      ...more,
    });
  }

  /** Opens a socket without saying anything. */
  async dial(headers: Record<string, string> = {}): Promise<WebSocket> {
    const { server, cookie } = this.visitor;
    const all = { origin: server.origin, ...cookie ? { cookie } : {}, ...headers };
    const socket = new WebSocket(
      `ws://127.0.0.1:${server.port}/_vango/live`,
      { headers: all } as unknown as string[],
    );
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.closed = undefined;
    socket.onmessage = ({ data }) => this.#take(new Uint8Array(data));
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed = event;
      this.#wake();
    };
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
    });
    socket.onerror = () => {};
    return socket;
  }

  /** Connects and waits for WELCOME, or for the end. */
  async connect(more: Record<string, unknown> = {}): Promise<this> {
    this.welcome = undefined;
    const socket = await this.dial();
    socket.send(this.hello(more));
    await this.until(() => this.welcome || this.closed);
    const { mode, seq } = this.#welcomed() ?? {};
    if (mode === "mounted") await this.until(() => this.applied > seq! || this.closed);
    return this;
  }

  #welcomed(): WelcomeFrame | undefined {
    return this.welcome;
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    this.socket!.send(bytes);
  }

  fire(type: string, tag: string | ((element: PlayerElement) => boolean), payload?: unknown): void {
    const matches = typeof tag === "string" ? (e: PlayerElement) => e.tag === tag : tag;
    const element = [...this.page.body.descendants()].find(matches);
    if (!element) throw new Error(`nothing in the page for ${type} on ${tag}`);
    this.send(encodeEvent({
      seq: ++this.event,
      ack: this.applied,
      region: element.region,
      place: element.place,
      type,
      payload,
    }));
  }

  /** Fires and waits until it was run. */
  async act(...args: Parameters<Tab["fire"]>): Promise<void> {
    this.fire(...args);
    await this.until(() => this.acknowledged === this.event);
  }

  async navigate(url: string, mode: "push" | "replace" | "pop" = "push"): Promise<void> {
    this.send(encodeNavigate({ seq: ++this.event, ack: this.applied, url, mode }));
    await this.until(() => this.acknowledged === this.event);
  }

  /** Waits for something that messages bring about. */
  async until(condition: () => unknown): Promise<void> {
    while (!condition()) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve, reject) => {
        this.#wakers.push(resolve);
        timer = setTimeout(() => reject(new Error(`Not within 5 s: ${condition}`)), 5_000);
      });
      clearTimeout(timer);
    }
  }

  /** Closes and waits for the end. */
  async close(): Promise<void> {
    this.socket?.close();
    await this.until(() => this.closed);
  }

  [Symbol.dispose](): void {
    this.socket?.close();
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  #take(bytes: Uint8Array): void {
    if (bytes[0] === Frame.PATCH) this.#patch(bytes);
    else {
      const frame = decodeDown(bytes);
      if (frame.frame === Frame.ERROR) this.errors.push(frame);
      else if (frame.frame === Frame.WELCOME) {
        this.welcome = frame;
        if (frame.mode !== "resumed") this.page.words = new WireVocabulary();
        this.acknowledged = frame.ack;
        if (frame.mode === "mounted") {
          this.applied = frame.seq;
          this.event = frame.ack;
        }
      }
    }
    this.#wake();
  }

  #patch(bytes: Uint8Array): void {
    const patch = readPatch(bytes, this.page.words);
    if (patch.seq <= this.applied) return;
    if (patch.seq !== this.applied + 1) throw new Error(`patch ${patch.seq} is out of order`);
    this.page.applyOps(patch.ops);
    this.applied = patch.seq;
    if (patch.seq > this.welcome!.seq) this.acknowledged += patch.acks;
    // As players do, and not after each: Deno's client would wait for the network's own ACK then.
    if (this.applied % 32 === 0) this.send(encodeNumber(Frame.ACK, this.applied));
  }
}

/** Waits for something that other work under way brings about. */
export async function until(condition: () => unknown): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`Not within 5 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
