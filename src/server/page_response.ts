/**
 * The answer to a GET: a page as a streamed document.
 *
 * @module
 */
import type { Context } from "hono";
import { ACCEPTED_HINTS, factsOf, knowsWidth } from "../ctx/client_facts.ts";
import type { PageLocation } from "../ctx/page_ctx.ts";
import { htmlStream, type MarkupSource, type Piece } from "../html/stream.ts";
import { HtmlWriter } from "../html/write.ts";
import { randomId, randomNonce } from "../internal/ids.ts";
import type { ComponentNode } from "../jsx/node.ts";
import type { LiveSession } from "../live/live_session.ts";
import type { RegionStream } from "../live/region_stream.ts";
import { SESSION_HEADER } from "../session/bearer.ts";
import type { SessionHandle } from "../session/session_handle.ts";
import { hashOfMarkup, shapeOf } from "../live/snapshot.ts";
import { Tree } from "../tree/tree.ts";
import { DOCUMENT_END, documentScript, documentStart } from "./document.ts";
import { inProcess } from "./in_process.ts";
import type { LivePages } from "./live_pages.ts";
import type { OfflineEndpoint } from "./offline.ts";
import type { PageOptions } from "./options.ts";
import { withData } from "./page_data.ts";
import { type PageToken, type Ready, type Services, signPageToken } from "./services.ts";

/** Milliseconds that a page may take before it is looked whether anybody still waits for it. */
const READER_PATIENCE = 1_000;

/** Headers of every page. */
const EVERY_PAGE: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "private, no-store",
  "x-content-type-options": "nosniff",
  "accept-ch": ACCEPTED_HINTS,
};

/** What a page is answered with. */
export interface PageAnswer {
  readonly root: ComponentNode;
  readonly location: PageLocation;
  readonly options: PageOptions;
  /** Path of the client script. */
  readonly clientPath: string;
  /** What pages need to go on without a network. */
  readonly offline: OfflineEndpoint;
}

/**
 * Renders a page and answers with it; its live session waits for the player.
 *
 * @throws {ComponentError} when the page fails and nothing of it catches the error.
 */
export async function answerPage(
  c: Context,
  services: Services,
  pages: LivePages,
  answer: PageAnswer,
): Promise<Response> {
  const { options } = services;
  const ready = await services.ready();
  const { sessions } = ready;
  const request = c.req.raw;
  const remoteAddress = options.platform?.remoteAddress(c.env);
  const session = await sessions.open(request, { remoteAddress });
  const beside = inProcess(c.env);
  beside?.opened(session);
  const nonce = randomNonce();
  const { location } = answer;
  const page = { nonce, location, facts: factsOf(request, services.shell), sync: services.sync };
  const live = pages.create(randomId(), session, page, answer.options);
  beside?.made(live, services.registry);
  try {
    return await write(c, live, { ...answer, services, ready, pages, session });
  } catch (error) {
    live.end();
    throw error;
  }
}

/** What {@linkcode write} needs besides the live session. */
interface Writing extends PageAnswer {
  readonly services: Services;
  readonly ready: Ready;
  readonly pages: LivePages;
  readonly session: SessionHandle;
}

