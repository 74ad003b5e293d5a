/**
 * Snapshots of a scope: parts under an id of their own, then one message that names them. A reader
 * never meets half of one, and a writer that dies leaves only parts that nobody names.
 */

import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import { randomId, secureRandom } from "../../sync/ids.ts";

/** Appended to the name of the stream that the snapshots are beside. */
export const SNAPSHOTS = "SNAPSHOTS";

export interface SnapshotPlace {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly stream: string;
  /** Before the id and number of a part. */
  readonly subject: string;
  /** What one message may hold. */
  readonly mostBytes: number;
}

export interface Snapshot {
  /** Sequence of the last message in it. */
  readonly seq: number;
  readonly entries: readonly (readonly [key: string, value: unknown])[];
}

interface Head {
  readonly seq: number;
  readonly id: string;
  readonly parts: number;
}

/** Times that a reader begins again because a newer snapshot replaced the one it reads. */
const MOST_READS = 5;

export async function writeSnapshot(
  place: SnapshotPlace,
  seq: number,
  entries: Snapshot["entries"],
): Promise<void> {
  const { client, manager, stream, subject } = place;
  const headSubject = `${subject}.head`;
  const before = await manager.streams.getMessage(stream, { last_by_subj: headSubject });
  const former = before?.json<Head>();
  if (former && former.seq >= seq) return;
  const id = randomId(secureRandom, 12);
  let parts = 0;
  for (const part of cut(entries, place.mostBytes)) {
    await client.publish(`${subject}.${id}.${parts++}`, part);
  }
  const head: Head = { seq, id, parts };
  const expect = { lastSubjectSequence: before?.seq ?? 0 };
  await client.publish(headSubject, JSON.stringify(head), { expect });
  if (former) await manager.streams.purge(stream, { filter: `${subject}.${former.id}.*` });
  if (before) await manager.streams.purge(stream, { filter: headSubject, seq: before.seq + 1 });
}

export async function readSnapshot(place: SnapshotPlace): Promise<Snapshot | undefined> {
  const { manager, stream, subject } = place;
  for (let reads = 0; reads < MOST_READS; reads++) {
    const found = await manager.streams.getMessage(stream, { last_by_subj: `${subject}.head` });
    if (!found) return undefined;
    const { seq, id, parts } = found.json<Head>();
    const entries: (readonly [string, unknown])[] = [];
    let isWhole = true;
    for (let n = 0; n < parts && isWhole; n++) {
      const part = await manager.streams.getMessage(stream, {
        last_by_subj: `${subject}.${id}.${n}`,
      });
      isWhole = part !== null;
      if (part) entries.push(...part.json<[string, unknown][]>());
    }
    if (isWhole) return { seq, entries };
  }
  return undefined;
}

/** Lists of entries as JSON, each within one message. An entry came in a message, so it fits. */
function* cut(entries: Snapshot["entries"], mostBytes: number): Generator<Uint8Array> {
  let texts: string[] = [];
  let bytes = 2;
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    const own = encoder.encode(text).byteLength + 1;
    if (bytes + own > mostBytes && texts.length > 0) {
      yield encoder.encode(`[${texts.join(",")}]`);
      texts = [];
      bytes = 2;
    }
    texts.push(text);
    bytes += own;
  }
  yield encoder.encode(`[${texts.join(",")}]`);
}

const encoder = new TextEncoder();
