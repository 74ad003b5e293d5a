/**
 * How a log-in over a socket reaches the browser's cookie.
 *
 * A socket cannot set an HttpOnly cookie, and script must not see the new one. So the page gets a
 * ticket and redeems it with a same-origin POST:
 *
 * ```text
 *   socket    setUserId ──► session B made, B saved, ticket saved ──► ticket to the page
 *   page      POST /_vango/session, ticket, cookie of A
 *   any node  signature, age, page, cookie of A all right?
 *             mark the ticket used (compare-and-set: of two attempts one wins)
 *             Set-Cookie: B;  delete A, which closes every other socket of A
 * ```
 *
 * The ticket is a signed random number; what it stands for is in the store, so that any node can
 * redeem it and no id travels through the page. The cookie of A must come with it: a stolen ticket
 * is worth nothing in another browser, and nobody can push their own log-in on a victim.
 */

import { randomId, type SessionId } from "../internal/ids.ts";
import { SessionConflictError, SessionTicketError } from "./errors.ts";
import type { GuardedStore } from "./guarded_store.ts";
import { TICKET_TTL } from "./limits.ts";
import type { TokenSigner } from "./token.ts";

/** What a ticket stands for. */
export interface TicketGrant {
  /** The session that the new cookie is for. */
  readonly next: SessionId;
  /** The ids that the browser's cookie may have now; none: it must have no good cookie. */
  readonly previous: readonly SessionId[];
  readonly pageId: string;
}

/** The signed part of a ticket. */
export interface TicketPayload {
  readonly t: string;
}

/** What redeeming a ticket needs to know of the request. */
export interface TicketBearer {
  readonly pageId: string;
  /** The id in the request's cookie, if there is a good one. */
  readonly cookieId: SessionId | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Issues tickets and redeems each once. */
export class TicketOffice {
  readonly #store: GuardedStore;
  readonly #signer: TokenSigner<TicketPayload>;
  readonly #now: () => number;

  constructor(
    store: GuardedStore,
    signer: TokenSigner<TicketPayload>,
    now: () => number,
  ) {
    this.#store = store;
    this.#signer = signer;
    this.#now = now;
  }

  /** @throws {SessionStoreError} when the store does not take it */
  async issue(grant: TicketGrant): Promise<string> {
    const t = randomId();
    const expiresAt = this.#now() + TICKET_TTL;
    const data = encoder.encode(JSON.stringify(grant));
    await this.#store.save(keyOf(t), data, { expiresAt, revision: undefined });
    return this.#signer.sign({ t }, { expiresAt });
  }

  /**
   * @throws {SessionTicketError} `malformed`, `signature`, `expired`, `used`, `page` or `session`
   * @throws {SessionStoreError} when the store does not answer; the ticket may be good still
   */
  async redeem(ticket: string, bearer: TicketBearer): Promise<TicketGrant> {
    const result = this.#signer.verify(ticket);
    if (!result.ok) throw refused(result.code);
    const key = keyOf(result.payload.t);
    const stored = await this.#store.load(key);
    if (!stored || stored.data.length === 0) throw refused("used");
    const grant = JSON.parse(decoder.decode(stored.data)) as TicketGrant;
    if (grant.pageId !== bearer.pageId) throw refused("page");
    const isTheirs = grant.previous.length === 0
      ? bearer.cookieId === undefined
      : bearer.cookieId !== undefined && grant.previous.includes(bearer.cookieId);
    if (!isTheirs) throw refused("session");
    try {
      // Emptied rather than deleted: deleting does not say who was first.
      await this.#store.save(key, new Uint8Array(), stored);
    } catch (error) {
      if (error instanceof SessionConflictError) throw refused("used");
      throw error;
    }
    return grant;
  }
}

/** The error for a ticket that is not taken; the code says why, the message says little. */
export function refused(code: string): SessionTicketError {
  return new SessionTicketError(
    `Cannot change the session's cookie: the ticket was refused (${code}); load the page again`,
    code,
  );
}

function keyOf(t: string): string {
  return `ticket-${t}`;
}
