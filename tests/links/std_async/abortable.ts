/**
 * Lets go of a promise as soon as `signal` is aborted. The work behind it goes on unless it
 * watches the signal too.
 *
 * @throws The signal's reason.
 */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/**
 * Ends an async iteration as soon as `signal` is aborted.
 *
 * @throws The signal's reason.
 */
export function abortable<T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;
export function abortable<T>(
  p: Promise<T> | AsyncIterable<T>,
  signal: AbortSignal,
): Promise<T> | AsyncGenerator<T> {
  return p instanceof Promise ? abortablePromise(p, signal) : abortableIterable(p, signal);
}

async function abortablePromise<T>(p: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([aborted.promise, p]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function* abortableIterable<T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const it = p[Symbol.asyncIterator]();
  while (true) {
    const step = await abortablePromise(Promise.resolve(it.next()), signal);
    if (step.done) return;
    yield step.value;
  }
}
