import { assert, assertEquals } from "@std/assert";
import { encodeBase64Url } from "../../src/internal/base64url.ts";
import { createSigner } from "../../src/session/signing.ts";

const encoder = new TextEncoder();

/** HMAC-SHA-256 as the runtime makes it. */
async function expected(secret: string, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  return encodeBase64Url(
    new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))),
  );
}

Deno.test("createSigner signs as WebCrypto does, whatever the lengths of secret and text", async () => {
  // Around the blocks of the hash: 64 bytes, and 55, which leave no room for its length.
  for (const secretLength of [32, 63, 64, 65, 200]) {
    const secret = "k\u{e9}y".repeat(secretLength).slice(0, secretLength);
    const signer = createSigner([secret], "purpose");
    for (let length = 0; length < 140; length++) {
      const text = "\u{1F600}t".repeat(length).slice(0, length);
      const signature = signer.sign(text);
      assertEquals(signature, await expected(secret, `purpose\0${text}`), `${length} characters`);
      assert(signer.verify(text, signature));
    }
  }
});

Deno.test("a signer gives the same signature again, however much it has signed since", () => {
  const signer = createSigner(["a secret of thirty-two characters"], "purpose");
  const first = signer.sign("one");
  for (let i = 0; i < 100; i++) signer.sign("x".repeat(i));
  assertEquals(signer.sign("one"), first);
  assert(!signer.verify("two", first));
});
