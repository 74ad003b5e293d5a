/**
 * What is checked before anything is routed: host, origin, internal headers, burst of handshakes.
 *
 * @module
 */
import { TokenBucket } from "../live/token_bucket.ts";
import { usesBearer } from "../session/bearer.ts";

/** Headers that only the framework itself may set. */
const INTERNAL_HEADER = /^x-vango-/i;

/** The request without headers that only we may set, from outside; the same when it has none. */
export function withoutInternalHeaders(request: Request): Request {
  const internal = [...request.headers.keys()].filter((name) => INTERNAL_HEADER.test(name));
  if (internal.length === 0) return request;
  const headers = new Headers(request.headers);
  for (const name of internal) headers.delete(name);
  // Not made from the request itself: that would take over its signal, and Deno warns of that.
  const { method, body } = request;
  const init = { method, headers, body, duplex: "half" };
  return new Request(request.url, init);
}

const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Whether the request names its host in a way that can be trusted for nothing but routing: one
 * plain host, the same as in the address. `Host` becomes part of `request.url`, so one with a path
 * or a user in it would choose the route.
 *
 * @param hosts Hosts that this app answers to; any well-formed one when `undefined`.
 */
export function hasGoodHost(request: Request, hosts: readonly string[] | undefined): boolean {
  const host = request.headers.get("host");
  // In-process requests (`app.request()`) carry no header; the address is ours then. Others are
  // looked at before their address is, which is made of the header and may be no address.
  if (host !== null && !HOST.test(host)) return false;
  if (host === null && hosts === undefined) return true;
  const url = new URL(request.url);
  if (host !== null) {
    const stated = /^https:/.test(request.url)
      ? host.replace(/:443$/, "")
      : host.replace(/:80$/, "");
    if (stated.toLowerCase() !== url.host) return false;
  }
  return hosts === undefined || hosts.includes(url.host) || hosts.includes(url.hostname);
}

/**
 * Whether a handshake or form comes from a page of this site, or of an origin that the app named.
 * Without an `Origin` it is no browser's, which must not come with a browser's cookie then.
 *
 * @param secure Whether the visitor speaks HTTPS, maybe to a proxy: then a page that came over HTTP
 * is not of this site, because anybody on the way could have written it.
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
  const isOurs = given.host === new URL(request.url).host;
  if (isOurs && (given.protocol === "https:" || given.protocol === "http:" && !secure)) return true;
  return origins.some((allowed) => matchesOrigin(given, allowed));
}

/**
 * Whether a POST to an endpoint of ours comes from a page of this site, or from a player that is no
 * browser. A form of another site has an origin or a cookie, and no header that it may choose.
 */
export function isOwnPost(
  request: Request,
  origins: readonly string[],
  secure: boolean,
): boolean {
  const { headers } = request;
  return (headers.has("origin") || usesBearer(headers)) && hasGoodOrigin(request, origins, secure);
}

function matchesOrigin(given: URL, allowed: string): boolean {
  const star = allowed.indexOf("://*.");
  if (star < 0) return given.origin === allowed;
  // With its leading dot, so that evil-example.com is not below example.com.
  return given.protocol === allowed.slice(0, star + 1) &&
    given.host.endsWith(allowed.slice(star + 4));
}

/** Buckets kept at most; then those that were used longest ago are forgotten. */
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
    const peer = peerOf(address);
    const known = this.#peers.get(peer);
    const bucket = known ?? new TokenBucket(this.#rate, this.#burst);
    // The newest is last, so that the first is the one to forget.
    if (known) this.#peers.delete(peer);
    else if (this.#peers.size >= MAX_PEERS) this.#peers.delete(this.#peers.keys().next().value!);
    this.#peers.set(peer, bucket);
    return bucket.take();
  }
}

/** Who counts as one: an IPv4 address, or an IPv6 network of 64 bits, which one machine has whole. */
function peerOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const end = tail === "" ? [] : tail.split(":");
    while (groups.length + end.length < 8) groups.push("0");
    groups.push(...end);
  }
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
