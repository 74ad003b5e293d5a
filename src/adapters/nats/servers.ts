/**
 * `NATS_URL` as the client takes it: addresses apart from credentials.
 */

/** Addresses, and what stood before the `@` of the first that has one. */
export interface ParsedServers {
  readonly servers: string[];
  readonly credentials: {
    readonly user?: string;
    readonly pass?: string;
    readonly token?: string;
    readonly tls?: Record<never, never>;
  };
}

/** Takes apart `"nats://user:pass@one:4222,tls://two"`, or a list of such. */
export function parseServers(text: string | readonly string[]): ParsedServers {
  const entries = (typeof text === "string" ? text.split(",") : [...text])
    .map((entry) => entry.trim()).filter((entry) => entry !== "");
  const servers: string[] = [];
  let credentials: ParsedServers["credentials"] = {};
  for (const entry of entries) {
    const [, scheme = "", rest = entry] = /^([a-z]+):\/\/(.*)$/i.exec(entry) ?? [];
    const at = rest.lastIndexOf("@");
    const address = rest.slice(at + 1).replace(/\/$/, "");
    // A WebSocket address needs its scheme; a TCP address must not have one.
    servers.push(/^wss?$/i.test(scheme) ? `${scheme}://${address}` : address);
    if (/^tls$/i.test(scheme)) credentials = { ...credentials, tls: {} };
    if (at >= 0) credentials = { ...credentials, ...readCredentials(rest.slice(0, at)) };
  }
  return { servers, credentials };
}

function readCredentials(text: string): ParsedServers["credentials"] {
  const [user = "", ...pass] = text.split(":").map(decodeURIComponent);
  return pass.length > 0 ? { user, pass: pass.join(":") } : { token: user };
}
