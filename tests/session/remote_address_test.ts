import { assert, assertEquals, assertThrows } from "@std/assert";
import { SessionConfigError } from "../../src/session/errors.ts";
import {
  clientAddress,
  createProxyTrust,
  isSecureRequest,
} from "../../src/session/remote_address.ts";

const TRUST = createProxyTrust(["10.0.0.0/8", "::1", "fd00::/8", "192.168.1.7"]);

function forwarded(value: string): Headers {
  return new Headers({ "x-forwarded-for": value });
}

Deno.test("clientAddress ignores X-Forwarded-For from a peer that is not a trusted proxy", () => {
  assertEquals(clientAddress(forwarded("1.2.3.4"), "9.9.9.9", TRUST), "9.9.9.9");
  assertEquals(clientAddress(forwarded("1.2.3.4"), "11.0.0.1", TRUST), "11.0.0.1");
  assertEquals(clientAddress(forwarded("1.2.3.4"), "192.168.1.8", TRUST), "192.168.1.8");
  assertEquals(clientAddress(forwarded("1.2.3.4"), undefined, TRUST), undefined);
});

Deno.test("clientAddress takes the last hop that no trusted proxy vouches beyond", () => {
  assertEquals(clientAddress(forwarded("6.6.6.6, 1.2.3.4"), "10.1.1.1", TRUST), "1.2.3.4");
  assertEquals(clientAddress(forwarded("6.6.6.6, 1.2.3.4, 10.2.2.2"), "::1", TRUST), "1.2.3.4");
  assertEquals(clientAddress(forwarded("10.3.3.3, 10.2.2.2"), "10.1.1.1", TRUST), "10.3.3.3");
  assertEquals(clientAddress(new Headers(), "10.1.1.1", TRUST), "10.1.1.1");
});

Deno.test("clientAddress stops at what is not an address", () => {
  for (const hop of ["", "unknown", "1.2.3", "1.2.3.999", "<script>", "a".repeat(5000), "::1::"]) {
    assertEquals(clientAddress(forwarded(`1.2.3.4, ${hop}`), "10.1.1.1", TRUST), "10.1.1.1", hop);
  }
  const long = Array.from({ length: 5000 }, () => "10.0.0.1").join(",");
  assertEquals(clientAddress(forwarded(long), "10.1.1.1", TRUST), "10.0.0.1");
});

Deno.test("clientAddress reads ports, brackets, zones and IPv4 in IPv6", () => {
  const cases = [
    ["1.2.3.4:8080", "1.2.3.4"],
    ["[2001:DB8::7]:443", "2001:db8::7"],
    ["2001:db8::7", "2001:db8::7"],
    ["fe80::1%eth0", "fe80::1"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ['"[2001:db8::7]"', "2001:db8::7"],
  ] as const;
  for (const [hop, address] of cases) {
    assertEquals(clientAddress(forwarded(hop), "::ffff:10.0.0.1", TRUST), address, hop);
  }
});

Deno.test("createProxyTrust matches networks bit by bit, and no other family", () => {
  const trust = createProxyTrust(["172.16.0.0/12", "2001:db8::/33", "0.0.0.0/0"].slice(0, 2));
  assert(trust.includes("172.31.255.255"));
  assert(!trust.includes("172.32.0.0"));
  assert(trust.includes("2001:db8:7fff::1"));
  assert(!trust.includes("2001:db8:8000::1"));
  assert(!createProxyTrust(["0.0.0.0/0"]).includes("::1"));
  assert(createProxyTrust(["::/0"]).includes("abcd::"));
  assert(!createProxyTrust([]).includes("127.0.0.1"));
});

Deno.test("createProxyTrust refuses what is neither address nor network", () => {
  for (const network of ["", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "1:2/64"]) {
    assertThrows(() => createProxyTrust([network]), SessionConfigError, "Cannot trust the proxy");
  }
});

Deno.test("isSecureRequest believes the URL, or a trusted proxy, and nobody else", () => {
  const plain = new Request("http://app.example/", { headers: { "x-forwarded-proto": "https" } });
  assert(isSecureRequest(new Request("https://app.example/"), undefined, TRUST));
  assert(isSecureRequest(plain, "10.0.0.1", TRUST));
  assert(!isSecureRequest(plain, "9.9.9.9", TRUST));
  assert(!isSecureRequest(new Request("http://app.example/"), "10.0.0.1", TRUST));
});
