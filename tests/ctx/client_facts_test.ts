import { assertEquals, assertStrictEquals } from "@std/assert";
import { type ClientFacts, factsOf, knowsWidth, withFacts } from "../../src/ctx/client_facts.ts";
import { parseHello } from "../../src/protocol/hello.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";

const ANDROID =
  "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36";
const TABLET = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15";
const ELECTRON =
  "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Electron/40.1.0 Safari/537.36";

/** Platform, width and touch, in one line. */
function guess(headers: Record<string, string>): string {
  const { platform, screen, capabilities } = factsOf(new Request("http://a.example/", { headers }));
  return `${platform} ${screen.width} ${capabilities.touch ? "touch" : "mouse"}`;
}

Deno.test("factsOf takes the width from a hint, else the last visit, else the user agent", () => {
  const cookie = "vango_client=web.1024x768.011000001";
  assertEquals(guess({ "user-agent": MAC }), "web 1280 mouse");
  assertEquals(guess({ "user-agent": IPHONE }), "web 390 touch");
  assertEquals(guess({ "user-agent": IPHONE, cookie }), "web 1024 mouse");
  assertEquals(
    guess({ "user-agent": IPHONE, cookie, "sec-ch-viewport-width": "700" }),
    "web 700 mouse",
  );
  assertEquals(guess({}), "web 1280 mouse");
});

Deno.test("factsOf believes the mobile hint before the user agent, and knows tablets by their platform", () => {
  assertEquals(guess({ "user-agent": ANDROID, "sec-ch-ua-mobile": "?1" }), "web 390 touch");
  assertEquals(guess({ "user-agent": MAC, "sec-ch-ua-mobile": "?1" }), "web 390 touch");
  assertEquals(guess({ "user-agent": ANDROID, "sec-ch-ua-mobile": "?0" }), "web 1280 mouse");
  const tablet = { "user-agent": TABLET, "sec-ch-ua-mobile": "?0" };
  assertEquals(guess({ ...tablet, "sec-ch-ua-platform": '"Android"' }), "web 1280 touch");
  assertEquals(guess({ ...tablet, "sec-ch-ua-platform": '"Linux"' }), "web 1280 mouse");
});

Deno.test("factsOf prefers what was measured at the last visit to coarse hints", () => {
  // A laptop with a touch screen: its browser says that it is not mobile.
  const cookie = "a=1; vango_client=web.1440x900.111000001; b=2";
  assertEquals(guess({ cookie, "sec-ch-ua-mobile": "?0" }), "web 1440 touch");
  assertEquals(guess({ cookie: "vango_client=desktop.1440x900.011000000" }), "desktop 1440 mouse");
});

Deno.test("factsOf takes a player that is no browser at its word, and knows Electron by its name", () => {
  const stated = { "vango-client": "ios.393x852.100110111", "sec-ch-viewport-width": "9" };
  assertEquals(guess({ ...stated, "user-agent": "Shop/1.0 CFNetwork" }), "ios 393 touch");
  assertEquals(guess({ "user-agent": ELECTRON }), "desktop 1280 mouse");
});

Deno.test("factsOf takes the app at its word about the shell that its pages run in", () => {
  const request = new Request("http://a.example/", {
    headers: { cookie: "vango_client=web.900x700.011000000", "user-agent": ELECTRON },
  });
  assertEquals(factsOf(request, "desktop").platform, "desktop");
  assertEquals(factsOf(request, "ios").screen.width, 900);
  for (const nonsense of [undefined, "", "tv", ["ios"], true]) {
    assertEquals(factsOf(request, nonsense).platform, "web");
  }
});

Deno.test("factsOf passes over hints and cookies that make no sense", () => {
  for (const width of ["", "0", "-5", "NaN", "1e400", "twelve", "0x10000000000"]) {
    const { screen } = factsOf(
      new Request("http://a.example/", { headers: { "sec-ch-viewport-width": width } }),
    );
    assertEquals(screen.width > 0 && screen.width <= 32_768, true, width);
  }
  const nonsense = [
    "tv.100x100.111111111",
    "web.100x100.1111",
    "web.-1x100.111111111",
    "web.999999x1.111111111",
    "web.100x100.111111112",
    "__proto__.1x1.111111111",
    "",
    "x".repeat(7_000),
  ];
  for (const text of nonsense) {
    assertEquals(guess({ cookie: `vango_client=${text}` }), "web 1280 mouse", text);
    assertEquals(guess({ "vango-client": text }), "web 1280 mouse", text);
  }
  assertEquals(guess({ cookie: "vango_client=web.99999x99999.000000000" }), "web 32768 mouse");
});

Deno.test("knowsWidth tells a stated or remembered width from a guess", () => {
  const knows = (headers: Record<string, string>) =>
    knowsWidth(new Request("http://a.example/", { headers }));
  assertEquals(knows({ "user-agent": IPHONE }), false);
  assertEquals(knows({ "sec-ch-viewport-width": "0" }), false);
  assertEquals(knows({ "sec-ch-viewport-width": "390" }), true);
  assertEquals(knows({ cookie: "vango_client=web.390x844.100000001" }), true);
  assertEquals(knows({ "vango-client": "android.390x844.100000001" }), true);
});

