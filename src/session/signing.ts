/**
 * HMAC-SHA-256 under keys that can be changed without logging anybody out.
 *
 * The first secret signs, all of them verify: a rotation puts the new secret in front, waits until
 * what the old one signed has expired, and takes the old one away. Each kind of signed thing names
 * its purpose, which is part of what is signed: a page token can never pass as a cookie.
 */

import { decodeBase64Url, encodeBase64Url } from "../internal/base64url.ts";
import { SessionConfigError } from "./errors.ts";
import { MAX_SECRETS, MIN_SECRET } from "./limits.ts";

/** Signs and verifies texts for one purpose. */
export interface Signer {
  /** The signature: 43 characters of base64url. */
  sign(text: string): Promise<string>;
  /** Whether any of the secrets made this signature; never throws, whatever it is given. */
  verify(text: string, signature: string): Promise<boolean>;
}

/** 32 bytes as base64url. */
const SIGNATURE_LENGTH = 43;

const encoder = new TextEncoder();

/**
 * Makes the signer for a purpose.
 *
 * @param secrets the first signs, all verify; each at least 32 characters
 * @param purpose bound into every signature
 * @throws {SessionConfigError} for no secret, too many, or one that is too short
 */
export async function createSigner(secrets: readonly string[], purpose: string): Promise<Signer> {
  assertSecrets(secrets);
  const keys = await Promise.all(secrets.map(importKey));
  const signingKey = keys[0]!;
  // The purpose ends where NUL stands, and no purpose has one: no text can shift the border.
  const bytesOf = (text: string) => encoder.encode(`${purpose}\0${text}`);
  return {
    async sign(text) {
      const mac = await crypto.subtle.sign("HMAC", signingKey, bytesOf(text));
      return encodeBase64Url(new Uint8Array(mac));
    },
    async verify(text, signature) {
      if (signature.length !== SIGNATURE_LENGTH) return false;
      const mac = decodeBase64Url(signature);
      if (!mac) return false;
      const bytes = bytesOf(text);
      for (const key of keys) {
        // WebCrypto compares in constant time.
        if (await crypto.subtle.verify("HMAC", key, mac, bytes)) return true;
      }
      return false;
    },
  };
}

/**
 * Checks secrets before anything is made of them.
 *
 * @throws {SessionConfigError} for no secret, too many, or one that is too short
 */
export function assertSecrets(secrets: readonly string[]): void {
  if (secrets.length === 0) {
    throw new SessionConfigError(
      "Cannot sign sessions: no secret was given; pass at least one of 32 random characters",
      "no_secret",
    );
  }
  if (secrets.length > MAX_SECRETS) {
    throw new SessionConfigError(
      `Cannot sign sessions: ${secrets.length} secrets were given and at most ${MAX_SECRETS} are ` +
        "tried; drop those whose cookies have expired",
      "too_many_secrets",
    );
  }
  const short = secrets.findIndex((secret) => secret.length < MIN_SECRET);
  if (short >= 0) {
    throw new SessionConfigError(
      `Cannot sign sessions: secret ${short + 1} has ${secrets[short]!.length} characters and ` +
        `needs at least ${MIN_SECRET}; make one with crypto.randomUUID() twice over`,
      "short_secret",
    );
  }
}

function importKey(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
    "verify",
  ]);
}
