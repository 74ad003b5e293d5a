/**
 * Running a route inside the process: for a live navigation, and for a page that is rendered anew.
 *
 * The same app, middleware and guards answer as for a GET; only the page itself, at the end of the
 * chain, hands over its component instead of writing it. No request leaves the process, whatever
 * the target.
 *
 * @module
 */
import type { PageLocation } from "../ctx/page_ctx.ts";
import type { ComponentNode } from "../jsx/node.ts";
import { RedirectError } from "../live/site_path.ts";
import type { AnyHono } from "./options.ts";

/** What the page at the end of a route hands over. */
export interface Mounted {
  readonly location: PageLocation;
  readonly root: ComponentNode;
  readonly title: string | undefined;
  /** Whether it is to outlive its server. */
  readonly durable: boolean | undefined;
}

/** The request that a player's socket came with. */
export interface Handshake {
  readonly request: Request;
  /** What the server passed as Hono's `env`, as {@linkcode keepEnv} gives it. */
  readonly env: unknown;
}

/** What a page keeps of it as long as it lives: the `Request` itself would cost 3 KB. */
export interface RouteRequest {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly env: unknown;
}

/** For a page that no player has come for yet. */
export const NOBODY: RouteRequest = { headers: [], env: undefined };

/** How a run ended. */
export interface RouteRun {
  /** Where it ended, redirects followed: a path of this site. */
  readonly target: string;
  /** The page; `undefined` when the target is to be loaded by the browser. */
  readonly mounted: Mounted | undefined;
}

/** Redirects that a run follows in process. */
const MAX_HOPS = 10;

/** Headers of a handshake that do not belong to a page's request. */
const HANDSHAKE_ONLY =
  /^(?:connection|upgrade|origin|content-length|sec-websocket-.*|sec-fetch-.*)$/;

/** Key of the page's hand-over in Hono's `env`: nothing from outside can set a symbol. */
const SLOT = Symbol("vango.mount");

/** Values that many players send alike, such as `User-Agent`; each is kept once. */
const commonValues = new Map<string, string>();

/** Values kept at most; then the memory starts anew. */
const MAX_COMMON = 4096;

/** What is kept of a handshake, to run routes as its browser would ask for them. */
export function routeRequest({ request, env }: Handshake): RouteRequest {
  const headers: [string, string][] = [["accept", "text/html,*/*;q=0.8"]];
  for (const [name, value] of request.headers) {
    if (name === "accept" || HANDSHAKE_ONLY.test(name)) continue;
    headers.push([name, name === "cookie" || name === "authorization" ? value : common(value)]);
  }
  return { headers, env };
}

/**
 * What can be kept of Hono's `env` of a request: Deno's holds on to the whole request, and says
 * nothing any more once that is upgraded.
 */
export function keepEnv(env: unknown): unknown {
  const remoteAddr = (env as { remoteAddr?: unknown } | undefined)?.remoteAddr;
  return remoteAddr === undefined ? env : { remoteAddr };
}

function common(value: string): string {
  const known = commonValues.get(value);
  if (known !== undefined) return known;
  if (commonValues.size === MAX_COMMON) commonValues.clear();
  commonValues.set(value, value);
  return value;
}

/** Handlers that are pages. */
const pages = new WeakSet<object>();

/** Marks a route's handler as a page: only routes that end in one are run in process. */
export function markPage<T extends object>(handler: T): T {
  pages.add(handler);
  return handler;
}

/**
 * Hands the page over, when it runs for {@linkcode runRoute}.
 *
 * @returns Whether it did; else the request is an ordinary one.
 */
export function handOver(env: unknown, mounted: Mounted): boolean {
  const slot = (env as { [SLOT]?: { mounted: Mounted | undefined } } | undefined)?.[SLOT];
  if (!slot) return false;
  slot.mounted = mounted;
  return true;
}

/**
 * Runs the route of a path.
 *
 * @param path A path of this site.
 * @param base The address that it is relative to; its origin is the site.
 * @throws {RedirectError} when it redirects for ever.
 */
export async function runRoute(
  app: AnyHono,
  path: string,
  base: URL,
  from: RouteRequest,
): Promise<RouteRun> {
  let target = path;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const request = new Request(new URL(target, base), {
      headers: from.headers as [string, string][],
    });
    // What is no page may do anything: it is run once, by the browser.
    if (!leadsToPage(app, request)) return { target, mounted: undefined };
    const slot: { mounted: Mounted | undefined } = { mounted: undefined };
    const response = await app.fetch(request, withSlot(from.env, slot));
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) {
      // Middleware may have refused after the page: its answer counts.
      return { target, mounted: response.ok ? slot.mounted : undefined };
    }
    const next = resolve(location, request.url);
    // The browser asks again and judges by itself what it is sent to.
    if (next?.origin !== base.origin) return { target, mounted: undefined };
    target = next.pathname + next.search + (next.hash || new URL(request.url).hash);
  }
  throw new RedirectError(`cannot show ${path}: it redirects more than ${MAX_HOPS} times`);
}

function resolve(location: string, base: string): URL | undefined {
  try {
    return new URL(location, base);
  } catch {
    return undefined;
  }
}

/** `env` with the slot; the original answers for everything else, whatever it is. */
function withSlot(env: unknown, slot: object): object {
  if (typeof env !== "object" || env === null) return { [SLOT]: slot };
  return new Proxy(env, {
    get: (target, name) => name === SLOT ? slot : Reflect.get(target, name, target),
  });
}

/** What hono keeps on a handler that it wrapped for a sub-app with an error handler of its own. */
interface Wrapped {
  readonly __COMPOSED_HANDLER?: object;
}

/** Whether a page is among the handlers of a request. */
function leadsToPage(app: AnyHono, request: Request): boolean {
  const [handlers] = app.router.match("GET", app.getPath(request));
  return handlers.some(([[handler]]) => {
    const inner = (handler as Wrapped).__COMPOSED_HANDLER;
    return pages.has(handler) || inner !== undefined && pages.has(inner);
  });
}
