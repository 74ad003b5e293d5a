/**
 * `ctx.client` of a live page.
 *
 * @module
 */
import { Signal } from "@preact/signals-core";
import type {
  Capabilities,
  ClientCtx,
  Haptic,
  NativeNavigation,
  ScreenSize,
  ShareData,
} from "../contract/client.ts";
import { Op } from "../protocol/codes.ts";
import type { Platform } from "../protocol/hello.ts";
import { batch } from "../signals/signals.ts";
import { CAPABILITIES, type ClientFacts } from "./client_facts.ts";

/** What a page does with native operations. */
export interface ClientPort {
  /** Sends a native operation; kept until a player is connected. */
  native(operation: number, json: string, component?: string): void;
  /** A live navigation. @throws {RedirectError} for an address that leaves the site. */
  redirect(path: string, replace: boolean): void;
  /** `path` as an address of this site. @throws {RedirectError} */
  sitePath(path: string): string;
}

/** Milliseconds of vibration and pause for each kind of haptic, on the web. */
const VIBRATIONS: Readonly<Record<Haptic, readonly number[]>> = {
  light: [10],
  medium: [20],
  heavy: [40],
  success: [10, 50, 20],
  warning: [20, 80, 20],
  error: [40, 60, 40],
  selection: [5],
};

/** The player of one page: one signal for each fact, so that readers depend on what they read. */
export class PageClient implements ClientCtx {
  readonly capabilities: Capabilities;
  readonly #port: ClientPort;
  readonly #platform: Signal<Platform>;
  readonly #screenSize: Signal<ScreenSize>;
  /** One for each name that a component has asked for. */
  readonly #capabilities: Map<string, Signal<boolean>> = new Map();
  #known: Readonly<Record<string, boolean>>;
  /** Whether the page's first render depended on the window's width. */
  readScreen = false;

  constructor(port: ClientPort, facts: ClientFacts) {
    this.#port = port;
    this.#platform = new Signal(facts.platform);
    this.#screenSize = new Signal(screenSizeOf(facts.screen.width));
    this.#known = facts.capabilities;
    const capabilities = {};
    for (const name of CAPABILITIES) {
      Object.defineProperty(capabilities, name, {
        enumerable: true,
        get: () => this.hasCapability(name),
      });
    }
    this.capabilities = Object.freeze(capabilities) as Capabilities;
  }

  get platform(): Platform {
    return this.#platform.value;
  }

  get screenSize(): ScreenSize {
    this.readScreen = true;
    return this.#screenSize.value;
  }

  get isNative(): boolean {
    return isNative(this.#platform.value);
  }

  hasCapability(name: string): boolean {
    let known = this.#capabilities.get(name);
    if (!known) {
      known = new Signal(this.#known[name] === true);
      this.#capabilities.set(name, known);
    }
    return known.value;
  }

  sendNative(component: string, props: unknown = {}): void {
    // What JSON cannot say, such as a function, is no data.
    this.#port.native(Op.NATIVE_VIEW, JSON.stringify(props) ?? "{}", component);
  }

  navigate(path: string, options: NativeNavigation = {}): void {
    const { mode = "push" } = options;
    if (isNative(this.#platform.peek())) {
      const url = this.#port.sitePath(path);
      this.#port.native(Op.NATIVE_NAVIGATE, JSON.stringify({ url, mode }));
    } else this.#port.redirect(path, mode === "replace");
  }

  haptic(kind: Haptic = "light"): void {
    const known = Object.hasOwn(VIBRATIONS, kind) ? kind : "light";
    const pattern = VIBRATIONS[known];
    this.#port.native(Op.NATIVE_HAPTIC, JSON.stringify({ kind: known, pattern }));
  }

  share(data: ShareData): void {
    const { title, text, url } = data;
    this.#port.native(Op.NATIVE_SHARE, JSON.stringify({ title, text, url }));
  }

  /** What is known of the player now; whoever read what is different renders again. */
  update({ platform, capabilities, screen }: ClientFacts): void {
    batch(() => {
      this.#platform.value = platform;
      this.#screenSize.value = screenSizeOf(screen.width);
      this.#known = capabilities;
      for (const [name, known] of this.#capabilities) known.value = capabilities[name] === true;
    });
  }
}

function isNative(platform: Platform): boolean {
  return platform === "ios" || platform === "android";
}

/** The category of a width in CSS pixels. */
export function screenSizeOf(width: number): ScreenSize {
  if (width < 640) return "xs";
  if (width < 768) return "sm";
  if (width < 1024) return "md";
  return width < 1280 ? "lg" : "xl";
}
