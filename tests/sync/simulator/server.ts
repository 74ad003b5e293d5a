/** The simulated server: one or two nodes on one disk, each of which may die at any moment. */
import { createAuthority } from "../../../src/sync/authority/authority.ts";
import type { Authority } from "../../../src/sync/authority/authority.ts";
import { SyncRefusal } from "../../../src/sync/authority/policy.ts";
import type { SyncIdentity, SyncPolicy } from "../../../src/sync/authority/policy.ts";
import { answerSync } from "../../../src/sync/endpoint/endpoint.ts";
import { OrderedMap } from "../../../src/sync/ordered_map.ts";
import type { AuthorityStore } from "../../../src/sync/ports.ts";
import { Disk, Process } from "./disk.ts";
import type { Scheduler } from "./scheduler.ts";
import { tokensIn } from "./writes.ts";

export interface ServerAnswer {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly lines: readonly string[];
}

/** Commits of one scope, as they happen. */
export type CommitWatch = (
  scope: string,
  writes: [key: string, value: unknown][],
  before: OrderedMap<unknown>,
) => void;

interface Node {
  process: Process;
  authority: Authority;
}

export class Server {
  readonly scheduler: Scheduler;
  readonly #random: () => number;
  readonly #watch: CommitWatch;
  readonly #shared: boolean;
  readonly #disks = new Map<string, Disk>();
  readonly #nodes: Node[] = [];
  /** Milliseconds by which each node's clock is wrong. */
  readonly #skews: number[];
  #backup: Map<string, OrderedMap<unknown>> | undefined;
  errors: unknown[] = [];

  constructor(
    scheduler: Scheduler,
    options: {
      random: () => number;
      watch: CommitWatch;
      /** All users share one scope; else each has one. */
      shared: boolean;
      nodes: number;
      skew: number;
    },
  ) {
    this.scheduler = scheduler;
    this.#random = options.random;
    this.#watch = options.watch;
    this.#shared = options.shared;
    this.#skews = Array.from(
      { length: options.nodes },
      () => Math.round((this.#random() - 0.5) * options.skew),
    );
    for (let i = 0; i < options.nodes; i++) this.#nodes.push(this.#boot(i));
  }

  get disks(): ReadonlyMap<string, Disk> {
    return this.#disks;
  }

  get backup(): boolean {
    return this.#backup !== undefined;
  }

  scopeOf(user: string): string {
    return this.#shared ? "team" : `own-${user}`;
  }

  disk(scope: string): Disk {
    let disk = this.#disks.get(scope);
    if (!disk) {
      disk = new Disk(this.scheduler, this.#random);
      disk.onCommit = (writes, before) => this.#watch(scope, writes, before);
      this.#disks.set(scope, disk);
    }
    return disk;
  }

  #store(process: Process): AuthorityStore {
    return {
      limits: { writes: 60, length: 1_000_000 },
      tx: (scope, mode, fn) => this.disk(scope).tx(process, mode, fn),
      scopes: () => Promise.resolve([...this.#disks.keys()]),
      close() {},
    };
  }

  #boot(index: number): Node {
    const process = new Process(this.scheduler);
    const authority = createAuthority({
      ...policy(this.#random),
      onError: (error) => this.errors.push(error),
      store: this.#store(process),
      now: () => this.scheduler.now + this.#skews[index]!,
      random: this.#random,
    });
    return { process, authority };
  }

  /** Kills one node after `ops` more operations on its disk, and starts it anew later. */
  crash(ops: number): void {
    const index = Math.floor(this.#random() * this.#nodes.length);
    const { process } = this.#nodes[index]!;
    process.opsLeft = ops;
    process.onDeath(() => {
      this.scheduler.after(100 + this.#random() * 5_000, () => {
        this.#nodes[index] = this.#boot(index);
      });
    });
  }

  heal(): void {
    for (const node of this.#nodes) node.process.opsLeft = Infinity;
  }

  saveBackup(): void {
    this.#backup = new Map([...this.#disks].map(([scope, disk]) => [scope, disk.snapshot()]));
  }

  /** Every node stops, the disk becomes what the backup has, and the operator begins an epoch. */
  async restoreBackup(): Promise<void> {
    for (const { process } of this.#nodes) process.kill();
    for (const [scope, disk] of this.#disks) {
      disk.map = this.#backup?.get(scope) ?? new OrderedMap();
    }
    this.#backup = undefined;
    // The operator does this before anything serves.
    await this.#boot(0).authority.beginEpoch();
    for (const index of this.#nodes.keys()) this.#nodes[index] = this.#boot(index);
  }

  async collect(retentionMs: number): Promise<void> {
    const node = this.#nodes[Math.floor(this.#random() * this.#nodes.length)]!;
    if (!node.process.dead) await node.authority.collect({ retentionMs });
  }

  /** Resolves with the answer; never, when the node dies on the way. */
  async answer(path: "push" | "pull", body: string, user: string): Promise<ServerAnswer> {
    const node = this.#nodes[Math.floor(this.#random() * this.#nodes.length)]!;
    if (node.process.dead) return { status: 503, retryAfter: 1_000, lines: ["down"] };
    const endpoint = {
      authority: node.authority,
      scope: (identity: SyncIdentity, requested: string) =>
        requested === "" ? this.scopeOf(identity.userId) : undefined,
      onError: (error: unknown) => this.errors.push(error),
    };
    const answer = await answerSync(endpoint, { userId: user }, path, JSON.parse(body));
    const lines: string[] = [];
    for await (const line of answer.lines) lines.push(line);
    const { status } = answer;
    return { status, lines, retryAfter: answer.retryAfter && answer.retryAfter * 1000 };
  }
}

/** Tokens of both, in one list: a merge that loses nothing. */
export function mergeTokens(_base: unknown, local: unknown, remote: unknown): unknown {
  return [...new Set([...tokensIn(remote), ...tokensIn(local)])].sort();
}

function policy(random: () => number): SyncPolicy {
  return {
    schema: 1,
    resources: {
      items: { schema: refusing("poison") },
      note: {},
      asked: { conflictWithin: Infinity },
      merged: { merge: mergeTokens },
    },
    upgrade: ({ value }) => value,
    authorize: (_identity, access) => {
      if (access.kind !== "put") return true;
      if (hasField(access.value, "forbidden")) return false;
      if (hasField(access.value, "throws")) throw new Error("handler");
      // An app that is away now, and back later.
      if (hasField(access.value, "busy") && random() < 0.5) {
        throw new SyncRefusal("busy", "Cannot say now: try again");
      }
      return true;
    },
  };
}

function hasField(value: unknown, field: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, field);
}

function refusing(field: string) {
  return {
    "~standard": {
      version: 1 as const,
      vendor: "simulator",
      validate: (value: unknown) =>
        hasField(value, field) ? { issues: [{ message: "poison" }] } : { value },
    },
  };
}
