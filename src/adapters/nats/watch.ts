/**
 * Follows a bucket's changes through lost connections.
 */

import type { KV } from "@nats-io/kv";
import type { SessionChange } from "../../session/store.ts";
import type { NatsBucket } from "./bucket.ts";

/** Between attempts to watch again, in milliseconds. */
const RETRY_PAUSE = 250;

/**
 * Tells of every save and deletion from now on, and of a gap whenever changes may have been missed:
 * when watching begins, and when it begins again. Headers are enough: values stay in the bucket.
 */
export function watchBucket(
  bucket: NatsBucket,
  listener: (change: SessionChange) => void,
): () => void {
  let changes: Awaited<ReturnType<KV["watch"]>> | undefined;
  let watched: KV | undefined;
  let isStopped = false;
  let wake = () => {};

  async function follow(): Promise<void> {
    const kv = watched = await bucket.use();
    changes = await kv.watch({ include: "updates", headers_only: true });
    if (isStopped) return changes.stop();
    listener({ type: "gap" });
    for await (const { key, operation, revision } of changes) {
      if (isStopped) return;
      listener(
        operation === "PUT"
          ? { type: "saved", id: key, revision: String(revision) }
          : { type: "deleted", id: key },
      );
    }
  }

  async function followForEver(): Promise<void> {
    while (!isStopped && !bucket.isClosed) {
      // Whatever ended it, it begins anew, and with a gap.
      await follow().catch(() => {});
      if (isStopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, RETRY_PAUSE);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  // The watch goes on by itself where the lost connection left off, if the server still has its
  // consumer; a gap costs a few reads, a missed log-out costs more. A bucket that was made anew
  // is another one, which the old watch knows nothing of.
  const stopListening = bucket.onReady((kv) => {
    if (!changes) return;
    if (kv === watched) listener({ type: "gap" });
    else changes.stop();
  });
  void followForEver();
  return () => {
    isStopped = true;
    stopListening();
    changes?.stop();
    wake();
  };
}
