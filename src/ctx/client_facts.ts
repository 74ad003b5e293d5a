/**
 * What is known of a player before it has said anything: from client hints, the cookie that it left
 * at its last visit, and the user agent, in this order of trust.
 *
 * @module
 */
import type { Platform, ScreenInfo } from "../protocol/hello.ts";

/** What a player says of itself. */
export interface ClientFacts {
  readonly platform: Platform;
  readonly capabilities: Readonly<Record<string, boolean>>;
  readonly screen: ScreenInfo;
}

/** Name of the cookie in which the browser player leaves its facts. Not signed: they are hints. */
export const CLIENT_COOKIE = "vango_client";

/** Client hints that pages ask for. */
export const ACCEPTED_HINTS = "Sec-CH-Viewport-Width, Sec-CH-UA-Mobile, Sec-CH-UA-Platform";

const MOBILE = /Mobi|Android|iPhone|iPad|iPod/i;
const PHONE_WIDTH = 390;
const DESKTOP_WIDTH = 1280;

/** The facts that a request allows to guess. */
export function factsOf(request: Request): ClientFacts {
  const { headers } = request;
  const remembered = readCookie(headers.get("cookie") ?? "");
  const mobileHint = headers.get("sec-ch-ua-mobile");
  const mobile = mobileHint ? mobileHint === "?1" : MOBILE.test(headers.get("user-agent") ?? "");
  const hinted = Number(headers.get("sec-ch-viewport-width"));
  const width = hinted > 0 && hinted < 100_000
    ? Math.round(hinted)
    : remembered?.screen.width || (mobile ? PHONE_WIDTH : DESKTOP_WIDTH);
  return {
    platform: remembered?.platform ?? "web",
    capabilities: remembered?.capabilities ??
      { touch: mobile, hover: !mobile, keyboard: !mobile, nativeShare: mobile },
    screen: { width, height: remembered?.screen.height ?? 0 },
  };
}

/** Whether the width of the window is more than a guess. */
export function knowsWidth(request: Request): boolean {
  return request.headers.has("sec-ch-viewport-width") ||
    readCookie(request.headers.get("cookie") ?? "") !== undefined;
}

/** Capabilities in the order of the cookie's digits. */
const ORDER: readonly string[] = [
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

/** `web.1280x800.011000001` */
const COOKIE = new RegExp(
  `(?:^|;\\s*)${CLIENT_COOKIE}=(web|desktop|ios|android)\\.(\\d{1,5})x(\\d{1,5})\\.([01]{9})(?:;|$)`,
);

function readCookie(header: string): ClientFacts | undefined {
  const found = COOKIE.exec(header);
  if (!found) return undefined;
  const capabilities: Record<string, boolean> = Object.create(null);
  ORDER.forEach((name, i) => capabilities[name] = found[4]![i] === "1");
  return {
    platform: found[1] as Platform,
    capabilities,
    screen: { width: Number(found[2]), height: Number(found[3]) },
  };
}
