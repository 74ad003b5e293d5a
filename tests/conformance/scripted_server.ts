/**
 * A server that says what a script tells it: pages, and what comes over their sockets.
 *
 * @module
 */
import { decodeUp, encodeJson, encodeNumber, type UpFrame } from "../../src/protocol/up.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { Inbox } from "./inbox.ts";
import { must, same } from "./suite.ts";

/** A request that a player made, besides those for pages and sockets. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A page of the script. */
export interface ScriptedPage {
  readonly url: string;
  readonly path: string;
  /** The page token that its markup carries. */
  readonly token: string;
  /** Connections that began with a HELLO for this page. */
  readonly sockets: Inbox<ScriptedSocket>;
  /** How often it was asked for. */
  loads: number;
}

/** One connection of a player, from its HELLO on. */
export class ScriptedSocket {
  readonly hello: Record<string, unknown>;
  /** Of the handshake. */
  readonly headers: Headers;
  readonly frames: Inbox<Uint8Array> = new Inbox("a frame from the player");
  /** Code of the end, once it has come. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, headers: Headers, hello: Record<string, unknown>) {
    this.#socket = socket;
    this.headers = headers;
    this.hello = hello;
    this.closed = new Promise((resolve) => socket.onclose = ({ code }) => resolve(code));
    socket.onmessage = ({ data }) => {
      this.frames.push(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array([0xff]));
    };
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(frame);
  }

  welcome(fields: Record<string, unknown>): void {
    this.send(encodeJson(Frame.WELCOME, { v: 1, seq: 0, ack: 0, ...fields }));
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Resolves when the player has taken everything that was sent: it answers a PING. */
  async settled(): Promise<void> {
    this.send(encodeNumber(Frame.PING));
    await this.frames.next((frame) => frame[0] === Frame.PONG);
  }

  /** The next frame of a type, decoded. */
  async next<T extends UpFrame["frame"]>(type: T): Promise<Extract<UpFrame, { frame: T }>> {
    const frame = decodeUp(await this.frames.next((each) => each[0] === type));
    must(frame.frame === type, "the frame is another one");
    return frame as Extract<UpFrame, { frame: T }>;
  }
}

/** The cookie that pages set: a browser brings it back with everything. */
export const COOKIE = "vango=conformance";

/** The token that a native app gets in its place. */
export const TOKEN = "conformance";

/** What a response gives a player to prove who it is. */
export function credential(request: Headers, cookie = COOKIE, token = TOKEN): HeadersInit {
  return request.has("vango-client") && !request.has("cookie")
    ? { "vango-session": token }
    : { "set-cookie": `${cookie}; Path=/; HttpOnly; SameSite=Lax` };
}

/** @throws {Error} unless a request brings what it was given. */
export function mustBring(request: Headers, origin: string, cookie = COOKIE, token = TOKEN): void {
  const bearer = request.get("authorization");
  if (bearer !== null) {
    same(bearer, `Bearer ${token}`, "the bearer token");
    same(request.get("cookie"), null, "a cookie beside a bearer token");
    return;
  }
  same(request.get("cookie"), cookie, "the cookie");
  same(request.get("origin"), origin, "the origin");
}

/** Serves pages on a port of its own. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: Inbox<SeenRequest> = new Inbox("a request of the player");
  /** Answers what is neither a page nor a socket. */
  answer: (request: SeenRequest) => Response = () => new Response(null, { status: 204 });
  readonly #pages: Map<string, ScriptedPage & { readonly html: string }> = new Map();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /**
   * A new page.
   *
   * @param content The markup of region 0.
   * @param behind What follows the shell in the same response.
   */
  page(content: string, behind = ""): ScriptedPage {
    const path = `/page/${this.#pages.size + 1}`;
    const token = `token-${this.#pages.size + 1}`;
    const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">` +
      `<meta name="vango" content="${token}"><title>Conformance</title></head>` +
      `<body><!--v0-->${content}<!--/v0-->` +
      `<script type="module" async src="/_vango/client.js"></script>${behind}</body></html>`;
    const sockets = new Inbox<ScriptedSocket>("a connection of the player");
    const page = { url: this.origin + path, path, token, html, sockets, loads: 0 };
    this.#pages.set(path, page);
    return page;
  }

  /** Connections with this token are this page's. */
  renew(page: ScriptedPage, token: string): void {
    Object.assign(page, { token });
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const page = this.#pages.get(pathname);
    if (page) {
      page.loads++;
      return new Response(page.html, {
        headers: {
          "content-type": "text/html; charset=utf-8",
          ...credential(request.headers) as Record<string, string>,
        },
      });
    }
    if (pathname === "/_vango/live") return this.#upgrade(request);
    const { method, headers } = request;
    const seen = { method, path: pathname + search, headers, body: await request.text() };
    this.requests.push(seen);
    return this.answer(seen);
  }

  #upgrade(request: Request): Response {
    // The request says nothing any more once it is upgraded.
    const headers = new Headers(request.headers);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array();
      const hello = bytes[0] === Frame.HELLO
        ? JSON.parse(new TextDecoder().decode(bytes.subarray(1)))
        : undefined;
      const page = [...this.#pages.values()].find(({ token }) => token === hello?.token);
      if (page) page.sockets.push(new ScriptedSocket(socket, headers, hello));
      else socket.close(1002);
    };
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