const KNOWN: ClientFacts = {
  platform: "web",
  capabilities: { touch: true, gps: true },
  screen: { width: 390, height: 844 },
};

Deno.test("withFacts changes what is given, and leaves the rest", () => {
  assertEquals(withFacts(KNOWN, {}), KNOWN);
  assertEquals(withFacts(KNOWN, { screen: { width: 844, height: 390 } }).screen.width, 844);
  const { capabilities } = withFacts(KNOWN, { capabilities: { gps: false, hover: true } });
  assertEquals({ ...capabilities }, { touch: true, gps: false, hover: true });
  assertEquals(withFacts(KNOWN, { platform: "android" }).platform, "android");
});

Deno.test("withFacts ignores nonsense: unknown platforms, absurd screens, flags that are none", () => {
  for (const platform of ["tv", "__proto__", "toString", "", 7, null, ["ios"], { ios: 1 }]) {
    assertEquals(withFacts(KNOWN, { platform }).platform, "web", String(platform));
  }
  for (
    const screen of [null, "wide", [], { width: -1 }, { width: NaN }, { width: 0 }, {
      width: "800",
    }]
  ) assertEquals(withFacts(KNOWN, { screen }).screen.width, 390, JSON.stringify(screen));
  assertEquals(withFacts(KNOWN, { screen: { width: 1e308 } }).screen.width, 32_768);
  const odd = {
    touch: "yes",
    gps: 1,
    "a b": true,
    "1st": true,
    ["x".repeat(40)]: true,
    push: null,
  };
  assertEquals({ ...withFacts(KNOWN, { capabilities: odd }).capabilities }, {
    touch: true,
    gps: true,
  });
  for (const capabilities of [null, 3, "touch", [true]]) {
    assertEquals({ ...withFacts(KNOWN, { capabilities }).capabilities }, { ...KNOWN.capabilities });
  }
});

Deno.test("withFacts keeps 32 capabilities, however many come in however many frames", () => {
  let facts = KNOWN;
  for (let frame = 0; frame < 50; frame++) {
    const flood = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`c${frame}-${i}`, true]),
    );
    facts = withFacts(facts, { capabilities: flood });
  }
  assertEquals(Object.keys(facts.capabilities).length, 32);
  assertEquals([facts.capabilities.touch, facts.capabilities.gps], [true, true]);
  assertStrictEquals(Object.getPrototypeOf(facts.capabilities), null);
});

/** HELLO with some of its fields replaced. */
function hello(more: Record<string, unknown>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ v: 1, token: "t", ...more }));
}

function codeOf(payload: Uint8Array): string {
  try {
    parseHello(payload);
    return "read";
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.code;
  }
}

Deno.test("parseHello clamps what a player says of itself", () => {
  for (
    const platform of ["tv", "__proto__", "constructor", "WEB", 7, null, ["ios"], {
      toString: "ios",
    }]
  ) {
    assertEquals(parseHello(hello({ platform })).platform, "web", JSON.stringify(platform));
  }
  const screens: [unknown, number][] = [
    [{ width: 1e308, height: 1 }, 32_768],
    [{ width: -5, height: 1 }, 0],
    [{ width: "800" }, 0],
    [{ width: 800.4 }, 800],
    [null, 0],
    [[], 0],
    ["800x600", 0],
  ];
  for (const [screen, width] of screens) {
    assertEquals(parseHello(hello({ screen })).screen.width, width, JSON.stringify(screen));
  }
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`c${i}`, true]));
  assertEquals(Object.keys(parseHello(hello({ capabilities: many })).capabilities).length, 32);
  const polluted = new TextEncoder().encode(
    `{"v":1,"token":"t","capabilities":{"__proto__":{"touch":true},"constructor":true}}`,
  );
  const { capabilities } = parseHello(polluted);
  assertEquals(capabilities.touch, undefined);
  assertEquals(({} as Record<string, unknown>).touch, undefined);
  assertEquals(parseHello(hello({ version: "9".repeat(5_000) })).version.length, 64);
});

Deno.test("parseHello refuses with a typed error what the protocol stands on", () => {
  assertEquals(codeOf(hello({ v: 2 })), "handshake");
  assertEquals(codeOf(hello({ v: "1" })), "handshake");
  assertEquals(codeOf(hello({ v: 1e9 })), "handshake");
  assertEquals(codeOf(hello({ token: "" })), "handshake");
  assertEquals(codeOf(hello({ token: 5 })), "handshake");
  assertEquals(codeOf(hello({ seq: -1 })), "sequence");
  assertEquals(codeOf(hello({ event: 2 ** 60 })), "sequence");
  assertEquals(codeOf(new TextEncoder().encode("[]")), "handshake");
  assertEquals(codeOf(new TextEncoder().encode("{")), "json");
  assertEquals(codeOf(new Uint8Array([0xff, 0xfe])), "utf8");
  const huge = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`c${i}`, true]));
  assertEquals(codeOf(hello({ capabilities: huge })), "limit");
});
