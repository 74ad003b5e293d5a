/**
 * HMAC-SHA-256 under keys that can be changed without logging anybody out.
 *
 * The first secret signs, all of them verify: a rotation puts the new secret in front, waits until
 * what the old one signed has expired, and takes the old one away. Each kind of signed thing names
 * its purpose, which is part of what is signed: a page token can never pass as a cookie.
 *
 * WebCrypto was given up for it: every call is a trip to a thread and back, some 50 µs in which a
 * page that signs twice waits twice, and what is signed here takes 3 µs to sign.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { decodeBase64Url, encodeBase64Url } from "../internal/base64url.ts";
import { equalConstantTime } from "../internal/ids.ts";
import { SessionConfigError } from "./errors.ts";
import { MAX_SECRETS, MIN_SECRET } from "./limits.ts";

/** Signs and verifies texts for one purpose. */
export interface Signer {
  /** The signature: 43 characters of base64url. */
  sign(text: string): string;
  /** Whether any of the secrets made this signature; never throws, whatever it is given. */
  verify(text: string, signature: string): boolean;
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
export function createSigner(secrets: readonly string[], purpose: string): Signer {
  assertSecrets(secrets);
  // A key takes as long to prepare as a text to sign; so each is prepared once, and copied: always
  // into the same place, because making one takes as long again.
  const keys = secrets.map((secret) => hmac.create(sha256, encoder.encode(secret)));
  const scratch = keys[0]!.clone();
  // The purpose ends where NUL stands, and no purpose has one: no text can shift the border.
  const bytesOf = (text: string) => encoder.encode(`${purpose}\0${text}`);
  const macOf = (key: typeof scratch, bytes: Uint8Array) =>
    key._cloneInto(scratch).update(bytes).digest();
  return {
    sign(text) {
      return encodeBase64Url(macOf(keys[0]!, bytesOf(text)));
    },
    verify(text, signature) {
      if (signature.length !== SIGNATURE_LENGTH) return false;
      const mac = decodeBase64Url(signature);
      if (!mac) return false;
      const bytes = bytesOf(text);
      return keys.some((key) => equalConstantTime(macOf(key, bytes), mac));
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
