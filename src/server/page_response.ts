/**
 * The answer to a GET: a page as a streamed document.
 *
 * @module
 */
import type { Context } from "hono";
import { ACCEPTED_HINTS, factsOf, knowsWidth } from "../ctx/client_facts.ts";
import type { PageLocation } from "../ctx/page_ctx.ts";
import type { HeadEntry } from "../html/head.ts";
import { htmlStream } from "../html/stream.ts";
import { HtmlWriter } from "../html/write.ts";
import { randomId } from "../internal/ids.ts";
import type { ComponentNode } from "../jsx/node.ts";
import type { LiveSession } from "../live/live_session.ts";
import { Tree } from "../tree/tree.ts";
import { DOCUMENT_END, documentScript, documentStart } from "./document.ts";
import type { LivePages } from "./live_pages.ts";
import type { PageOptions } from "./options.ts";
import type { Services } from "./services.ts";

/** What a page is answered with. */
export interface PageAnswer {
  readonly root: ComponentNode;
  readonly location: PageLocation;
  readonly options: PageOptions;
  /** Path of the client script. */
  readonly clientPath: string;
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
  const { sessions } = await services.ready();
  const request = c.req.raw;
  const remoteAddress = options.platform?.remoteAddress(c.env);
  const session = await sessions.open(request, { remoteAddress });
  const nonce = randomId().slice(0, 22);
  const { location, root } = answer;
  const live = pages.create(randomId(), session, { nonce, location, facts: factsOf(request) });
  // Only a player can put regions in their place.
  const playable = options.platform !== undefined && request.method === "GET" && !services.closing;
  const whole = request.method !== "HEAD" &&
    (answer.options.whole === true || !playable || wantsWhole(request));
  const title = answer.options.title ?? options.title;
  const content = await render(live, request, root, { title, whole });
  const { redirected, usedClient } = pages.ctxOf(live);
  const interactive = playable && redirected === undefined;
  const headers = new Headers({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "accept-ch": ACCEPTED_HINTS,
  });
  const cookie = await sessions.commit(session, { anchor: interactive });
  if (cookie) headers.append("set-cookie", cookie);
  if (redirected !== undefined) {
    live.end();
    headers.set("location", redirected);
    return new Response(null, { status: 302, headers });
  }
  // The first paint depends on the width: the browser asks again at once, with the hint.
  if (usedClient?.readScreen && !knowsWidth(request)) {
    headers.set("critical-ch", "Sec-CH-Viewport-Width");
  }
  const policy = contentPolicy(services, nonce, request);
  if (policy) headers.set("content-security-policy", policy);
  const url = location.url.pathname + location.url.search;
  const running = live.tree.running.length > 0;
  let shell = documentStart({
    lang: options.lang ?? "en",
    htmlAttributes: options.htmlAttributes ?? {},
    bodyAttributes: options.bodyAttributes ?? {},
    head: live.head.html(nonce) + staticHead(services),
    token: interactive ? await services.pageToken({ p: live.id, s: session.id, u: url }) : "",
    noScript: running ? wholeUrl(location.url) : "",
    nonce,
  }) + `<!--v0-->${content}<!--/v0-->`;
  if (interactive) {
    shell += documentScript(answer.clientPath, undefined, nonce);
    headers.append("link", `<${answer.clientPath}>; rel=modulepreload`);
    services.registry.changed(live);
  }
  if (request.method === "HEAD") {
    live.end();
    return new Response(null, { headers });
  }
  if (!running) {
    if (!interactive) live.end();
    return new Response(htmlStream([shell + DOCUMENT_END]), { headers });
  }
  // The reader went away before a player came: nobody waits for the rest.
  const gone = (): void => {
    if (live.state === "waiting") live.end();
  };
  return new Response(htmlStream(stream(live, shell, interactive, services), gone), { headers });
}

/** Renders the page's content; the work ends when its reader goes away. */
async function render(
  live: LiveSession,
  request: Request,
  root: ComponentNode,
  { title, whole }: { readonly title: string | undefined; readonly whole: boolean },
): Promise<string> {
  if (title !== undefined) live.head.add(titleEntry(title));
  const { signal } = request;
  const gone = (): void => live.end();
  try {
    const rendered = live.render(root, { whole });
    if (typeof rendered === "string") return rendered;
    if (signal.aborted) gone();
    signal.addEventListener("abort", gone);
    return await rendered;
  } catch (error) {
    live.end();
    throw error;
  } finally {
    signal.removeEventListener("abort", gone);
  }
}

/** The shell at once, then each async region as it settles. */
async function* stream(
  live: LiveSession,
  shell: string,
  interactive: boolean,
  { registry }: Services,
): AsyncGenerator<string> {
  yield shell;
  yield* live.streamRegions();
  if (live.state === "waiting") {
    if (interactive) registry.changed(live);
    else live.end();
  }
  yield DOCUMENT_END;
}

/** Crawlers that read a page without running its script. */
const CRAWLER = /bot\b|crawl|spider|slurp|facebookexternalhit|embedly|preview|whatsapp|telegram/i;

/** Whether the page is to arrive in one piece: for crawlers, and browsers without script. */
function wantsWhole(request: Request): boolean {
  return new URL(request.url).searchParams.get("_vango") === "whole" ||
    CRAWLER.test(request.headers.get("user-agent") ?? "");
}

function wholeUrl(url: URL): string {
  const whole = new URL(url);
  whole.searchParams.set("_vango", "whole");
  return whole.pathname + whole.search;
}

/** A strict policy: script by nonce alone, style attributes but no other inline style. */
function contentPolicy(
  { options: { csp } }: Services,
  nonce: string,
  request: Request,
): string | undefined {
  if (!csp) return undefined;
  if (typeof csp === "function") return csp(nonce, request);
  const { host } = new URL(request.url);
  return `default-src 'self'; script-src 'nonce-${nonce}' 'strict-dynamic'; ` +
    `style-src 'self' 'nonce-${nonce}'; style-src-attr 'unsafe-inline'; ` +
    `img-src 'self' data: blob:; connect-src 'self' ws://${host} wss://${host}; ` +
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

function titleEntry(text: string): HeadEntry {
  return { tag: "title", attributes: {}, text };
}
