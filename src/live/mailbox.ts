/**
 * One thing at a time: the queue of a live session's events.
 *
 * @module
 */

/** A piece of work in the mailbox. */
export interface MailboxTask {
  /** Does the work; a promise holds back the tasks behind it until it settles or times out. */
  run(): unknown;
  /** The deadline passed: stop if you can. The mailbox does not wait any longer. */
  abort?(): void;
  /** The numbers in it are about to change their meaning: look up now what they name. */
  pin?(): void;
  /** The work is over: done, failed, or given up. Called once. */
  done(error?: unknown): void;
}

/** A handler that did not settle before its deadline. */
export class HandlerTimeoutError extends Error {
  override name = "HandlerTimeoutError";
  readonly code = "handler-timeout";

  constructor(milliseconds: number) {
    super(
      `cannot wait for a handler: it has not settled after ${milliseconds} ms; start slow work in ` +
        `ctx.async.render or without awaiting it`,
    );
  }
}

/**
 * Runs tasks in order, one at a time. Synchronous tasks run at once and cost no promise.
 */
export class Mailbox {
  readonly #deadline: number;
  #queue: MailboxTask[] = [];
  #busy = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param deadline Milliseconds that a task may take. */
  constructor(deadline: number) {
    this.#deadline = deadline;
  }

  /** Tasks that wait, the running one not counted. */
  get length(): number {
    return this.#queue.length;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Tells the tasks that wait that places are about to get other numbers. */
  pin(): void {
    for (const task of this.#queue) task.pin?.();
  }

  push(task: MailboxTask): void {
    if (this.#closed) return;
    this.#queue.push(task);
    if (!this.#busy) this.#pump();
  }

  /** Drops what waits; the running task's end is not reported any more. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    clearTimeout(this.#timer);
  }

  #pump(): void {
    this.#busy = true;
    for (let task = this.#queue.shift(); task; task = this.#queue.shift()) {
      let result: unknown;
      try {
        result = task.run();
      } catch (error) {
        task.done(error);
        continue;
      }
      if (isThenable(result)) return this.#wait(task, result);
      task.done();
    }
    this.#busy = false;
  }

  #wait(task: MailboxTask, result: PromiseLike<unknown>): void {
    let over = false;
    const finish = (error?: unknown): void => {
      if (over) return;
      over = true;
      clearTimeout(this.#timer);
      if (this.#closed) return;
      task.done(error);
      this.#pump();
    };
    this.#timer = setTimeout(() => {
      task.abort?.();
      finish(new HandlerTimeoutError(this.#deadline));
    }, this.#deadline);
    result.then(() => finish(), (error) => finish(error ?? new Error("rejected without a reason")));
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
