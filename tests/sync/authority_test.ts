import { assert, assertEquals, assertRejects } from "@std/assert";
import { SyncRefusal } from "../../src/sync/authority/policy.ts";
import type { PullPage, PullRequest } from "../../src/sync/protocol.ts";
import type { DecodedPush } from "../../src/sync/request_codec.ts";
import { makeAuthority } from "./wire.ts";

const ANA = { userId: "ana" };
const BOB = { userId: "bob" };
const NOW = Date.UTC(2026, 0, 1);

type AuthorityOptions = NonNullable<Parameters<typeof makeAuthority>[0]>;

function pushOf(seqs: readonly number[], more: Partial<DecodedPush> = {}): DecodedPush {
  return {
    protocol: 1,
    schema: 0,
    user: "ana",
    scope: "home",
    clientId: "client-a",
    epoch: null,
    sentAt: NOW,
    ack: 0,
    former: [],
    txs: seqs.map((seq) => ({
      seq,
      mid: `mutation-${seq}`,
      at: NOW,
      ops: [{ res: "todos", key: `k${seq}`, op: "put", value: { n: seq }, base: 0 }],
    })),
    ...more,
  };
}

function pullOf(more: Partial<PullRequest> = {}): PullRequest {
  const { protocol, schema, user, scope, clientId } = pushOf([]);
  return {
    protocol,
    schema,
    user,
    scope,
    clientId,
    epoch: null,
    cursor: null,
    view: "",
    limit: 100,
    ...more,
  };
}

/** All pages, as one device would ask for them. */
async function pullAll(
  authority: ReturnType<typeof makeAuthority>,
  from: Partial<PullRequest> = {},
  identity = ANA,
): Promise<PullPage[]> {
  const pages: PullPage[] = [];
  let position = from;
  for (;;) {
    const page = await authority.pull(identity, pullOf({ user: identity.userId, ...position }));
    pages.push(page);
    if (!page.more) return pages;
    position = { ...position, epoch: page.epoch, cursor: page.cursor, view: page.view };
  }
}

async function refusalOf(promise: Promise<unknown>): Promise<SyncRefusal> {
  const error = await assertRejects(() => promise);
  assert(error instanceof SyncRefusal, String(error));
  return error;
}

function fixed(options: AuthorityOptions = {}): ReturnType<typeof makeAuthority> {
  return makeAuthority({ now: () => NOW, ...options });
}

Deno.test("push takes transactions once, however often they come", async () => {
  const authority = fixed();
  const first = await authority.push(ANA, pushOf([1, 2, 3]));
  assertEquals(first.results.map(({ status }) => status), ["applied", "applied", "applied"]);
  assertEquals(first.lastSeq, 3);
  const again = await authority.push(ANA, pushOf([1, 2, 3, 4]));
  assertEquals(again.results.slice(0, 3), first.results);
  assertEquals(again.results[3]?.version, 4);
  const { rows } = await authority.rows(ANA, "home", "todos");
  assertEquals(rows.map(([, key, version]) => [key, version]), [
    ["k1", 1],
    ["k2", 2],
    ["k3", 3],
    ["k4", 4],
  ]);
});

Deno.test("push refuses a gap, and says what it has", async () => {
  const authority = fixed();
  await authority.push(ANA, pushOf([1]));
  const refusal = await refusalOf(authority.push(ANA, pushOf([3])));
  assertEquals([refusal.code, refusal.detail.lastSeq], ["gap", 1]);
  assertEquals((await authority.rows(ANA, "home", "todos")).rows.length, 1);
});

Deno.test("push tells a device that another history used its number", async () => {
  const authority = fixed();
  await authority.push(ANA, pushOf([1, 2]));
  const other = pushOf([2, 3]);
  const txs = other.txs.map((tx) => ({ ...tx, mid: `other-${tx.seq}-x` }));
  const { results } = await authority.push(ANA, { ...other, txs });
  assertEquals(results, [{ seq: 2, status: "forked" }]);
});

Deno.test("push knows a transaction by its id under another client's number", async () => {
  const authority = fixed();
  const first = await authority.push(ANA, pushOf([1]));
  const { results } = await authority.push(ANA, pushOf([1], { clientId: "client-b" }));
  assertEquals(results, first.results);
  assertEquals((await authority.rows(ANA, "home", "todos")).version, 1);
});

Deno.test("push refuses another user's client id without saying that it exists", async () => {
  const authority = fixed();
  await authority.push(ANA, pushOf([1]));
  const refusal = await refusalOf(authority.push(BOB, pushOf([2], { user: "bob" })));
  assertEquals(refusal.status, 403);
  assert(!refusal.message.includes("ana"));
  const read = await refusalOf(authority.pull(BOB, pullOf({ user: "bob" })));
  assertEquals(read.status, 403);
});