/** Caller ends `live` when this fails. */
async function write(c: Context, live: LiveSession, writing: Writing): Promise<Response> {
  const { root, location, services, ready, pages, session } = writing;
  const { options } = services;
  const request = c.req.raw;
  // Only a player can put regions in their place.
  const playable = options.platform !== undefined && request.method === "GET";
  const whole = request.method !== "HEAD" &&
    (writing.options.whole === true || !playable || wantsWhole(request, location.url));
  const made = live.render(root, { whole, gaps: !whole });
  const rendered = typeof made === "string" ? made : await awaited(request, live, made);
  const content = pages.ctxOf(live).usedSync?.loading
    ? await withData(live, pages.ctxOf(live), rendered, { whole })
    : rendered;
  const { redirected, usedClient, nonce } = pages.ctxOf(live);
  const interactive = playable && redirected === undefined;
  // No `Headers`: it would be read out again, sorted, to make the response's own.
  const headers: Record<string, string> = { ...EVERY_PAGE };
  const cookie = await ready.sessions.commit(session, { anchor: interactive });
  if (cookie !== undefined) {
    headers[session.usesBearer ? SESSION_HEADER : "set-cookie"] = cookie;
  }
  if (redirected !== undefined) {
    live.end();
    headers.location = redirected;
    return new Response(null, { status: 302, headers });
  }
  // The first paint depends on the width: the browser asks again at once, with the hint.
  if (usedClient?.readScreen && !knowsWidth(request)) {
    headers["critical-ch"] = "Sec-CH-Viewport-Width";
  }
  const policy = contentPolicy(services, nonce, request);
  if (policy) headers["content-security-policy"] = policy;
  const url = location.url.pathname + location.url.search;
  const durable = services.durable !== undefined && writing.options.durable !== false;
  const running = live.tree.running.length > 0;
  const before = documentStart({
    lang: options.lang ?? "en",
    htmlAttributes: options.htmlAttributes ?? {},
    bodyAttributes: options.bodyAttributes ?? {},
    head: live.head.html(nonce) + staticHead(services),
    token: interactive
      ? signPageToken(ready, pageTokenOf(live, session.id, url, durable ? content : undefined))
      : "",
    noScript: running ? wholeUrl(location.url) : "",
    nonce,
  });
  let after = "<!--/v0-->";
  if (interactive) {
    after += documentScript(writing.clientPath, undefined, nonce) +
      writing.offline.documentScript(session, nonce);
    headers.link = `<${writing.clientPath}>; rel=modulepreload; nonce="${nonce}"`;
    // While we are going away the player is to find another server, or the next one here.
    if (!services.closing) services.registry.changed(live);
  }
  if (request.method === "HEAD") {
    live.end();
    return new Response(null, { headers });
  }
  if (!running) {
    if (!interactive || services.closing) live.end();
    return new Response(htmlStream([`${before}<!--v0-->${content}${after}${DOCUMENT_END}`]), {
      headers,
    });
  }
  const shell: Shell = [before, content, after];
  return new Response(htmlStream(new PageStream(live, shell, { interactive, services, nonce })), {
    headers,
  });
}

/** @param content Of a page that is to outlive this server. */
function pageTokenOf(
  live: LiveSession,
  s: string,
  u: string,
  content: string | undefined,
): PageToken {
  const page = { p: live.id, s, u };
  if (content === undefined) return page;
  const isWhole = live.tree.regions.size === 1;
  return {
    ...page,
    h: shapeOf(live.region),
    ...isWhole && { x: hashOfMarkup(live.head.html("") + content) },
  };
}

/**
 * Waits for the page; the work ends when its reader goes away. Whether the reader is still there is
 * asked only when it takes long: a server of Deno warns once a process when anybody has asked for
 * the signal of a request that was then answered, and has nothing else to ask before the answer.
 * From there on the reader's end is the stream's.
 */
async function awaited<T>(request: Request, live: LiveSession, work: Promise<T>): Promise<T> {
  let signal: AbortSignal | undefined;
  const gone = (): void => live.end();
  const timer = setTimeout(() => {
    ({ signal } = request);
    if (signal.aborted) gone();
    else signal.addEventListener("abort", gone);
  }, READER_PATIENCE);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", gone);
  }
}

/** What a {@linkcode PageStream} needs besides the live session and the shell. */
interface Streaming {
  readonly interactive: boolean;
  readonly services: Services;
  readonly nonce: string;
}

/** The markup before the page's content, the content, and what stands behind it. */
type Shell = readonly [before: string, content: string, after: string];

