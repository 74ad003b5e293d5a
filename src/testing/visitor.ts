/**
 * One browser or native app as the server sees it: a cookie jar and the requests that carry it,
 * answered in this process.
 *
 * @module
 */
import { IN_PROCESS, type InProcess } from "../server/in_process.ts";

/** An app: Hono's, or whatever `export default` gives to `deno serve`. */
export interface TestApp {
  /** Answers a request. @param env What the server would pass beside it. */
  fetch(request: Request, env?: unknown): Response | Promise<Response>;
}

/** Status of the answer to a handshake that was taken: 101 is none that a response can have here. */
export const ACCEPTED = 204;

/** Redirects that are followed at most, as browsers do. */
const MAX_REDIRECTS = 20;

/** How a visitor comes. */
export interface VisitorOptions {
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the server would pass beside each request, such as bindings. */
  readonly env: object;
  /** What a native app says of itself; it has a bearer token in place of cookies. */
  readonly native: string | undefined;
}

/** Asks an app and keeps its cookies, or, as a native app, its bearer token. */
export class Visitor {
  /** Whom it asks. */
  readonly app: TestApp;
  /** Cookies by name. */
  readonly cookies: Map<string, string> = new Map();
  readonly #options: VisitorOptions;
  #token = "";

  /** A visitor who was never here. */
  constructor(app: TestApp, options: VisitorOptions) {
    this.app = app;
    this.#options = options;
  }

  /** What says who it is. A browser says with all but a plain GET which page asks, too. */
  #credentials({ origin }: URL, isPlain: boolean): Record<string, string> {
    const { native } = this.#options;
    if (native === undefined) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      return { ...!isPlain && { origin }, ...cookie && { cookie } };
    }
    return {
      "vango-client": native,
      ...this.#token && { authorization: `Bearer ${this.#token}` },
    };
  }

  /** Asks once. */
  async request(
    url: URL,
    init: { method?: string; headers?: Record<string, string>; body?: BodyInit } = {},
    beside?: InProcess,
  ): Promise<Response> {
    const given = this.#options;
    const isPlain = init.method === undefined && init.headers?.upgrade === undefined;
    const headers = { ...this.#credentials(url, isPlain), ...given.headers, ...init.headers };
    const request = new Request(url, { ...init, headers });
    const env = beside ? { ...given.env, [IN_PROCESS]: beside } : given.env;
    const response = await this.app.fetch(request, env);
    this.#token = response.headers.get("vango-session") ?? this.#token;
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Loads a page as a browser does, redirects followed as long as they stay on the site. */
  async load(url: URL, beside: InProcess): Promise<{ url: URL; response: Response }> {
    for (let hop = 0;; hop++) {
      const response = await this.request(url, { headers: { accept: "text/html" } }, beside);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || location === null) {
        return { url, response };
      }
      await response.body?.cancel();
      const next = new URL(location, url);
      if (next.origin !== url.origin || hop === MAX_REDIRECTS) return { url: next, response };
      url = next;
    }
  }

  /** Asks for a socket of a page. @returns Whether the server has taken it. */
  async dial(page: URL, beside: InProcess): Promise<boolean> {
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const response = await this.request(new URL("/_vango/live", page), { headers }, beside);
    return response.status === ACCEPTED;
  }

  /** Redeems a ticket. @returns The page token to use from now on. */
  async redeem(page: URL, ticket: string, token: string): Promise<string> {
    const response = await this.request(new URL("/_vango/session", page), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ticket, token }),
    });
    if (!response.ok) throw new Error(`the ticket was refused with ${response.status}`);
    return (await response.json()).token;
  }

  /** Posts a form with files. @returns The status of the answer. */
  async post(
    page: URL,
    { id, token, form }: { id: string; token: string; form: FormData },
  ): Promise<number> {
    const { status, body } = await this.request(new URL("/_vango/form", page), {
      method: "POST",
      headers: { "vango-page": token, "vango-upload": id },
      body: form,
    });
    await body?.cancel();
    return status;
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split(";");
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    const isGone = attributes.some((text) => /^\s*max-age\s*=\s*(?:0|-\d+)\s*$/i.test(text));
    if (isGone) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
