/**
 * `POST /_vango/session`: a page redeems the ticket that it was sent over its socket for the cookie
 * of its new session, and for the page token that goes with it.
 *
 * @module
 */
import type { Context } from "hono";
import { SessionTicketError } from "../session/errors.ts";
import type { SessionManager } from "../session/manager.ts";
import { hasGoodOrigin } from "./guard.ts";
import type { Services } from "./services.ts";

/** Largest body, bytes: two tokens. */
const MAX_BODY = 16 * 1024;

/** Answers `{ token }` with the new cookie, or 403: a ticket is good once, for one page. */
export async function redeemTicket(
  c: Context,
  services: Services,
): Promise<Response> {
  const request = c.req.raw;
  if (request.method !== "POST") return c.text("Use POST", 405, { allow: "POST" });
  const { origins = [], platform } = services.options;
  const remoteAddress = platform?.remoteAddress(c.env);
  const secure = services.isSecure(request, remoteAddress);
  if (!request.headers.has("origin") || !hasGoodOrigin(request, origins, secure)) {
    return c.text("Foreign origin", 403);
  }
  if (Number(request.headers.get("content-length")) > MAX_BODY) return c.text("Too large", 413);
  const body = await request.text();
  if (body.length > MAX_BODY) return c.text("Too large", 413);
  const { ticket, token } = readBody(body);
  const { sessions, tokens } = await services.ready();
  const page = await tokens.verify(token);
  if (!page.ok) return c.text("Refused", 403);
  try {
    const pageId = page.payload.p;
    const cookie = await sessions.redeemTicket(ticket, request, { pageId, remoteAddress });
    const renewed = await services.pageToken({
      ...page.payload,
      s: await sessionIdOf(sessions, request, cookie, remoteAddress),
    });
    return c.json({ token: renewed }, 200, { "set-cookie": cookie, "cache-control": "no-store" });
  } catch (error) {
    if (error instanceof SessionTicketError) return c.text("Refused", 403);
    throw error;
  }
}

/** The session of a new cookie. The page may live on another node: only the store knows for sure. */
async function sessionIdOf(
  sessions: SessionManager,
  { url, headers }: Request,
  cookie: string,
  remoteAddress: string | undefined,
): Promise<string> {
  const renewed = new Headers(headers);
  renewed.set("cookie", cookie.split(";", 1)[0]!);
  using session = await sessions.open(new Request(url, { headers: renewed }), { remoteAddress });
  return session.id;
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
