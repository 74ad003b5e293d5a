/**
 * What is known of a player before it has said anything over its socket, and how what it says then
 * is taken.
 *
 * A first paint is to fit, so several sources are asked; for each fact the first that knows counts:
 *
 * | fact         | `Vango-Client` header | client hints             | cookie of the last visit | user agent   |
 * | ------------ | --------------------- | ------------------------ | ------------------------ | ------------ |
 * | platform     | a native player's own |                          | yes                      | shell or not |
 * | width        | yes                   | `Sec-CH-Viewport-Width`  | yes                      | phone or not |
 * | height       | yes                   | `Sec-CH-Viewport-Height` | yes                      |              |
 * | capabilities | yes                   | mobile, platform: coarse | yes, before the hints    | phone or not |
 *
 * Capabilities are the one exception to the order: a browser sends `Sec-CH-UA-Mobile` always, and
 * it knows no more than "a phone", while the cookie was measured.
 *
 * @module
 */
import type { Capabilities } from "../contract/client.ts";
import {
  isPlatform,
  type Platform,
  readCapabilities,
  readScreen,
  type ScreenInfo,
} from "../protocol/hello.ts";

/** What a player says of itself. */
export interface ClientFacts {
  /** Where it runs. */
  readonly platform: Platform;
  /** What it can do, by name. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** Its window, CSS pixels. */
  readonly screen: ScreenInfo;
}

/** Name of the cookie in which the browser player leaves its facts. Not signed: they are hints. */
export const CLIENT_COOKIE = "vango_client";

/** The header in which a player that is no browser says the same, with the GET of a page. */
export const CLIENT_HEADER = "vango-client";

/** Client hints that pages ask for. */
export const ACCEPTED_HINTS =
  "Sec-CH-Viewport-Width, Sec-CH-Viewport-Height, Sec-CH-UA-Mobile, Sec-CH-UA-Platform";

const MOBILE = /Mobi|Android|iPhone|iPad|iPod/i;
const DESKTOP = /\b(?:Electron|Tauri)\//;
const TOUCH_PLATFORM = /^"?(?:Android|iOS)"?$/i;
const PHONE_WIDTH = 390;
const DESKTOP_WIDTH = 1280;

/** What is guessed of a phone or tablet, and of everything else. */
const TOUCHED = guess(true);
const POINTED = guess(false);

function guess(touch: boolean): ClientFacts["capabilities"] {
  return readCapabilities({ touch, hover: !touch, keyboard: !touch, nativeShare: touch });
}

/**
 * The facts that a request allows to guess.
 *
 * @param shell What the app's own pages say that they run in, if they do: it counts before the rest.
 */
export function factsOf({ headers }: Request, shell?: unknown): ClientFacts {
  const stated = parse(STATED, headers.get(CLIENT_HEADER));
  if (stated) return stated;
  const remembered = parse(COOKIE, headers.get("cookie"));
  const touch = isTouch(headers);
  return {
    platform: isPlatform(shell) ? shell : remembered?.platform ??
      (DESKTOP.test(headers.get("user-agent") ?? "") ? "desktop" : "web"),
    capabilities: remembered?.capabilities ?? (touch ? TOUCHED : POINTED),
    screen: {
      width: hint(headers, "width") || remembered?.screen.width ||
        (isPhone(headers) ? PHONE_WIDTH : DESKTOP_WIDTH),
      height: hint(headers, "height") || (remembered?.screen.height ?? 0),
    },
  };
}

/** Whether the width of the window is more than a guess. */
export function knowsWidth({ headers }: Request): boolean {
  return hint(headers, "width") > 0 || parse(STATED, headers.get(CLIENT_HEADER)) !== undefined ||
    parse(COOKIE, headers.get("cookie")) !== undefined;
}

/**
 * What is known once a player has said something: a whole handshake, or what has changed. What
 * makes no sense changes nothing; names of capabilities beyond those that one player may have are
 * ignored, however many frames they come in.
 */
export function withFacts(
  known: ClientFacts,
  given: Readonly<Record<string, unknown>>,
): ClientFacts {
  const screen = readScreen(given.screen);
  return {
    platform: isPlatform(given.platform) ? given.platform : known.platform,
    capabilities: given.capabilities === undefined
      ? known.capabilities
      : readCapabilities({ ...known.capabilities, ...readCapabilities(given.capabilities) }),
    screen: screen.width > 0 ? screen : known.screen,
  };
}

/** A tablet says that it is not mobile, but its platform is one that is touched. */
function isTouch(headers: Headers): boolean {
  return isPhone(headers) || TOUCH_PLATFORM.test(headers.get("sec-ch-ua-platform") ?? "");
}

function isPhone(headers: Headers): boolean {
  const mobile = headers.get("sec-ch-ua-mobile");
  return mobile === "?1" || mobile !== "?0" && MOBILE.test(headers.get("user-agent") ?? "");
}

/** A viewport hint in CSS pixels; 0 when there is none, or none that makes sense. */
function hint(headers: Headers, side: "width" | "height"): number {
  return readScreen({ width: Number(headers.get(`sec-ch-viewport-${side}`)) }).width;
}

/** Capabilities that every player has or has not, in the order of the cookie's digits. */
export const CAPABILITIES: readonly (keyof Capabilities)[] = [
  "touch",
  "hover",
  "keyboard",
  "haptics",
  "camera",
  "gps",
  "push",
  "biometrics",
  "nativeShare",
];

/**
 * What a player says of itself with the GET of a page, in the cookie or the header.
 *
 * @example
 * ```ts
 * import { formatFacts } from "./client_facts.ts";
 * const screen = { width: 390, height: 844 };
 * const facts = { platform: "ios", screen, capabilities: { touch: true } } as const;
 * console.assert(formatFacts(facts) === "ios.390x844.100000000");
 * ```
 */
export function formatFacts({ platform, screen, capabilities }: ClientFacts): string {
  const digits = CAPABILITIES.map((name) => capabilities[name] ? "1" : "0").join("");
  return `${platform}.${screen.width}x${screen.height}.${digits}`;
}

/** `web.1280x800.011000001`: platform, window, capabilities. */
const FACTS = "(web|desktop|ios|android)\\.(\\d{1,5})x(\\d{1,5})\\.([01]{9})";
const STATED = new RegExp(`^${FACTS}$`);
const COOKIE = new RegExp(`(?:^|;\\s*)${CLIENT_COOKIE}=${FACTS}(?:;|$)`);

function parse(form: RegExp, text: string | null): ClientFacts | undefined {
  const found = text === null ? null : form.exec(text);
  if (!found) return undefined;
  const digits = found[4]!;
  return {
    platform: found[1] as Platform,
    capabilities: readCapabilities(
      Object.fromEntries(CAPABILITIES.map((name, i) => [name, digits[i] === "1"])),
    ),
    screen: readScreen({ width: Number(found[2]), height: Number(found[3]) }),
  };
}
