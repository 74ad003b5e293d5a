/**
 * What the parts of an app share: its options, its live sessions, its sessions and keys.
 *
 * @module
 */
import { randomId } from "../internal/ids.ts";
import { createSessionManager, type SessionManager } from "../session/manager.ts";
import { createMemorySessionStore } from "../session/memory_store.ts";
import { createProxyTrust, isSecureRequest, type ProxyTrust } from "../session/remote_address.ts";
import { createTokenSigner, type TokenSigner } from "../session/token.ts";
import { ConfigError, type VangoOptions } from "./options.ts";
import type { DurablePages } from "./durable.ts";
import { GivenUpPages } from "./given_up.ts";
import { PortablePages } from "./portable_pages.ts";
import { Refusals } from "./refusals.ts";
import { Registry } from "./registry.ts";
import { SyncService } from "./sync_service.ts";

/** Milliseconds that a page token is good: a laptop that was closed over night. */
const TOKEN_LIFE = 24 * 60 * 60 * 1000;

/** What a page token says. */
export interface PageToken {
  /** Page id. */
  readonly p: string;
  /** Session id. */
  readonly s: string;
  /** Path and query of the page. */
  readonly u: string;
  /** Shape of its first render, for an event that no server has lived to save. */
  readonly h?: number | undefined;
  /** Hash of its markup, if it was whole: another server that renders the same need not send it. */
  readonly x?: number | undefined;
}

/** What needs keys, and so is ready only after the first request. */
export interface Ready {
  readonly sessions: SessionManager;
  readonly tokens: TokenSigner<PageToken>;
}

/** A token that lets a page's script connect. */
export function signPageToken({ tokens }: Ready, page: PageToken): string {
  return tokens.sign(page, { expiresAt: Date.now() + TOKEN_LIFE });
}

/** The shared parts of one app. */
export class Services {
  readonly options: VangoOptions;
  readonly registry: Registry;
  /** What pages that found no room to wait leave for a render of the same page. */
  readonly givenUp: GivenUpPages = new GivenUpPages();
  readonly refusals: Refusals;
  /** The proxies whose forwarding headers count. */
  readonly trust: ProxyTrust;
  /** What `ctx.sync` stands on. */
  readonly sync: SyncService;
  /** Keeps live pages for other servers; `undefined` when they are not to be kept. */
  durable: DurablePages | undefined;
  /** Tells pages what they may take along; `undefined` when none goes on without us. */
  readonly portable: PortablePages | undefined;
  /** How players found their pages. */
  readonly counts = { adoptions: 0, remounts: 0, reused: 0 };
  /** Whether the app is shutting down. */
  closing = false;
  /** Ids of errors that are in the log already: one error has one id, wherever it is shown. */
  readonly #reported: WeakMap<object, string> = new WeakMap();
  #ready: Promise<Ready> | undefined;

  /**
   * @throws {ConfigError} when there is no secret in production.
   * @throws {SessionConfigError} for a trusted proxy that is no address.
   */
  constructor(options: VangoOptions) {
    this.options = options;
    const { offline } = options;
    this.portable = offline && !offline.onDevice ? new PortablePages() : undefined;
    if (!this.#givenSecrets() && !this.development) {
      throw new ConfigError(
        "cannot sign sessions: there is no secret in production; set VANGO_SECRET to at least 32 " +
          "random characters (the same on every server), or pass `secrets` to createVango",
      );
    }
    this.refusals = new Refusals(options.onRefused);
    this.sync = new SyncService(options, (error) => void this.report(error));
    this.trust = createProxyTrust(options.sessions?.trustedProxies ?? []);
    this.registry = new Registry(options, (live) => {
      this.givenUp.keep(live);
      live.end();
    });
  }

  /** The platform that the app's documents name themselves, for shells that leave no other trace. */
  get shell(): unknown {
    return this.options.htmlAttributes?.["data-vango-platform"];
  }

  /** Whether mistakes are explained in the page. */
  get development(): boolean {
    return this.options.development ?? this.options.platform?.development ?? false;
  }

  /** Sessions and page tokens. */
  ready(): Promise<Ready> {
    return this.#ready ??= this.#prepare();
  }

  /** Sessions and page tokens, if anything has needed them yet. */
  async readySoFar(): Promise<Ready | undefined> {
    return await this.#ready?.catch(() => undefined);
  }

  /** Whether the visitor speaks HTTPS, to us or to a proxy of ours. */
  isSecure(request: Request, remoteAddress: string | undefined): boolean {
    return isSecureRequest(request, remoteAddress, this.trust);
  }

  /** Logs an error, once; returns the id that the user may see. */
  report(error: unknown): string {
    const isObject = typeof error === "object" && error !== null;
    const known = isObject ? this.#reported.get(error) : undefined;
    if (known !== undefined) return known;
    const id = randomId().slice(0, 8);
    if (isObject) this.#reported.set(error, id);
    try {
      if (this.options.onError) this.options.onError(error, id);
      else console.error(`vango: error ${id}:`, error);
    } catch (failure) {
      // A log that fails must not take the session down that it was to tell of.
      console.error(`vango: onError failed for error ${id}:`, error, failure);
    }
    return id;
  }

  async #prepare(): Promise<Ready> {
    const secrets = this.#givenSecrets() ?? [await this.#developmentSecret()];
    const store = this.options.store ?? createMemorySessionStore();
    return {
      sessions: createSessionManager({ ...this.options.sessions, store, secrets }),
      tokens: createTokenSigner<PageToken>(secrets, "page"),
    };
  }

  #givenSecrets(): readonly string[] | undefined {
    const { secrets, platform } = this.options;
    if (secrets) return secrets;
    const given = platform?.env("VANGO_SECRET");
    return given ? given.split(",").map((secret) => secret.trim()) : undefined;
  }

  async #developmentSecret(): Promise<string> {
    return await this.options.platform?.developmentSecret?.() ?? randomId() + randomId();
  }
}
