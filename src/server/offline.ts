/**
 * What the server gives to browsers so that pages go on without a network: the app's own bundle,
 * the script that installs it, and who is signed in.
 *
 * @module
 */
import type { Context } from "hono";
import * as page from "../../client/offline.gen.ts";
import { escapeHtml } from "../html/escape.ts";
import type { SessionHandle } from "../session/session_handle.ts";
import type { Services } from "./services.ts";

/** `createVango({ offline })`: pages of this app go on in the browser while the network is away. */
export interface OfflineOptions {
  /**
   * The bundle of the module that calls `serveOffline`, as text, or how to get it: `bundleOffline`
   * makes it. Everything in it is public.
   */
  readonly script: string | (() => string | Promise<string>);
  /** Set in the browser: this app is what the bundle runs. */
  readonly onDevice?: boolean;
}

const FOLDER = "/_vango/offline/";

/** Offline pages of one app. */
export class OfflineEndpoint {
  readonly #services: Services;
  #app: Promise<{ readonly code: string; readonly tag: string }> | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Whether this is the app in a browser, which has no other pages than those for it. */
  get onDevice(): boolean {
    return this.#services.options.offline?.onDevice === true;
  }

  /** Answers a request under `/_vango/offline/`; `undefined` for what is not there. */
  async answer(c: Context): Promise<Response | undefined> {
    const { options } = this.#services;
    if (!options.offline || c.req.method !== "GET") return undefined;
    switch (c.req.path) {
      case pageScript():
        return script(page.code, { "cache-control": "public, max-age=31536000, immutable" });
      case FOLDER + "app.js":
        return await this.#script(c);
      case FOLDER + "account.json":
        return await this.#account(c);
      default:
        return undefined;
    }
  }

  /** The markup that makes a document one that goes on without a network; "" where none does. */
  documentScript(session: SessionHandle, nonce: string): string {
    const { offline } = this.#services.options;
    if (!offline) return "";
    const data = JSON.stringify({ account: this.#accountOf(session), onDevice: offline.onDevice });
    return `<script type="module" async src="${pageScript()}" data-offline="${escapeHtml(data)}"` +
      (nonce && ` nonce="${nonce}"`) + `></script>`;
  }

  #accountOf(session: SessionHandle): { user: string; login?: string } | undefined {
    const { sync, options } = this.#services;
    const user = options.sync ? sync.identify(session)?.userId : "";
    return user === undefined
      ? undefined
      : { user, ...session.userId !== undefined && { login: session.userId } };
  }

  async #account(c: Context): Promise<Response> {
    const { sessions } = await this.#services.ready();
    const remoteAddress = this.#services.options.platform?.remoteAddress(c.env);
    using session = await sessions.open(c.req.raw, { remoteAddress });
    return c.json({ account: this.#accountOf(session) }, 200, {
      "cache-control": "private, no-store",
    });
  }

  async #script(c: Context): Promise<Response> {
    let made;
    try {
      made = await (this.#app ??= this.#read());
    } catch (error) {
      this.#app = undefined;
      this.#services.report(error);
      return c.text("The bundle cannot be made: the server's log says why", 500);
    }
    const { code, tag } = made;
    const headers = {
      // Asked for again each time: a new version of the app is found with the next page.
      "cache-control": "public, no-cache",
      "service-worker-allowed": "/",
      etag: tag,
    };
    return c.req.header("if-none-match") === tag
      ? new Response(null, { status: 304, headers })
      : script(code, headers);
  }

  async #read(): Promise<{ readonly code: string; readonly tag: string }> {
    const { script } = this.#services.options.offline!;
    const code = typeof script === "string" ? script : await script();
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
    const hex = Array.from(
      new Uint8Array(digest, 0, 8),
      (byte) => byte.toString(16).padStart(2, "0"),
    );
    return { code, tag: `"${hex.join("")}"` };
  }
}

function pageScript(): string {
  return `${FOLDER}page.${page.hash}.js`;
}

function script(code: string, headers: Record<string, string>): Response {
  return new Response(code, {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}
