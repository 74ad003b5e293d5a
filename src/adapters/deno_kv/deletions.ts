/**
 * How instances tell each other of deleted sessions over Deno KV.
 *
 * KV watches single keys and tells of their newest value alone, so a deletion could hide behind
 * the next one. Each therefore writes a key of its own, which lives for a minute, and rings one
 * bell; whoever hears the bell lists the last minute and tells of what it has not told of.
 */

import type { SessionChange } from "../../session/store.ts";

/** How long a deletion can be heard of, in milliseconds: longer than a lost connection's pause. */
const HEARD_FOR = 60_000;

/** Between attempts to watch again, in milliseconds. */
const RETRY_PAUSE = 1000;

/** What {@linkcode watchDeletions} needs. */
export interface DeletionWatch {
  readonly prefix: string;
  readonly now: () => number;
  readonly listener: (change: SessionChange) => void;
}

/** Adds to an atomic operation what tells the others. */
export function announce(
  operation: Deno.AtomicOperation,
  prefix: string,
  id: string,
  now: number,
): Deno.AtomicOperation {
  return operation
    .set([prefix, "deleted", now, id], true, { expireIn: HEARD_FOR })
    .set([prefix, "bell"], crypto.randomUUID());
}

/** Tells of every deletion from now on, until the returned function is called. */
export function watchDeletions(kv: Deno.Kv, watch: DeletionWatch): () => void {
  const { prefix, listener } = watch;
  const told = new Map<string, number>();
  let reader: ReadableStreamDefaultReader<unknown> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  async function tellOfNew(): Promise<void> {
    const since = watch.now() - HEARD_FOR;
    for (const [id, time] of told) if (time < since) told.delete(id);
    const recent = kv.list({ start: [prefix, "deleted", since], end: [prefix, "deleted~"] });
    for await (const { key: [, , time, id] } of recent) {
      if (isStopped || typeof id !== "string" || typeof time !== "number") continue;
      if (told.get(id) === time) continue;
      told.set(id, time);
      listener({ type: "deleted", id });
    }
  }

  async function listen(): Promise<void> {
    reader = kv.watch([[prefix, "bell"]]).getReader();
    // The first reading tells that the watch is on; what came before may have been missed.
    let isOn = false;
    while (!isStopped) {
      const { done } = await reader.read();
      if (done || isStopped) break;
      if (!isOn) listener({ type: "gap" });
      isOn = true;
      await tellOfNew();
    }
  }

  async function listenAgain(): Promise<void> {
    timer = undefined;
    // Whatever ends it, a lost connection or KV's own rest, it begins anew.
    await listen().catch(() => {});
    if (!isStopped) timer = setTimeout(listenAgain, RETRY_PAUSE);
  }

  void listenAgain();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    reader?.cancel().catch(() => {});
  };
}
