/**
 * Mounting: a page of an app, asked for, connected and ready to be used, in one process.
 *
 * @module
 */
import { formatFacts } from "../ctx/client_facts.ts";
import type { Platform, ScreenInfo } from "../protocol/hello.ts";
import type { PlayerFacts } from "../player/options.ts";
import { type SessionSeed, View } from "./view.ts";
import { type TestApp, Visitor } from "./visitor.ts";

/** Options of {@linkcode mount}. */
export interface MountOptions {
  /** Default: `web`. */
  readonly platform?: Platform;
  /** CSS pixels. Default: 390 × 844 for `ios` and `android`, else 1280 × 800. */
  readonly screen?: ScreenInfo;
  /** What the player can do. Default: what is usual for its platform. */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  /**
   * What the visitor's session holds before the page is rendered, or another view, whose visitor
   * opens this page in a further tab.
   */
  readonly session?: SessionSeed | View;
  /** Whether this is a browser's first page ever: the server must guess what it is. */
  readonly firstVisit?: boolean;
  /** Sent with every request: `accept-language`, `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the server would pass beside each request: bindings, or `{ remoteAddr }` on Deno. */
  readonly env?: object;
  /** Where the app seems to stand. Default: `http://localhost`. */
  readonly origin?: string;
  /** Milliseconds that a message takes one way. They are skipped, not waited for. Default: 0. */
  readonly latency?: number;
  /** Whether large frames are deflated, as for browsers. Default: false, which is quicker. */
  readonly deflate?: boolean;
  /** Whether to wait until the page has settled. Default: true. */
  readonly settle?: boolean;
  /** Milliseconds that the server may take for whatever is waited for. Default: 5,000. */
  readonly within?: number;
}

/**
 * Opens a page of an app, as a browser or a native app does: a GET, then a connection, over which
 * patches come and events go. No port is opened and no browser started.
 *
 * @param app The app: what `export default` gives to `deno serve`.
 * @param path The page's path and query.
 * @returns The page, settled. Dispose of it with `await using`, or call `dispose()`.
 * @throws {TestingError} `mount` when the path does not answer with a live page, `settle` when it
 * does not come to rest.
 *
 * @example
 * ```tsx
 * import { assertEquals } from "@std/assert";
 * import { Hono } from "hono";
 * import { createVango, signal } from "@vango/vango";
 * import { deno } from "@vango/vango/deno";
 * import { mount } from "@vango/vango/testing";
 *
 * const app = new Hono();
 * const vango = createVango({ app, platform: deno(), secrets: ["a secret of at least 32 characters"] });
 * app.get("/", vango.page(() => {
 *   const count = signal(0);
 *   return () => <button onclick={() => count.value++}>Clicked {count} times</button>;
 * }));
 *
 * await using view = await mount(app, "/");
 * await view.click("button");
 * assertEquals(view.text("button"), "Clicked 1 times");
 * ```
 */
export async function mount(
  app: TestApp,
  path: string,
  options: MountOptions = {},
): Promise<View> {
  const { platform = "web", session, env = {}, headers = {} } = options;
  const screen = options.screen ??
    (isHandheld(platform) ? { width: 390, height: 844 } : { width: 1280, height: 800 });
  const capabilities = options.capabilities ?? usualCapabilities(platform);
  const facts: PlayerFacts = { platform, screen, capabilities };
  const isTab = session instanceof View;
  const said = formatFacts(facts);
  const native = isHandheld(platform) ? said : undefined;
  const visitor = isTab ? session.visitor : new Visitor(app, { headers, env, native });
  if (!options.firstVisit) visitor.cookies.set("vango_client", said);
  const view = new View({
    visitor,
    url: new URL(path, options.origin ?? "http://localhost"),
    facts,
    seed: isTab ? undefined : session,
    latency: options.latency ?? 0,
    deflate: options.deflate ?? false,
    within: options.within ?? 5_000,
  });
  try {
    await view.open();
    if (options.settle !== false) await view.settle();
  } catch (error) {
    await view.dispose();
    throw error;
  }
  return view;
}

function isHandheld(platform: Platform): boolean {
  return platform === "ios" || platform === "android";
}

function usualCapabilities(platform: Platform): Record<string, boolean> {
  if (!isHandheld(platform)) return { hover: true, keyboard: true };
  return { touch: true, haptics: true, camera: true, gps: true, push: true, nativeShare: true };
}
