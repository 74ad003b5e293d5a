import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeBase64Url, encodeBase64Url } from "../../src/internal/base64url.ts";
import { createSessionId, equalConstantTime, isSessionId } from "../../src/internal/ids.ts";

Deno.test("createSessionId gives 43 characters of base64url, never the same twice", () => {
  const ids = new Set(Array.from({ length: 1000 }, createSessionId));
  assertEquals(ids.size, 1000);
  for (const id of ids) assertMatch(id, /^[A-Za-z0-9_-]{43}$/);
});

Deno.test("isSessionId refuses other lengths and other characters", () => {
  const id = createSessionId();
  assert(isSessionId(id));
  for (
    const wrong of ["", id.slice(1), id + "A", id.slice(1) + "=", id.slice(1) + "/", id + "\n"]
  ) {
    assert(!isSessionId(wrong), JSON.stringify(wrong));
  }
});

Deno.test("base64url gives every length of bytes back", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    assertEquals(decodeBase64Url(encodeBase64Url(bytes)), bytes);
  }
  // Every byte at each of the three places in a group.
  for (let byte = 0; byte < 256; byte++) {
    const bytes = Uint8Array.of(byte, 1, byte, byte, 2, 3, byte);
    const plain = btoa(String.fromCharCode(...bytes));
    const expected = plain.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    assertEquals(encodeBase64Url(bytes), expected);
  }
  const large = new Uint8Array(200_000).fill(0xa5);
  assertEquals(decodeBase64Url(encodeBase64Url(large)), large);
});

Deno.test("decodeBase64Url refuses padding, other alphabets and a second spelling", () => {
  for (const wrong of ["A", "AA==", "A+==", "A/AA", "A A", "AB", "AAB", "\u{1F600}"]) {
    assertEquals(decodeBase64Url(wrong), undefined, wrong);
  }
  assertEquals(decodeBase64Url("AA"), new Uint8Array(1));
});

Deno.test("equalConstantTime compares contents and lengths", () => {
  const a = Uint8Array.of(1, 2, 3);
  assert(equalConstantTime(a, Uint8Array.of(1, 2, 3)));
  assert(!equalConstantTime(a, Uint8Array.of(1, 2, 4)));
  assert(!equalConstantTime(a, Uint8Array.of(1, 2)));
  assert(equalConstantTime(new Uint8Array(), new Uint8Array()));
});
