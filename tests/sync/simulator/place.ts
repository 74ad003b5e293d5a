/** One user's data on one simulated device: a disk, its tabs, and what was written there. */
import type { Clock } from "../../../src/sync/clock.ts";
import type { Draft } from "../../../src/sync/draft.ts";
import { recordId } from "../../../src/sync/ops.ts";
import type { OrderedMap } from "../../../src/sync/ordered_map.ts";
import type { ReplicaChannel } from "../../../src/sync/replica/channel.ts";
import { openReplica, type Replica } from "../../../src/sync/replica/replica.ts";
import { createSyncer, type Syncer } from "../../../src/sync/replica/syncer.ts";
import { Disk, Process } from "./disk.ts";
import { createExchange, type Line } from "./network.ts";
import type { Server } from "./server.ts";
import type { Scheduler } from "./scheduler.ts";
import { tokensIn } from "./writes.ts";

export const RESOURCES = ["items", "note", "asked", "merged"];

export interface Tab {
  readonly process: Process;
  readonly replica: Replica;
  readonly syncer: Syncer;
  /** Tokens that were shown here, by record. */
  readonly shown: Map<string, Set<string>>;
  /** What was shown last, by record, as text. */
  readonly last: Map<string, string>;
}

export interface DeviceClock {
  /** How wrong the device's clock is, in milliseconds. */
  skew: number;
}

export class Place {
  readonly disk: Disk;
  readonly tabs: Tab[] = [];
  /** Tabs that are being opened. */
  opening = 0;
  /** What was on the disk, and the writes that were durable by then. */
  backup: { map: OrderedMap<unknown>; durable: ReadonlySet<string> } | undefined;
  schema = 0;
  restores = 0;
  readonly #listeners = new Map<Process, (delta: never) => void>();

  constructor(
    readonly name: string,
    readonly user: string,
    readonly server: Server,
    readonly line: Line,
    readonly clock: DeviceClock,
    readonly random: () => number,
  ) {
    this.disk = new Disk(server.scheduler, random);
  }

  get scheduler(): Scheduler {
    return this.server.scheduler;
  }

  clockOf(process: Process): Clock {
    return {
      now: () => Math.floor(this.scheduler.now + this.clock.skew),
      monotonic: () => this.scheduler.now - process.started,
    };
  }

  /** Opens one more tab; the first one leads. */
  async open(): Promise<Tab | undefined> {
    const process = new Process(this.scheduler);
    this.opening++;
    const opened = openReplica({
      store: { tx: (mode, fn) => this.disk.tx(process, mode, fn), close() {} },
      user: this.user,
      schema: this.schema,
      migrate: (value) => value,
      channel: this.#channel(process),
      clock: this.clockOf(process),
      random: this.random,
      pageRows: 3,
    });
    const death = new Promise<undefined>((resolve) => process.onDeath(() => resolve(undefined)));
    const replica = await Promise.race([opened.catch(() => undefined), death]);
    this.opening--;
    if (!replica) {
      process.kill();
      return undefined;
    }
    for (const res of RESOURCES) void replica.load(res).catch(() => {});
    const syncer = createSyncer({
      replica,
      exchange: createExchange(this.server, this.line, process, this.random),
      timers: { after: (ms, fn) => process.after(ms, fn) },
      clock: this.clockOf(process),
      random: this.random,
      pullRows: 1 + Math.floor(this.random() * 8),
    });
    const tab: Tab = { process, replica, syncer, shown: new Map(), last: new Map() };
    this.tabs.push(tab);
    process.onDeath(() => {
      this.tabs.splice(this.tabs.indexOf(tab), 1);
      this.#listeners.delete(process);
      this.tabs[0]?.syncer.start();
    });
    this.tabs[0]!.syncer.start();
    return tab;
  }

  killAll(): void {
    for (const tab of [...this.tabs]) tab.process.kill();
  }

  /** Messages between tabs come late, and some never. */
  #channel(process: Process): ReplicaChannel {
    return {
      post: (delta) => {
        for (const [other, listener] of this.#listeners) {
          if (other === process || this.random() < 0.1) continue;
          const sent = this.restores;
          other.after(this.random() * 30, () => {
            // Nothing that was said before a restore of the disk is heard after it.
            if (sent === this.restores) listener(structuredClone(delta) as never);
          });
        }
      },
      listen: (onDelta) => {
        this.#listeners.set(process, onDelta as (delta: never) => void);
        return () => this.#listeners.delete(process);
      },
    };
  }
}

/** Everything that a tab shows, by record. */
export function shownIn(replica: Replica): Map<string, unknown> {
  const shown = new Map<string, unknown>();
  for (const res of RESOURCES) {
    for (const { key, value } of replica.view.list(res)) shown.set(recordId(res, key), value);
  }
  return shown;
}

/** Remembers what a tab shows now. */
export function noteShown(tab: Tab): void {
  for (const [id, value] of shownIn(tab.replica)) {
    let seen = tab.shown.get(id);
    if (!seen) tab.shown.set(id, seen = new Set());
    for (const token of tokensIn(value)) seen.add(token);
  }
}

/** Tokens that a tab showed, of the records that are about to be written. */
export function sawOf(tab: Tab, drafts: readonly Draft[]): Map<string, Set<string>> {
  noteShown(tab);
  return new Map(drafts.map(({ res, key }) => {
    const id = recordId(res, key);
    return [id, new Set(tab.shown.get(id))];
  }));
}
