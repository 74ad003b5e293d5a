/**
 * A real Chromium for tests: `await using chromium = await openChromium()`.
 *
 * @module
 */
import { type BrowserContext, chromium as driver, type Page } from "playwright-core";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  // Containers have little of it; pages then crash.
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A running browser with a profile of its own, both gone when it is disposed. */
export interface Chromium extends AsyncDisposable {
  /** The first profile: its pages share cookies. */
  readonly context: BrowserContext;
  /** A page in the first profile. */
  newPage(): Promise<Page>;
  /** Another visitor: a context with cookies of its own. */
  newVisitor(): Promise<BrowserContext>;
}

/** How {@linkcode openChromium} starts the browser. */
export interface ChromiumOptions {
  /** The browser's program. */
  readonly path?: string;
  /** Pages that are left stay in the back-forward cache, which Playwright else turns off. */
  readonly keepsPages?: boolean;
}

/** Starts the machine's Chromium with a fresh profile. */
export async function openChromium(
  { path = "/usr/bin/chromium", keepsPages = false }: ChromiumOptions = {},
): Promise<Chromium> {
  const profile = await Deno.makeTempDir({ prefix: "vango-chromium-" });
  const context = await driver.launchPersistentContext(profile, {
    executablePath: path,
    // Playwright's own `--headless` would choose a shell that is not installed.
    headless: false,
    args: FLAGS,
    ignoreDefaultArgs: keepsPages ? ["--disable-back-forward-cache"] : [],
  });
  return {
    context,
    newPage: () => context.newPage(),
    newVisitor: () => context.browser()!.newContext(),
    async [Symbol.asyncDispose]() {
      await context.close();
      await Deno.remove(profile, { recursive: true });
    },
  };
}
