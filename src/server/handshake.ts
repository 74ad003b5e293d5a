/**
 * The WebSocket handshake: what is checked before a socket is taken, and before any session is
 * read.
 *
 * @module
 */
import type { Context } from "hono";
import type { UpgradedSocket } from "../contract/platform.ts";
import { hasBearer } from "../session/bearer.ts";
import { clientAddress } from "../session/remote_address.ts";
import { type HandshakeLimit, hasGoodOrigin } from "./guard.ts";
import { inProcess } from "./in_process.ts";
import type { LivePages } from "./live_pages.ts";
import { keepEnv } from "./route_runner.ts";
import type { Services } from "./services.ts";
import { serveSocket } from "./socket.ts";

/**
 * Answers a handshake.
 *
 * @param request As it came: only that can be upgraded.
 */
export function answerHandshake(
  c: Context,
  request: Request,
  { services, pages, limit }: {
    readonly services: Services;
    readonly pages: LivePages;
    readonly limit: HandshakeLimit;
  },
): Response {
  const { refusals, trust, closing } = services;
  const { platform, origins = [] } = services.options;
  if (!platform) return c.text("No platform", 501);
  if (request.method !== "GET") return c.text("Use GET", 400);
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return c.text("Expected a WebSocket", 426, { upgrade: "websocket" });
  }
  if (request.headers.get("sec-websocket-version") !== "13") {
    return c.text("Expected version 13", 426, { "sec-websocket-version": "13" });
  }
  if (closing) return c.text("Going away", 503);
  const remoteAddress = platform.remoteAddress(c.env);
  if (!limit.allows(clientAddress(request.headers, remoteAddress, trust))) {
    refusals.note("burst");
    return c.text("Too many connections", 429, { "retry-after": "1" });
  }
  if (!hasGoodOrigin(request, origins, services.isSecure(request, remoteAddress))) {
    refusals.note("origin");
    return c.text("Foreign origin", 403);
  }
  if (request.headers.has("cookie") && hasBearer(request.headers)) {
    refusals.note("credentials");
    return c.text("Bring a cookie or a bearer token, not both", 403);
  }
  const handshake = { request: c.req.raw, env: keepEnv(c.env) };
  const beside = inProcess(c.env);
  let upgraded: UpgradedSocket;
  try {
    upgraded = (beside ?? platform).upgrade(request);
  } catch {
    // A handshake without its key, or with one that is no key.
    refusals.note("upgrade");
    return c.text("Bad handshake", 400);
  }
  serveSocket(upgraded.socket, pages.socketPort, async (hello) => {
    const live = await pages.admit(hello, handshake, remoteAddress);
    if (typeof live === "object") beside?.made(live, services.registry);
    return live;
  });
  return upgraded.response;
}
