import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeBase64Url } from "../../src/internal/base64url.ts";
import { SessionLimitError } from "../../src/session/errors.ts";
import { createTokenSigner } from "../../src/session/token.ts";

const SECRET = "a secret of thirty-two characters";
const OTHER = "another one of at least 32 characters";

Deno.test("a token gives its payload back until the server's clock passes its expiry", () => {
  let time = 1000;
  const signer = createTokenSigner<{ page: string; n: number[] }>([SECRET], "page", {
    now: () => time,
  });
  const payload = { page: "p\u{1F600}", n: [1, 2] };
  const token = signer.sign(payload, { expiresAt: 2000 });
  assertEquals(signer.verify(token), { ok: true, payload, expiresAt: 2000 });
  time = 2000;
  assertEquals(signer.verify(token), { ok: false, code: "expired" });
});

Deno.test("a token with any one character changed or cut is refused", () => {
  const signer = createTokenSigner<string>([SECRET], "page");
  const token = signer.sign("p1", { expiresAt: Date.now() + 60_000 });
  for (let i = 0; i < token.length; i++) {
    const flipped = String.fromCharCode(token.charCodeAt(i) ^ 1);
    const changed = signer.verify(token.slice(0, i) + flipped + token.slice(i + 1));
    assert(!changed.ok, `character ${i}`);
    const cut = signer.verify(token.slice(0, i));
    assert(!cut.ok, `cut at ${i}`);
  }
});

Deno.test("a token of another purpose or another secret is refused for its signature", () => {
  const page = createTokenSigner<string>([SECRET], "page");
  const ticket = createTokenSigner<string>([SECRET], "ticket");
  const foreign = createTokenSigner<string>([OTHER], "page");
  const token = page.sign("p1", { expiresAt: Date.now() + 60_000 });
  assertEquals(ticket.verify(token), { ok: false, code: "signature" });
  assertEquals(foreign.verify(token), { ok: false, code: "signature" });
  const rotated = createTokenSigner<string>([OTHER, SECRET], "page");
  assert(rotated.verify(token).ok);
});

Deno.test("what is not a token at all is refused as malformed, without an exception", () => {
  const signer = createTokenSigner<string>([SECRET], "page");
  for (const text of ["", ".", "a", ".a", "\0", "x".repeat(10_000), "{}"]) {
    assertEquals(signer.verify(text), { ok: false, code: "malformed" });
  }
  const body = encodeBase64Url(new TextEncoder().encode("[9e99,1]"));
  assertEquals(signer.verify(`${body}.`), { ok: false, code: "signature" });
});

Deno.test("sign refuses a payload that would not be read back for its length", () => {
  const signer = createTokenSigner<string>([SECRET], "page");
  assertThrows(
    () => signer.sign("x".repeat(4000), { expiresAt: 1 }),
    SessionLimitError,
    "Cannot sign a token",
  );
});
