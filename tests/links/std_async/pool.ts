/** The message of the `AggregateError` that {@linkcode pooledMap} ends with. */
export const ERROR_WHILE_MAPPING_MESSAGE = "Threw while mapping.";

/**
 * Maps items with at most `poolLimit` calls of `iteratorFn` at a time; results come in the order
 * of the items. After the first failure no new call is made; those that run may finish.
 *
 * @throws {AggregateError} Holding every failure, after the results before it.
 */
export async function* pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R> {
  const errors: unknown[] = [];
  const running = new Set<Promise<void>>();
  const results: Promise<{ value: R } | undefined>[] = [];

  function start(item: T): void {
    const result = Promise.resolve(item).then(iteratorFn).then(
      (value) => ({ value }),
      (error: unknown) => void errors.push(error),
    );
    results.push(result);
    const done = result.then(() => void running.delete(done));
    running.add(done);
  }

  for await (const item of array) {
    if (errors.length > 0) break;
    start(item);
    if (running.size >= poolLimit) await Promise.race(running);
  }
  for (const result of results) {
    const settled = await result;
    if (settled) yield settled.value;
  }
  if (errors.length > 0) throw new AggregateError(errors, ERROR_WHILE_MAPPING_MESSAGE);
}
