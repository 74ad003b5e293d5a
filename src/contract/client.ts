/**
 * `ctx.client`: what the player is and can do. One codebase adapts to all of them.
 *
 * Everything here is what the player says of itself: a hint for the display, never an
 * authorisation.
 *
 * @module
 */
import type { Platform as PlayerPlatform } from "../protocol/hello.ts";

export type { PlayerPlatform };

/** Width of the player's window: `xs` < 640 ≤ `sm` < 768 ≤ `md` < 1024 ≤ `lg` < 1280 ≤ `xl`. */
export type ScreenSize = "xs" | "sm" | "md" | "lg" | "xl";

/** What a player may be able to do. */
export interface Capabilities {
  /** A touch screen. */
  readonly touch: boolean;
  /** A pointer that can rest above something. */
  readonly hover: boolean;
  /** A fine pointer, and so most likely a keyboard. */
  readonly keyboard: boolean;
  /** Touches that can be felt. */
  readonly haptics: boolean;
  /** A camera. */
  readonly camera: boolean;
  /** The player's position. */
  readonly gps: boolean;
  /** Push messages. */
  readonly push: boolean;
  /** A fingerprint or a face. */
  readonly biometrics: boolean;
  /** A share sheet. */
  readonly nativeShare: boolean;
}

/** How a haptic feels; on the web each is a vibration pattern. */
export type Haptic = "light" | "medium" | "heavy" | "success" | "warning" | "error" | "selection";

/** What {@linkcode ClientCtx.share} shares: as the Web Share API. */
export interface ShareData {
  /** A heading, where the target has room for one. */
  readonly title?: string;
  /** What is shared. */
  readonly text?: string;
  /** The address that is shared. */
  readonly url?: string;
}

/** How {@linkcode ClientCtx.navigate} goes there; native players know all, the web `replace`. */
export interface NativeNavigation {
  /** On top of the current screen (the default), in its place, or as a sheet. */
  readonly mode?: "push" | "replace" | "modal";
}

/**
 * The player of a page. Reading is reactive: a component that reads the screen's size renders
 * again when it changes, and no other does.
 */
export interface ClientCtx {
  /** Where the player runs. */
  readonly platform: PlayerPlatform;
  /** What it can do, as far as it says. */
  readonly capabilities: Capabilities;
  /** Whether the player says it has a capability; any name may be asked for. */
  hasCapability(name: string): boolean;
  /** How wide its window is. */
  readonly screenSize: ScreenSize;
  /** Whether the player is a native app: `ios` or `android`. */
  readonly isNative: boolean;

  /**
   * Has a native player show one of its own components. Does nothing on the web.
   *
   * @param component The name under which the player registered it.
   * @param props Plain data: it travels as JSON.
   */
  sendNative(component: string, props?: unknown): void;

  /**
   * Goes to another page of this app: a screen of a native player, a live navigation elsewhere.
   *
   * @throws {RedirectError} for an address that leaves the site.
   */
  navigate(path: string, options?: NativeNavigation): void;

  /** A touch that can be felt, where the player can. */
  haptic(kind?: Haptic): void;

  /** Opens the player's share sheet. On the web it needs a click that has just happened. */
  share(data: ShareData): void;
}