Deno.test("push and pull refuse a device that holds another user's data", async () => {
  const authority = fixed();
  assertEquals((await refusalOf(authority.push(BOB, pushOf([1])))).code, "wrong-user");
  assertEquals((await refusalOf(authority.pull(BOB, pullOf()))).code, "wrong-user");
});

Deno.test("one refused transaction, first, in the middle or last, blocks nothing", async () => {
  for (const poison of [1, 2, 3]) {
    const authority = fixed({
      authorize: (_, access) => access.kind !== "put" || access.key !== `k${poison}`,
    });
    const { results } = await authority.push(ANA, pushOf([1, 2, 3]));
    assertEquals(
      results.map(({ status, reason }) => reason ?? status),
      [1, 2, 3].map((seq) => seq === poison ? "forbidden" : "applied"),
    );
  }
});

Deno.test("a handler that throws refuses its write, is reported, and blocks nothing", async () => {
  const errors: unknown[] = [];
  const authority = fixed({
    authorize: (_, access) => {
      if (access.kind === "put" && access.key === "k2") throw new Error("secret detail");
      return true;
    },
    onError: (error) => errors.push(error),
  });
  const { results } = await authority.push(ANA, pushOf([1, 2, 3]));
  assertEquals(results.map(({ status }) => status), ["applied", "rejected", "applied"]);
  assert(!JSON.stringify(results).includes("secret"));
  assertEquals(errors.length, 1);
});

Deno.test("a handler that is away makes the device come back, and nothing is taken", async () => {
  let isAway = true;
  const authority = fixed({
    authorize: () => {
      if (isAway) throw new SyncRefusal("busy", "Cannot say now");
      return true;
    },
  });
  assertEquals((await refusalOf(authority.push(ANA, pushOf([1])))).status, 503);
  isAway = false;
  assertEquals((await authority.push(ANA, pushOf([1]))).results[0]?.status, "applied");
});

Deno.test("a transaction takes effect whole or not at all", async () => {
  const authority = fixed({
    resources: { todos: {}, secrets: {} },
    authorize: (_, { name }) => name !== "secrets",
  });
  const [tx] = pushOf([1]).txs;
  assert(tx && "ops" in tx);
  const ops = [...tx.ops, { ...tx.ops[0]!, res: "secrets", key: "s" }];
  const { results } = await authority.push(ANA, { ...pushOf([]), txs: [{ ...tx, ops }] });
  assertEquals(results[0]?.status, "rejected");
  assertEquals((await authority.rows(ANA, "home", "todos")).rows, []);
});

Deno.test("names that were not declared are refused, also those of every object", async () => {
  const authority = fixed({ resources: { todos: {} } });
  for (const res of ["others", "constructor", "toString"]) {
    const mid = `mutation-${res}`;
    const ops = [{ res, key: "k", op: "put" as const, value: 1, base: 0 }];
    const { results } = await authority.push(ANA, {
      ...pushOf([], { clientId: `client-${res}` }),
      txs: [{ seq: 1, mid, at: NOW, ops }],
    });
    assertEquals(results[0]?.reason, "forbidden", res);
  }
});

Deno.test("a schema's own answer is what is stored, and its refusal what is said", async () => {
  const authority = fixed({
    resources: {
      todos: {
        schema: {
          "~standard": {
            version: 1,
            vendor: "test",
            validate: (value) =>
              Promise.resolve(
                (value as { n: number }).n === 2
                  ? { issues: [{ message: "two is too many", path: ["n"] }] }
                  : { value: { n: (value as { n: number }).n * 10 } },
              ),
          },
        },
      },
    },
  });
  const { results } = await authority.push(ANA, pushOf([1, 2]));
  assertEquals(results.map(({ status, message }) => message ?? status), [
    "applied",
    "two is too many",
  ]);
  assertEquals((await authority.rows(ANA, "home", "todos")).rows[0]?.[3], { n: 10 });
});

Deno.test("pull brings everything, then what changed, in pages that end between versions", async () => {
  const authority = fixed();
  await authority.push(ANA, pushOf([1, 2, 3, 4, 5]));
  const load = await pullAll(authority, { limit: 2 });
  assertEquals(load.map(({ reset }) => reset), [1, undefined, undefined]);
  assertEquals(load.flatMap(({ changes }) => changes.map(([, key]) => key)).length, 5);
  const last = load.at(-1)!;
  assertEquals([last.version, last.lastSeq, last.more], [5, 5, false]);
  await authority.push(ANA, pushOf([6]));
  const [next] = await pullAll(authority, { ...last, limit: 100 });
  assertEquals(next?.changes, [["todos", "k6", 6, { n: 6 }]]);
  const [none] = await pullAll(authority, { ...next!, limit: 100 });
  assertEquals([none?.changes, none?.version], [[], 6]);
});

