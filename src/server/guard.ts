/**
 * What is checked before anything is routed: host, origin, internal headers, burst of handshakes.
 *
 * @module
 */
import { TokenBucket } from "../live/token_bucket.ts";

/** Headers that only the framework itself may set; from outside they are dropped. */
export const INTERNAL_HEADER = /^x-vango-/i;

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Whether the request names its host in a way that can be trusted for nothing but routing: one
 * plain host, the same as in the address. `Host` becomes part of `request.url`, so one with a path
 * or a user in it would choose the route.
 *
 * @param hosts Hosts that this app answers to; any well-formed one when `undefined`.
 */
export function hasGoodHost(request: Request, hosts: readonly string[] | undefined): boolean {
  const url = new URL(request.url);
  const host = request.headers.get("host");
  // In-process requests (`app.request()`) carry no header; the address is ours then.
  if (host !== null) {
    if (!HOST.test(host)) return false;
    const stated = /^https:/.test(request.url)
      ? host.replace(/:443$/, "")
      : host.replace(/:80$/, "");
    if (stated.toLowerCase() !== url.host) return false;
  }
  return hosts === undefined || hosts.includes(url.host) || hosts.includes(url.hostname);
}

/**
 * Whether a handshake or form comes from a page of this site, or of an origin that the app named.
 *
 * @param origins Further origins; `https://*.example.com` matches any host below `example.com`.
 */
export function hasGoodOrigin(
  request: Request,
  origins: readonly string[],
  secure: boolean,
): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return request.headers.get("cookie") === null;
  let given: URL;
  try {
    given = new URL(origin);
  } catch {
    return false;
  }
  const url = new URL(request.url);
  const scheme = secure ? "https:" : url.protocol.replace("ws", "http");
  if (given.host === url.host && given.protocol === scheme) return true;
  return origins.some((allowed) => matchesOrigin(given, allowed));
}

function matchesOrigin(given: URL, allowed: string): boolean {
  const star = allowed.indexOf("://*.");
  if (star < 0) return given.origin === allowed;
  // With its leading dot, so that evil-example.com is not below example.com.
  return given.protocol === allowed.slice(0, star + 1) &&
    given.host.endsWith(allowed.slice(star + 4));
}

/** Buckets kept at most; then the fullest (the quietest peers) are forgotten. */
const MAX_PEERS = 50_000;

/** Limits handshakes by the peer's address. */
export class HandshakeLimit {
  readonly #rate: number;
  readonly #burst: number;
  readonly #peers: Map<string, TokenBucket> = new Map();

  /**
   * @param rate Handshakes a second and address.
   * @param burst Handshakes at once.
   */
  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
  }

  allows(address: string | undefined): boolean {
    if (address === undefined) return true;
    let bucket = this.#peers.get(address);
    if (!bucket) {
      if (this.#peers.size >= MAX_PEERS) this.#peers.clear();
      bucket = new TokenBucket(this.#rate, this.#burst);
      this.#peers.set(address, bucket);
    }
    return bucket.take();
  }
}
