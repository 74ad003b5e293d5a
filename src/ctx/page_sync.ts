/**
 * `ctx.sync` of one page: made on first use, made anew when another user signs in or the user goes
 * to another part of the data, and gone with the page.
 *
 * @module
 */
import type { Session } from "../contract/session.ts";
import type { SyncCtx } from "../contract/sync.ts";
import type { OwnedSyncCtx } from "../sync/ctx/backed_ctx.ts";

/** Where the data of an app's pages is. */
export interface SyncSource {
  /** Names whose data a session gets, and which part; `undefined` while nobody is signed in. */
  placeOf(session: Session): string | undefined;
  /**
   * @param by Names the page among writers.
   * @throws {SyncError} `signed-out`
   */
  open(session: Session, by: string): OwnedSyncCtx;
}

/** The `ctx.sync` of one page. */
export class PageSync {
  readonly #source: SyncSource;
  readonly #session: Session;
  readonly #by: string;
  #opened: { readonly sync: OwnedSyncCtx; readonly place: string | undefined } | undefined;

  constructor(source: SyncSource, session: Session, by: string) {
    this.#source = source;
    this.#session = session;
    this.#by = by;
  }

  /** @throws {SyncError} `signed-out` */
  get(): SyncCtx {
    this.checkPlace();
    this.#opened ??= {
      sync: this.#source.open(this.#session, this.#by),
      place: this.#source.placeOf(this.#session),
    };
    return this.#opened.sync;
  }

  /** Fulfilled when what the page asked for has been read; `undefined` when it has been. */
  get loading(): Promise<void> | undefined {
    return this.#opened?.sync.loading;
  }

  /** After a log-in or log-out nothing of the user before is shown or written any more. */
  checkPlace(): void {
    if (this.#opened && this.#opened.place !== this.#source.placeOf(this.#session)) this.close();
  }

  close(): void {
    this.#opened?.sync.close();
    this.#opened = undefined;
  }
}