Deno.test("a load into which others write ends complete", async () => {
  const authority = fixed();
  await authority.push(ANA, pushOf([1, 2, 3, 4, 5, 6]));
  const first = await authority.pull(ANA, pullOf({ limit: 3 }));
  const remove = { res: "todos", key: "k1", op: "delete" as const, base: 6 };
  const change = { res: "todos", key: "k6", op: "put" as const, value: "new", base: 6 };
  await authority.write(ANA, "home", { by: "session", ops: [remove, change] });
  const state = new Map<string, unknown>();
  const rest = await pullAll(authority, { ...first, limit: 3 });
  for (const page of [first, ...rest]) {
    for (const [, key, , value] of page.changes) {
      if (value === undefined) state.delete(key);
      else state.set(key, value);
    }
  }
  assertEquals([...state.keys()].sort(), ["k2", "k3", "k4", "k5", "k6"]);
  assertEquals(state.get("k6"), "new");
});

Deno.test("pull shows a user what may be read, and takes back what may not be any more", async () => {
  let mayRead = true;
  const authority = fixed({
    resources: { todos: {}, plans: {} },
    authorize: (identity, access) =>
      access.kind !== "read" || access.name !== "plans" || identity.userId === "ana" || mayRead,
  });
  const plan = { res: "plans", key: "p", op: "put" as const, value: 1, base: 0 };
  await authority.write(ANA, "home", { by: "session", ops: [plan] });
  const [first] = await pullAll(authority, { clientId: "client-b" }, BOB);
  assertEquals(first?.changes.map(([name]) => name), ["plans"]);
  mayRead = false;
  const [second] = await pullAll(authority, { ...first!, clientId: "client-b", limit: 9 }, BOB);
  assertEquals(second?.revoked, ["plans"]);
  await authority.write(ANA, "home", { by: "session", ops: [{ ...plan, value: 2, base: 9 }] });
  const [third] = await pullAll(authority, { ...second!, clientId: "client-b", limit: 9 }, BOB);
  assertEquals(third?.changes, []);
  mayRead = true;
  const [fourth] = await pullAll(authority, { ...third!, clientId: "client-b", limit: 9 }, BOB);
  assertEquals([fourth?.reset, fourth?.changes.length], [1, 1]);
});

Deno.test("a conflict is its user's alone, and joins what the client writes meanwhile", async () => {
  const authority = fixed();
  const op = { res: "note", key: "", op: "put" as const, base: 0, ask: 1 as const };
  await authority.write(BOB, "home", { by: "bobs", ops: [{ ...op, value: { a: "bob" } }] });
  const asked = await authority.write(ANA, "home", {
    by: "anas",
    ops: [{ ...op, value: { a: 1 } }],
  });
  assertEquals(asked.status, "conflict");
  const patch = { res: "note", key: "", op: "patch" as const, fields: { a: 2, b: 3 }, base: 0 };
  await authority.write(ANA, "home", { by: "anas", ops: [{ ...patch, ask: 1 }] });
  const conflicts = (await authority.rows(ANA, "home", "~conflicts")).rows;
  assertEquals(conflicts.length, 1);
  const conflict = conflicts[0]![3] as Record<string, unknown>;
  assertEquals([conflict.local, conflict.remote], [{ a: 2, b: 3 }, { a: "bob" }]);
  assertEquals((await authority.rows(BOB, "home", "~conflicts")).rows, []);
  assertEquals((await authority.rows(BOB, "home", "note")).rows[0]?.[3], { a: "bob" });
  const [earlier] = await authority.history(ANA, "home", "note", "");
  assertEquals(earlier?.value, { a: 1 });
  const pages = await pullAll(authority, { clientId: "client-b" }, BOB);
  assert(!JSON.stringify(pages).includes("anas"));
});

Deno.test("collect forgets tombstones, and makes a device that was away longer load anew", async () => {
  let now = NOW;
  const authority = makeAuthority({ now: () => now });
  await authority.push(ANA, pushOf([1, 2]));
  const [before] = await pullAll(authority);
  const remove = { res: "todos", key: "k1", op: "delete" as const, base: 2 };
  await authority.write(ANA, "home", { by: "session", ops: [remove] });
  now += 1_000;
  await authority.collect({ retentionMs: 500 });
  const [after] = await pullAll(authority, { ...before!, limit: 100 });
  assertEquals(after?.reset, 1);
  assertEquals(after?.changes.map(([, key]) => key), ["k2"]);
});

