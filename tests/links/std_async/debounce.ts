/** A function whose calls wait until it has been left alone for a while. */
export interface DebouncedFunction<T extends Array<unknown>> {
  (...args: T): void;
  /** Forgets the waiting call. */
  clear(): void;
  /** Makes the waiting call now. */
  flush(): void;
  /** Whether a call is waiting. */
  readonly pending: boolean;
}

/** Calls `fn` with the newest arguments once `wait` milliseconds have passed without a call. */
// deno-lint-ignore no-explicit-any
export function debounce<T extends Array<any>>(
  fn: (this: DebouncedFunction<T>, ...args: T) => void,
  wait: number,
): DebouncedFunction<T> {
  let waiting: { args: T; timer: ReturnType<typeof setTimeout> } | undefined;

  function clear(): void {
    clearTimeout(waiting?.timer);
    waiting = undefined;
  }
  function flush(): void {
    if (!waiting) return;
    const { args } = waiting;
    clear();
    fn.apply(debounced, args);
  }
  function call(...args: T): void {
    clear();
    waiting = { args, timer: setTimeout(flush, wait) };
  }
  const debounced = Object.defineProperty(Object.assign(call, { clear, flush }), "pending", {
    get: () => waiting !== undefined,
  }) as unknown as DebouncedFunction<T>;
  return debounced;
}
