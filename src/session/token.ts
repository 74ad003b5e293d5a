/**
 * Signed tokens that expire: what a page hands to its own script to prove that we made it.
 *
 * A token is `body.signature`: the body is base64url of the JSON `[expiresAt, payload]`. It can be
 * read by whoever holds it, so a payload carries no secret; it cannot be changed. There is one
 * version and no fallback: what does not verify is refused.
 */

import { decodeBase64Url, encodeBase64Url } from "../internal/base64url.ts";
import { SessionLimitError } from "./errors.ts";
import { MAX_TOKEN } from "./limits.ts";
import { createSigner } from "./signing.ts";

/** Why a token was refused. */
export type TokenErrorCode = "malformed" | "signature" | "expired";

/** What verifying a token says: its payload, or why not. */
export type TokenResult<Payload> =
  | { readonly ok: true; readonly payload: Payload; readonly expiresAt: number }
  | { readonly ok: false; readonly code: TokenErrorCode };

/** Signs payloads of one purpose and verifies its own tokens. */
export interface TokenSigner<Payload> {
  /**
   * A token for `payload`, which must survive JSON.
   *
   * @param options.expiresAt milliseconds since 1970, by the server's clock
   * @throws {SessionLimitError} when the token would pass 4 KB
   */
  sign(payload: Payload, options: { readonly expiresAt: number }): string;
  /** The payload of a token that we signed and that is still good; never throws. */
  verify(token: string): TokenResult<Payload>;
}

/** Settings of {@linkcode createTokenSigner}. */
export interface TokenSignerOptions {
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Makes a signer of tokens for one purpose: `"page"`, `"ticket"`. A token of one purpose does not
 * verify for another, even under the same secrets.
 *
 * @param secrets the first signs, all verify; each at least 32 characters
 * @param purpose what the tokens are for; bound into every signature
 * @throws {SessionConfigError} for no secret, too many, or one that is too short
 *
 * @example
 * ```ts
 * import { createTokenSigner } from "./token.ts";
 *
 * const secret = crypto.randomUUID() + crypto.randomUUID();
 * const signer = createTokenSigner<{ page: string }>([secret], "page");
 * const token = signer.sign({ page: "p1" }, { expiresAt: Date.now() + 60_000 });
 * const result = signer.verify(token);
 * if (!result.ok || result.payload.page !== "p1") throw new Error("not ours");
 * ```
 */
export function createTokenSigner<Payload>(
  secrets: readonly string[],
  purpose: string,
  options: TokenSignerOptions = {},
): TokenSigner<Payload> {
  const now = options.now ?? Date.now;
  const signer = createSigner(secrets, `vango-token:${purpose}`);
  return {
    sign(payload, { expiresAt }) {
      const body = encodeBase64Url(encoder.encode(JSON.stringify([expiresAt, payload])));
      const token = `${body}.${signer.sign(body)}`;
      if (token.length > MAX_TOKEN) {
        throw new SessionLimitError(
          `Cannot sign a token of ${token.length} characters: at most ${MAX_TOKEN} are read back; ` +
            "keep the data in the session and put its key into the token",
          "token_too_long",
        );
      }
      return token;
    },
    verify(token) {
      if (token.length > MAX_TOKEN) return { ok: false, code: "malformed" };
      const dot = token.indexOf(".");
      if (dot <= 0) return { ok: false, code: "malformed" };
      const body = token.slice(0, dot);
      if (!signer.verify(body, token.slice(dot + 1))) {
        return { ok: false, code: "signature" };
      }
      const content = readBody<Payload>(body);
      if (!content) return { ok: false, code: "malformed" };
      const [expiresAt, payload] = content;
      if (expiresAt <= now()) return { ok: false, code: "expired" };
      return { ok: true, payload, expiresAt };
    },
  };
}

function readBody<Payload>(body: string): [expiresAt: number, payload: Payload] | undefined {
  const bytes = decodeBase64Url(body);
  if (!bytes) return undefined;
  try {
    const content: unknown = JSON.parse(decoder.decode(bytes));
    if (!Array.isArray(content) || typeof content[0] !== "number") return undefined;
    return [content[0], content[1] as Payload];
  } catch {
    return undefined;
  }
}
