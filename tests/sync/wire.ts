/** A device and a server in one process, with a wire between them that a test can bend. */
import { createAuthority } from "../../src/sync/authority/authority.ts";
import type { Authority, AuthorityOptions } from "../../src/sync/authority/authority.ts";
import { answerSync } from "../../src/sync/endpoint/endpoint.ts";
import {
  createMemoryAuthorityStore,
  createMemoryReplicaStore,
} from "../../src/sync/memory_store.ts";
import type { Exchange, Reply } from "../../src/sync/ports.ts";
import { openReplica, type Replica, type ReplicaOptions } from "../../src/sync/replica/replica.ts";
import { createSyncer, type Syncer } from "../../src/sync/replica/syncer.ts";

/** An authority in memory. */
export function makeAuthority(options: Partial<AuthorityOptions> = {}): Authority {
  return createAuthority({ store: createMemoryAuthorityStore(), ...options });
}

export interface Wire {
  readonly exchange: Exchange;
  /** Requests that arrived: path and body. */
  readonly requests: { path: "push" | "pull"; body: Record<string, unknown> }[];
  /** Replaces the answer to a request; undefined lets it through. Set by tests. */
  bend: (path: "push" | "pull", body: Record<string, unknown>) => Reply | undefined;
  /** Looks at an answer that went through; throwing loses it. Set by tests. */
  onAnswer: (path: "push" | "pull") => void;
}

/** An answer with these lines. */
export function replyOf(status: number, lines: readonly string[], retryAfter?: number): Reply {
  return {
    status,
    retryAfter,
    async *lines() {
      yield* lines;
    },
  };
}

/** A refusal of ours. */
export function refusalOf(status: number, code: string): Reply {
  return replyOf(status, [JSON.stringify({ error: { code, message: code } })]);
}

export function makeWire(authority: Authority, userId = "ana", scope = "home"): Wire {
  const wire: Wire = {
    requests: [],
    bend: () => undefined,
    onAnswer: () => {},
    async exchange(path, text) {
      const body = JSON.parse(text);
      wire.requests.push({ path, body });
      const bent = wire.bend(path, body);
      if (bent) return bent;
      const answer = await answerSync({ authority, scope: () => scope }, { userId }, path, body);
      const lines = await Array.fromAsync(answer.lines);
      wire.onAnswer(path);
      return replyOf(answer.status, lines, answer.retryAfter && answer.retryAfter * 1000);
    },
  };
  return wire;
}

export interface Device extends AsyncDisposable {
  readonly replica: Replica;
  readonly syncer: Syncer;
  readonly wire: Wire;
}

/** A device that synchronises when told to. */
export async function makeDevice(
  authority: Authority,
  options: Partial<ReplicaOptions> = {},
): Promise<Device> {
  const user = options.user ?? "ana";
  const replica = await openReplica({ store: createMemoryReplicaStore(), user, ...options });
  const wire = makeWire(authority, user);
  const syncer = createSyncer({ replica, exchange: wire.exchange });
  return {
    replica,
    syncer,
    wire,
    async [Symbol.asyncDispose]() {
      syncer.stop();
      await replica.close();
    },
  };
}
