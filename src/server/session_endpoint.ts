/**
 * `POST /_vango/session`: a page redeems the ticket that it was sent over its socket for the cookie
 * of its new session (a player that is no browser: for its token), and for the page token that goes
 * with it.
 *
 * @module
 */
import type { Context } from "hono";
import { SESSION_HEADER, usesBearer } from "../session/bearer.ts";
import { SessionTicketError } from "../session/errors.ts";
import type { SessionManager } from "../session/manager.ts";
import { isOwnPost } from "./guard.ts";
import { type Services, signPageToken } from "./services.ts";

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
  if (!isOwnPost(request, origins, secure)) {
    return c.text("Foreign origin", 403);
  }
  if (Number(request.headers.get("content-length")) > MAX_BODY) return c.text("Too large", 413);
  const body = await request.text();
  if (body.length > MAX_BODY) return c.text("Too large", 413);
  const { ticket, token } = readBody(body);
  const ready = await services.ready();
  const { sessions } = ready;
  const page = ready.tokens.verify(token);
  if (!page.ok) return c.text("Refused", 403);
  try {
    const pageId = page.payload.p;
    const credential = await sessions.redeemTicket(ticket, request, { pageId, remoteAddress });
    const renewed = signPageToken(ready, {
      ...page.payload,
      s: await sessionIdOf(sessions, request, credential, remoteAddress),
    });
    const header = usesBearer(request.headers) ? SESSION_HEADER : "set-cookie";
    return c.json({ token: renewed }, 200, {
      [header]: credential,
      "cache-control": "no-store",
    });
  } catch (error) {
    if (error instanceof SessionTicketError) return c.text("Refused", 403);
    throw error;
  }
}

/** The session of a new credential. The page may live on another node: only the store knows it. */
async function sessionIdOf(
  sessions: SessionManager,
  { url, headers }: Request,
  credential: string,
  remoteAddress: string | undefined,
): Promise<string> {
  const renewed = new Headers(headers);
  if (usesBearer(headers)) renewed.set("authorization", `Bearer ${credential}`);
  else renewed.set("cookie", credential.split(";", 1)[0]!);
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
