/**
 * Who is asking, and over what: the visitor's address and scheme, behind proxies.
 *
 * Anybody can send `X-Forwarded-For`. It counts only from an address that the app has named as its
 * own proxy, and is read from our end: each trusted proxy vouches for the entry that it appended,
 * and the first entry that is not a proxy of ours is the visitor. Everything before that is
 * hearsay.
 */

import { SessionConfigError } from "./errors.ts";
import { MAX_FORWARDED_HOPS } from "./limits.ts";

/** Knows the app's own proxies. */
export interface ProxyTrust {
  /** Whether the address is one of them. */
  includes(address: string | undefined): boolean;
}

/**
 * Makes the list of proxies whose forwarding headers count.
 *
 * @param networks addresses and networks, IPv4 or IPv6: `"127.0.0.1"`, `"10.0.0.0/8"`, `"fd00::/8"`
 * @throws {SessionConfigError} for a text that is neither
 */
export function createProxyTrust(networks: readonly string[]): ProxyTrust {
  const ranges = networks.map((network) => {
    const [address = "", length] = network.split("/");
    const bytes = parseAddress(address);
    const bits = length === undefined ? (bytes?.length ?? 0) * 8 : Number(length);
    if (!bytes || !Number.isInteger(bits) || bits < 0 || bits > bytes.length * 8) {
      throw new SessionConfigError(
        `Cannot trust the proxy ${JSON.stringify(network)}: it is neither an IP address nor a ` +
          'network such as "10.0.0.0/8"',
        "bad_proxy",
      );
    }
    return { bytes, bits };
  });
  return {
    includes(address) {
      if (ranges.length === 0) return false;
      const bytes = address === undefined ? undefined : parseAddress(address);
      return bytes !== undefined &&
        ranges.some((range) => isWithin(bytes, range.bytes, range.bits));
    },
  };
}

/**
 * The visitor's address: the peer's, or what a trusted proxy says about it.
 *
 * @param remoteAddress the peer's address as the platform gives it
 */
export function clientAddress(
  headers: Headers,
  remoteAddress: string | undefined,
  trust: ProxyTrust,
): string | undefined {
  if (remoteAddress === undefined) return undefined;
  let address = normalizeAddress(remoteAddress);
  if (!trust.includes(address)) return address;
  const hops = (headers.get("x-forwarded-for") ?? "").split(",").slice(-MAX_FORWARDED_HOPS);
  for (const hop of hops.reverse()) {
    const next = normalizeAddress(hop);
    if (next === undefined) break;
    address = next;
    if (!trust.includes(next)) break;
  }
  return address;
}

/** Whether the visitor speaks HTTPS, to us or to a trusted proxy that says so. */
export function isSecureRequest(
  request: Request,
  remoteAddress: string | undefined,
  trust: ProxyTrust,
): boolean {
  if (/^(https|wss):/i.test(request.url)) return true;
  const scheme = request.headers.get("x-forwarded-proto")?.split(",").at(-1);
  if (scheme === undefined || !trust.includes(normalizeAddress(remoteAddress ?? ""))) return false;
  return /^(https|wss)$/i.test(scheme.trim());
}

/** An address without port, brackets and zone; `undefined` when it is not one. */
function normalizeAddress(text: string): string | undefined {
  const trimmed = text.trim().replace(/^"|"$/g, "");
  const bare = /^\[(.*)\](:\d+)?$/.exec(trimmed)?.[1] ??
    (/^[\d.]+:\d+$/.test(trimmed) ? trimmed.slice(0, trimmed.indexOf(":")) : trimmed);
  const address = bare.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();
  return parseAddress(address) ? address : undefined;
}

/** 4 or 16 bytes; an IPv4 address in IPv6 spelling gives 4. */
function parseAddress(text: string): Uint8Array | undefined {
  const mapped = text.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!mapped.includes(":")) return parseIpv4(mapped);
  if (text.length > 45) return undefined;
  const sides = text.split("::");
  if (sides.length > 2) return undefined;
  const [head, tail] = sides.map((side) => side === "" ? [] : side.split(":"));
  const missing = 8 - head!.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head!, ...new Array<string>(missing).fill("0"), ...tail ?? []];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(groups.flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  }));
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

function isWithin(address: Uint8Array, network: Uint8Array, bits: number): boolean {
  if (address.length !== network.length) return false;
  return address.every((byte, i) => {
    const kept = Math.min(8, Math.max(0, bits - i * 8));
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) === ((network[i] ?? 0) & mask);
  });
}
