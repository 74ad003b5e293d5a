/**
 * Options of an app.
 *
 * @module
 */
import type { Hono } from "hono";
import type { Component, Renderable } from "../contract/component.ts";
import type { Platform } from "../contract/platform.ts";
import type { SessionStore } from "../session/store.ts";
import type { SessionManagerOptions } from "../session/manager.ts";
import type { DocumentAttributes } from "./document.ts";
import type { OfflineOptions } from "./offline.ts";
import type { RefusalKind } from "./refusals.ts";
import type { RegistryOptions } from "./registry.ts";
import type { VangoSyncOptions } from "./sync_options.ts";

/** Any Hono app. */
// deno-lint-ignore no-explicit-any
export type AnyHono = Hono<any, any, any>;

/** What {@linkcode createVango} takes. */
export interface VangoOptions extends RegistryOptions {
  /** The app that owns the routes. Pass it before you add routes, so that the guards run first. */
  readonly app: AnyHono;
  /** The runtime: `deno()` from `@vango/vango/deno`. Without one pages render but stay static. */
  readonly platform?: Platform;
  /**
   * Secrets that sign cookies and page tokens, each at least 32 characters: the first signs, all
   * verify. Default: the environment's `VANGO_SECRET`, split at commas; a kept one in development.
   */
  readonly secrets?: readonly string[];
  /** Where sessions are kept. Default: this process's memory. */
  readonly store?: SessionStore;
  /**
   * Keep live pages in the store, so that they go on when their server is gone. Default: whether
   * the store outlives the process.
   */
  readonly durable?: boolean;
  /** Further settings of sessions: lifetimes, proxies, schema version. */
  readonly sessions?: Omit<Partial<SessionManagerOptions>, "store" | "secrets">;
  /**
   * Synced data: `ctx.sync`, and the endpoint for devices. `{}` keeps it in this process's memory,
   * one part for each user who is logged in. Default: there is none.
   */
  readonly sync?: VangoSyncOptions;
  /** Pages that say so go on in the browser while the network is away. Default: none does. */
  readonly offline?: OfflineOptions;
  /** Mistakes are explained in the page. Default: what the platform says. */
  readonly development?: boolean;
  /** Title of pages that set none. */
  readonly title?: string;
  /** Language of the document. Default: `en`. */
  readonly lang?: string;
  /** What stands in every document's head: stylesheets, icons. Rendered once for each page. */
  readonly head?: Renderable;
  /** Attributes of `<html>`. */
  readonly htmlAttributes?: DocumentAttributes;
  /** Attributes of `<body>`. */
  readonly bodyAttributes?: DocumentAttributes;
  /** A strict Content-Security-Policy with a nonce for every page, or your own by nonce. */
  readonly csp?: boolean | ((nonce: string, request: Request) => string);
  /** Further origins whose pages may connect; `https://*.example.com` for all below. */
  readonly origins?: readonly string[];
  /** Hosts that the app answers to. Default: any well-formed one. */
  readonly hosts?: readonly string[];
  /** Handshakes of one address: a second, and at once. Default: 50 and 500. */
  readonly handshakes?: { readonly rate: number; readonly burst: number };
  /** Forms with files: the bytes that one may have, all in all. Default: 16 MiB. */
  readonly uploads?: { readonly maxBytes?: number };
  /**
   * Told of what was refused (foreign origins, bad tokens, broken frames, floods): at most once a
   * minute for each kind. Default: `console.warn`.
   */
  readonly onRefused?: (kind: RefusalKind, count: number) => void;
  /** Takes errors for your log. Default: `console.error` with the id that the user sees. */
  readonly onError?: (error: unknown, id: string) => void;
}

/** Options of one page. */
export interface PageOptions {
  /** Stands around the page and outlives navigations between pages that share it. */
  readonly layout?: Component<{ children: Renderable }>;
  /** Title when the page sets none. */
  readonly title?: string;
  /** Keep it in the store, so that it goes on when its server is gone. Default: as the app says. */
  readonly durable?: boolean;
  /** Wait for every async region and send the page in one piece. Default: false. */
  readonly whole?: boolean;
  /**
   * The page goes on in the browser while the network is away, on the data that is there. Its code
   * ships to browsers; see `createVango({ offline })`. Default: false.
   */
  readonly offline?: boolean;
}

/** A mistake in how the app is set up. */
export class ConfigError extends Error {
  /** Name of the class. */
  override name = "ConfigError";
  /** What went wrong, for programs. */
  readonly code = "config";
}
