/**
 * One thing at a time: the queue of a live session's events.
 *
 * @module
 */

/** A piece of work in the mailbox. */
export interface MailboxTask {
  /**
   * What the work needs first, when its turn has come. Tasks behind it wait, too; whoever gives the
   * promise sees to it that it settles.
   */
  ready?(): PromiseLike<unknown>;
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
  /** The task whose turn it is, while it waits for what it needs. */
  #held: MailboxTask | undefined;
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
    this.#held?.pin?.();
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
    this.#held = undefined;
    clearTimeout(this.#timer);
  }

  #pump(): void {
    this.#busy = true;
    for (let task = this.#queue.shift(); task; task = this.#queue.shift()) {
      if (task.ready) return this.#hold(task, task.ready());
      if (!this.#run(task)) return;
    }
    this.#busy = false;
  }

  /** @returns Whether it is over already. */
  #run(task: MailboxTask): boolean {
    let result: unknown;
    try {
      result = task.run();
    } catch (error) {
      task.done(error);
      return true;
    }
    if (isThenable(result)) {
      this.#wait(task, result);
      return false;
    }
    task.done();
    return true;
  }

  #hold(task: MailboxTask, needed: PromiseLike<unknown>): void {
    this.#held = task;
    needed.then(() => {
      if (this.#closed) return;
      this.#held = undefined;
      if (this.#run(task)) this.#pump();
    }, (error) => {
      if (this.#closed) return;
      this.#held = undefined;
      task.done(error ?? new Error("rejected without a reason"));
      this.#pump();
    });
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