Deno.test("a tombstone ages from when the server took it, whenever a device wrote it", async () => {
  let now = NOW;
  const authority = makeAuthority({ now: () => now });
  await authority.push(ANA, pushOf([1, 2]));
  const [before] = await pullAll(authority);
  // A device that was away for 40 days, or says so, must not make all others load anew.
  now += 40 * 24 * 3_600_000;
  const remove = { res: "todos", key: "k1", op: "delete" as const, base: 2 };
  const late = { seq: 1, mid: "mutation-late", at: NOW + 1_000, ops: [remove] };
  await authority.push(ANA, pushOf([], { clientId: "client-b", sentAt: now, txs: [late] }));
  await authority.push(ANA, pushOf([3], { sentAt: now }));
  const [seen] = await pullAll(authority, { ...before!, limit: 100 });
  await authority.collect();
  const [after] = await pullAll(authority, { ...before!, cursor: "v2", limit: 100 });
  assertEquals([seen?.reset, after?.reset], [undefined, undefined]);
  assertEquals(after?.changes.map(([, key, ...rest]) => [key, rest.length]), [["k1", 1], [
    "k3",
    2,
  ]]);
});

Deno.test("what was written before a collected delete stays deleted, also behind a delete of its own", async () => {
  let now = NOW;
  const authority = makeAuthority({ now: () => now });
  await authority.push(ANA, pushOf([1]));
  const op = { res: "todos", key: "k1", base: 1, had: 1 as const };
  now += 5_000;
  await authority.write(ANA, "home", { by: "session", ops: [{ ...op, op: "delete" }] });
  now += 1_000;
  await authority.collect({ retentionMs: 500 });
  const txs = [{
    seq: 1,
    mid: "mutation-late",
    at: NOW + 1_000,
    ops: [{ ...op, op: "delete" as const }, { ...op, op: "put" as const, value: "back" }],
  }];
  const late = pushOf([], { clientId: "client-b", sentAt: now, txs });
  const { results } = await authority.push(ANA, late);
  assertEquals([results[0]?.status, results[0]?.lost], ["superseded", [1]]);
  assertEquals((await authority.rows(ANA, "home", "todos")).rows, []);
  const [kept] = await authority.history(ANA, "home", "todos", "k1");
  assertEquals(kept?.value, "back");
});

Deno.test("beginEpoch resets devices, says what was lost, and refuses pushes from before", async () => {
  const authority = fixed();
  await authority.push(ANA, pushOf([1, 2]));
  const [before] = await pullAll(authority);
  await authority.beginEpoch();
  const refusal = await refusalOf(authority.push(ANA, pushOf([3], { epoch: before!.epoch })));
  assertEquals(refusal.code, "epoch");
  const [after] = await pullAll(authority, { ...before!, limit: 100 });
  assertEquals([after?.reset, after?.lostAfter], [1, 2]);
  assert(after!.epoch !== before!.epoch && after!.version > 2 ** 24);
});

Deno.test("outcomes that the device has stored are forgotten, a thousand later", async () => {
  const authority = fixed();
  for (let start = 1; start <= 1_400; start += 100) {
    const seqs = Array.from({ length: 100 }, (_, i) => start + i);
    await authority.push(ANA, pushOf(seqs, { ack: start - 1 }));
  }
  const { results } = await authority.push(ANA, pushOf([1]));
  assertEquals(results[0]?.reason, "outcome-expired");
  const recent = await authority.push(ANA, pushOf([1_300]));
  assertEquals(recent.results[0]?.status, "applied");
});

Deno.test("many writers at once are all taken, and every reader's poke comes", async () => {
  const authority = fixed();
  let pokes = 0;
  const stop = authority.subscribe("home", () => pokes++);
  await Promise.all(Array.from({ length: 20 }, (_, i) =>
    authority.push(ANA, {
      ...pushOf([1, 2, 3], { clientId: `client-${i}-x` }),
      txs: [1, 2, 3].map((seq) => ({
        seq,
        mid: `mutation-${i}-${seq}`,
        at: NOW,
        ops: [{ res: "todos", key: `${i}/${seq}`, op: "put" as const, value: seq, base: 0 }],
      })),
    })));
  const { rows, version } = await authority.rows(ANA, "home", "todos");
  assertEquals([rows.length, version], [60, 60]);
  assertEquals(pokes, 20);
  stop();
});

Deno.test("a client older than the oldest app is told to upgrade, a newer one to come back", async () => {
  const authority = fixed({ schema: 3, minSchema: 2 });
  assertEquals((await refusalOf(authority.push(ANA, pushOf([1], { schema: 1 })))).status, 426);
  assertEquals((await refusalOf(authority.push(ANA, pushOf([1], { schema: 4 })))).status, 503);
});

Deno.test("what an older client wrote is brought to today's shape", async () => {
  const authority = fixed({
    schema: 2,
    upgrade: ({ value }, from) => ({ ...(value as object), from }),
  });
  await authority.push(ANA, pushOf([1], { schema: 1 }));
  assertEquals((await authority.rows(ANA, "home", "todos")).rows[0]?.[3], { n: 1, from: 1 });
});
