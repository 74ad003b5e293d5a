import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { createSessionId } from "../../src/internal/ids.ts";
import {
  createCookieSigner,
  formatSessionCookie,
  readSessionCookies,
  type SessionCookie,
} from "../../src/session/cookie.ts";
import { SessionConfigError } from "../../src/session/errors.ts";

const OLD = "old secret, thirty-two characters";
const NEW = "new secret, thirty-two characters";

function sampleCookie(kind: SessionCookie["kind"] = "stored"): SessionCookie {
  return { id: createSessionId(), kind, issuedAt: 1_700_000_000_000 };
}

Deno.test("a signed cookie gives back what was signed", () => {
  const signer = createCookieSigner([OLD]);
  for (const kind of ["stored", "provisional"] as const) {
    const cookie = sampleCookie(kind);
    assertEquals(signer.verify(signer.sign(cookie)), cookie);
  }
});

Deno.test("a cookie with any one character changed, cut or added is refused", () => {
  const signer = createCookieSigner([OLD]);
  const value = signer.sign(sampleCookie());
  for (let i = 0; i < value.length; i++) {
    for (let bit = 0; bit < 7; bit++) {
      const flipped = String.fromCharCode(value.charCodeAt(i) ^ (1 << bit));
      const changed = value.slice(0, i) + flipped + value.slice(i + 1);
      assertEquals(signer.verify(changed), undefined, `bit ${bit} of character ${i}`);
    }
    assertEquals(signer.verify(value.slice(0, i)), undefined, `cut at ${i}`);
    assertEquals(signer.verify(value.slice(i + 1)), undefined, `cut before ${i + 1}`);
  }
  for (const added of [value + "A", value + ".", "." + value, value + value, value + "\0"]) {
    assertEquals(signer.verify(added), undefined, added);
  }
});

Deno.test("an empty signature, a swapped one and one of another purpose are refused", () => {
  const signer = createCookieSigner([OLD]);
  const [one, other] = [signer.sign(sampleCookie()), signer.sign(sampleCookie())];
  const text = one.slice(0, one.lastIndexOf("."));
  const swapped = text + other.slice(other.lastIndexOf("."));
  const stolen = one.replace(/^s/, "p");
  for (const value of [text, `${text}.`, `${text}.undefined`, swapped, stolen, "", ".", "....."]) {
    assertEquals(signer.verify(value), undefined, value);
  }
});

Deno.test("an old secret verifies until it is taken away, and never signs", () => {
  const cookie = sampleCookie();
  const before = createCookieSigner([OLD]);
  const rotating = createCookieSigner([NEW, OLD]);
  const after = createCookieSigner([NEW]);
  const oldValue = before.sign(cookie);
  assertEquals(rotating.verify(oldValue), cookie);
  assertEquals(after.verify(oldValue), undefined);
  assertEquals(after.verify(rotating.sign(cookie)), cookie);
});

Deno.test("createCookieSigner refuses no secret, a short one and a crowd of them", () => {
  for (const secrets of [[], ["short"], [NEW, ""], Array.from({ length: 9 }, () => NEW)]) {
    assertThrows(() => createCookieSigner(secrets), SessionConfigError, "Cannot sign");
  }
});

Deno.test("readSessionCookies takes the __Host- cookie alone on HTTPS, and first on HTTP", () => {
  const header = "vango=planted; a=b; __Host-vango=ours; vango";
  assertEquals(readSessionCookies(header, true), ["ours"]);
  assertEquals(readSessionCookies(header, false), ["ours", "planted"]);
  assertEquals(readSessionCookies("vango=planted", true), []);
});

Deno.test("readSessionCookies gives the candidates of a doubled name, but only a few", () => {
  assertEquals(readSessionCookies("vango=one; vango=two", false), ["one", "two"]);
  const many = Array.from({ length: 100 }, (_, i) => `vango=${i}`).join(";");
  assertEquals(readSessionCookies(many, false), ["0", "1", "2", "3"]);
});

Deno.test("readSessionCookies takes nothing from no header or one of more than 8 KB", () => {
  for (const header of [null, "", ";;;", "=", "vango", "x".repeat(8193) + "; vango=a"]) {
    assertEquals(readSessionCookies(header, false), [], header?.slice(0, 20) ?? "no header");
  }
});

Deno.test("formatSessionCookie is HttpOnly, Lax and host-wide, and Secure on HTTPS", () => {
  const secure = formatSessionCookie("value", { secure: true, maxAge: 60_500 });
  assertEquals(
    secure,
    "__Host-vango=value; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure",
  );
  const plain = formatSessionCookie("value", { secure: false, maxAge: -5 });
  assertStringIncludes(plain, "vango=value; ");
  assertStringIncludes(plain, "Max-Age=0");
  assert(!plain.includes("Secure"));
});
