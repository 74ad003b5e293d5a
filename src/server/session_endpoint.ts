/**
 * `POST /_vango/session`: a page redeems the ticket that it was sent over its socket for the cookie
 * of its new session, and for the page token that goes with it.
 *
 * @module
 */
import type { Context } from "hono";
import { SessionTicketError } from "../session/errors.ts";
import { hasGoodOrigin } from "./guard.ts";
import type { LivePages } from "./live_pages.ts";
import type { Services } from "./services.ts";

/** Largest body, bytes: two tokens. */
const MAX_BODY = 16 * 1024;

/** Answers `{ token }` with the new cookie, or 403: a ticket is good once, for one page. */
export async function redeemTicket(
  c: Context,
  services: Services,
  pages: LivePages,
): Promise<Response> {
  const request = c.req.raw;
  if (request.method !== "POST") return c.text("Use POST", 405, { allow: "POST" });
  const { origins = [], platform } = services.options;
  const remoteAddress = platform?.remoteAddress(c.env);
  const secure = services.isSecure(request, remoteAddress);
  if (!request.headers.has("origin") || !hasGoodOrigin(request, origins, secure)) {
    return c.text("Foreign origin", 403);
  }
  const body = await request.text();
  if (body.length > MAX_BODY) return c.text("Too large", 413);
  const { ticket, token } = readBody(body);
  const { sessions, tokens } = await services.ready();
  const page = await tokens.verify(token);
  if (!page.ok) return c.text("Refused", 403);
  const live = services.registry.get(page.payload.p);
  if (!live) return c.text("Refused", 403);
  try {
    const cookie = await sessions.redeemTicket(ticket, request, {
      pageId: live.id,
      remoteAddress,
    });
    const renewed = await services.pageToken({ ...page.payload, s: pages.sessionOf(live).id });
    return c.json({ token: renewed }, 200, { "set-cookie": cookie, "cache-control": "no-store" });
  } catch (error) {
    if (error instanceof SessionTicketError) return c.text("Refused", 403);
    throw error;
  }
}

function readBody(body: string): { ticket: string; token: string } {
  try {
    const { ticket, token } = JSON.parse(body) as Record<string, unknown>;
    return { ticket: String(ticket), token: String(token) };
  } catch {
    // Malformed tokens are refused like any others.
    return { ticket: "", token: "" };
  }
}