/** The shell at once, then each async region as it settles. */
class PageStream implements MarkupSource {
  readonly #live: LiveSession;
  readonly #interactive: boolean;
  readonly #services: Services;
  readonly #nonce: string;
  #shell: Shell | undefined;
  readonly #regions: RegionStream;
  #ended = false;

  constructor(live: LiveSession, shell: Shell, { interactive, services, nonce }: Streaming) {
    this.#live = live;
    this.#shell = shell;
    this.#regions = live.streamRegions();
    this.#interactive = interactive;
    this.#services = services;
    this.#nonce = nonce;
  }

  next(): Piece | undefined | Promise<Piece | undefined> {
    if (this.#ended) return undefined;
    return this.#shell ? this.#first(this.#shell) : this.#finish(this.#rest());
  }

  async #first([before, content, after]: Shell): Promise<Piece | undefined> {
    this.#shell = undefined;
    const shell = await this.#regions.shell(content);
    const styles = this.#lateStyles();
    return this.#finish([before, styles, "<!--v0-->", ...shell, after, ...this.#rest()]);
  }

  #rest(): string[] {
    const texts = this.#regions.take();
    const styles = this.#lateStyles();
    return styles === "" ? texts : [styles, ...texts];
  }

  #lateStyles(): string {
    return this.#live.head.takeLateStyles(this.#nonce);
  }

  #finish(texts: string[]): Piece | undefined | Promise<Piece | undefined> {
    if (this.#regions.over) texts.push(this.#end());
    return texts.length > 0 ? texts : this.#regions.changed().then(() => this.next());
  }

  /** The reader went away: unless a player has come, nobody waits for the rest. */
  cancel(): void {
    if (this.#live.state === "waiting") this.#live.end();
    this.#regions.cancel();
  }

  #end(): string {
    this.#ended = true;
    const live = this.#live;
    if (live.state === "waiting") {
      if (this.#interactive && !this.#services.closing) this.#services.registry.changed(live);
      else live.end();
    }
    return DOCUMENT_END;
  }
}

/** Crawlers that read a page without running its script. */
const CRAWLER = /bot\b|crawl|spider|slurp|facebookexternalhit|embedly|preview|whatsapp|telegram/i;

/** Whether the page is to arrive in one piece: for crawlers, and browsers without script. */
function wantsWhole(request: Request, { search }: URL): boolean {
  return search.includes("_vango") && new URLSearchParams(search).get("_vango") === "whole" ||
    CRAWLER.test(request.headers.get("user-agent") ?? "");
}

/** The address of the page in one piece: path and query. */
function wholeUrl({ pathname, search }: URL): string {
  if (search === "") return pathname + "?_vango=whole";
  const parameters = new URLSearchParams(search);
  parameters.set("_vango", "whole");
  return `${pathname}?${parameters}`;
}

/** A strict policy: script by nonce alone, style attributes but no other inline style. */
function contentPolicy(
  { options: { csp, offline } }: Services,
  nonce: string,
  request: Request,
): string | undefined {
  if (!csp) return undefined;
  if (typeof csp === "function") return csp(nonce, request);
  const { host } = new URL(request.url);
  return `default-src 'self'; script-src 'nonce-${nonce}' 'strict-dynamic'; ` +
    `style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; ` +
    `img-src 'self' data: blob:; connect-src 'self' ws://${host} wss://${host}; ` +
    (offline ? "worker-src 'self'; " : "") +
    `object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'`;
}

/** The head that every document has, from the options. */
function staticHead({ options: { head } }: Services): string {
  if (head === undefined) return "";
  const region = new Tree(STATIC_HOST).addRegion();
  const writer = new HtmlWriter(region, { marks: false });
  writer.writeRegion(head);
  region.tree.dispose();
  return writer.html;
}

/** The host of markup that no player connects to. */
const STATIC_HOST = {
  connected: false,
  ctx: undefined,
  schedule(): void {},
  invalidate(): void {},
  report(error: unknown): void {
    throw error;
  },
  errorCard(error: unknown): never {
    throw error;
  },
};
