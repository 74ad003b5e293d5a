/**
 * What a player's events go through: how many may come and wait, which handler they mean, and the
 * mailbox in which they run one at a time.
 *
 * @module
 */
import { Handler } from "../jsx/node.ts";
import { Frame } from "../protocol/codes.ts";
import type { EventFrame, NavigateFrame } from "../protocol/up.ts";
import { type FoundHandler, HandlerIndex, noteTyped } from "../tree/find.ts";
import { placeOf } from "../tree/live.ts";
import type { Tree } from "../tree/tree.ts";
import { isDisabledByMarkup } from "./disabled.ts";
import { EventObject, type EventSource, payloadOf, uploadOf } from "./event_object.ts";
import * as limits from "./limits.ts";
import { Mailbox, type MailboxTask } from "./mailbox.ts";
import { TokenBucket } from "./token_bucket.ts";
import { UploadError, Uploads } from "./uploads.ts";

/** What an ERROR frame says of an event. */
export interface EventProblem {
  readonly code: "dropped" | "overloaded" | "upload";
  readonly seq?: number;
  readonly message?: string;
}

/** What the inbox asks of the live session around it. */
export interface InboxHost extends EventSource {
  readonly tree: Tree;
  /** The number that an event's place has now; `undefined` when its own means nothing any more. */
  placeNow(event: EventFrame): number | undefined;
  /** Notes that the visitor is active. `false`: the session is over, nothing may run. */
  touch(): boolean;
  /** Shows another page. */
  goTo(url: string, mode: NavigateFrame["mode"]): Promise<void>;
  /** Tells the player what became of an event. */
  tell(problem: EventProblem): void;
  /** So many events are over. */
  ran(events: number, error?: unknown): void;
}

/** The events of one page, from the wire to their handlers. */
export class Inbox {
  readonly #host: InboxHost;
  readonly #mailbox = new Mailbox(limits.HANDLER_DEADLINE);
  readonly #handlers = new HandlerIndex();
  readonly #bucket = new TokenBucket(limits.EVENTS_PER_SECOND, limits.EVENT_BURST);
  /** Events that wait, bytes. */
  #waitingBytes = 0;
  /** Events at the end of the mailbox that are not run, because too many wait. */
  #overflow: { count: number } | undefined;
  #lastOverload = 0;
  #uploads: Uploads | undefined;

  constructor(host: InboxHost) {
    this.#host = host;
  }

  /** Whether an event runs or waits. */
  get busy(): boolean {
    return this.#mailbox.busy;
  }

  /** Forms with files that came, or are to come, by HTTP. */
  get uploads(): Uploads {
    return this.#uploads ??= new Uploads();
  }

  /** Puts an event behind those that wait, unless too many do. */
  take(up: EventFrame | NavigateFrame, size: number): void {
    if (
      this.#mailbox.length >= limits.MAX_MAILBOX ||
      this.#waitingBytes + size > limits.MAX_MAILBOX_BYTES || !this.#bucket.take()
    ) return this.#skip();
    this.#overflow = undefined;
    this.#waitingBytes += size;
    this.#mailbox.push(
      up.frame === Frame.EVENT ? this.#eventTask(up, size) : this.#navigateTask(up, size),
    );
  }

  /** Runs work of the page's own behind the events that wait. */
  push(task: MailboxTask): void {
    this.#mailbox.push(task);
  }

  /** Tells the player, now and then, that more comes than is run. */
  overloaded(): void {
    const now = Date.now();
    if (now - this.#lastOverload < 1000) return;
    this.#lastOverload = now;
    this.#host.tell({ code: "overloaded" });
  }

  /** Places are about to get other numbers: events that wait look up now what theirs name. */
  pin(): void {
    this.#mailbox.pin();
  }

  /** Numbers that were looked up mean nothing any more. */
  forgetPlaces(): void {
    this.#handlers.clear();
  }

  /** Drops what waits. */
  close(): void {
    this.#mailbox.close();
    this.#uploads?.close();
  }

  /** An event that will not run. It is acknowledged in its turn; a thousand in a row are one task. */
  #skip(): void {
    if (this.#overflow) {
      this.#overflow.count++;
      return;
    }
    const skipped = this.#overflow = { count: 1 };
    this.#mailbox.push({
      run: () => {
        if (this.#overflow === skipped) this.#overflow = undefined;
        this.overloaded();
      },
      done: () => this.#host.ran(skipped.count),
    });
  }

  #eventTask(up: EventFrame, size: number): MailboxTask {
    let object: EventObject | undefined;
    let pinned: FoundHandler | undefined;
    let form: FormData | undefined;
    const upload = up.type === "submit" ? uploadOf(up.payload) : undefined;
    const ready = async (): Promise<void> => {
      form = await this.uploads.take(upload!);
    };
    return {
      ...upload === undefined ? {} : { ready },
      pin: (): void => {
        pinned ??= this.#find(up);
      },
      run: (): unknown => {
        if (!this.#host.touch()) return;
        const found = pinned ? this.#findAgain(up, pinned) : this.#find(up);
        // Not in the tree that the player was shown (law L4).
        if (!found) return this.#host.tell({ code: "dropped", seq: up.seq });
        noteTyped(found.node, found.relative, up.payload);
        const { handler } = found;
        const payload = payloadOf(up.type, up.payload, handler);
        object = new EventObject(this.#host, up.seq, up.type, payload, form);
        return handler instanceof Handler
          ? handler.run(object as never)
          : (handler as (event: EventObject) => unknown)(object);
      },
      abort: (): void => object?.abort(new Error("the handler's deadline passed")),
      done: (error?: unknown): void => {
        this.#waitingBytes -= size;
        if (!(error instanceof UploadError)) return this.#host.ran(1, error);
        this.#host.tell({ code: "upload", seq: up.seq, message: error.code });
        this.#host.ran(1);
      },
    };
  }

  #navigateTask(up: NavigateFrame, size: number): MailboxTask {
    return {
      run: () => this.#host.touch() ? this.#host.goTo(up.url, up.mode) : undefined,
      done: (error?: unknown): void => {
        this.#waitingBytes -= size;
        this.#host.ran(1, error);
      },
    };
  }

  /** The handler of an event, unless the player did not yet know the numbers of now. */
  #find(up: EventFrame): FoundHandler | undefined {
    const place = this.#host.placeNow(up);
    const region = this.#host.tree.regionOf(up.region);
    if (place === undefined || !region) return undefined;
    const found = this.#handlers.find(region, place, up.type);
    return found && isDisabledByMarkup(found.node, found.relative) ? undefined : found;
  }

  /** What was found before places got other numbers, if it is still there. */
  #findAgain(up: EventFrame, { node, relative }: FoundHandler): FoundHandler | undefined {
    const region = this.#host.tree.regionOf(up.region);
    if (!region || node.base <= 0 || isDisabledByMarkup(node, relative)) return undefined;
    return this.#handlers.find(region, placeOf(node, relative), up.type);
  }
}
