import { conflictFields, describeSync, mergeConflict } from "@vango/vango";
import type { Conflict, SyncStatus } from "@vango/vango";
import { assertEquals } from "@std/assert";

const DAY = 24 * 3_600_000;

const IDLE: SyncStatus = {
  phase: "idle",
  online: true,
  syncing: false,
  pending: 0,
  oldestPendingAge: undefined,
  lastSync: new Date(0),
  lastError: undefined,
  conflicts: 0,
  dead: 0,
  skewMs: 0,
  initial: undefined,
  stuck: false,
};

Deno.test("describeSync says the most urgent thing first", () => {
  const cases: [Partial<SyncStatus>, string][] = [
    [{}, "Synced"],
    [{ pending: 3 }, "3 unsent"],
    [{ syncing: true, phase: "syncing", pending: 3 }, "Syncing 3…"],
    [{ syncing: true, phase: "syncing" }, "Syncing…"],
    [{ online: false, phase: "waiting" }, "Offline"],
    [{ online: false, phase: "waiting", pending: 2, oldestPendingAge: 5000 }, "Offline, 2 unsent"],
    [{ online: false, pending: 2, oldestPendingAge: DAY }, "Unsent for 1 day"],
    [{ online: false, pending: 2, oldestPendingAge: 3.9 * DAY }, "Unsent for 3 days"],
    [{ phase: "loading", initial: { done: 0, total: 0 } }, "Loading…"],
    [{ phase: "loading", initial: { done: 999, total: 1000 } }, "Loading 99 %"],
    [{ phase: "signed-out" }, "Sign in to sync"],
    [{ phase: "wrong-user", pending: 4 }, "Sign in to send 4"],
    [{ phase: "upgrade", pending: 4 }, "Update needed"],
    [{ stuck: true, pending: 4 }, "4 not sent"],
    [{ conflicts: 1, oldestPendingAge: 9 * DAY }, "1 conflict"],
    [{ conflicts: 2 }, "2 conflicts"],
    [{ dead: 1, conflicts: 2 }, "1 change refused"],
    [{ dead: 2 }, "2 changes refused"],
  ];
  for (const [change, text] of cases) {
    assertEquals(describeSync({ ...IDLE, ...change }).text, text, JSON.stringify(change));
  }
  assertEquals(describeSync({ ...IDLE, conflicts: 1 }).isUrgent, true);
  assertEquals(describeSync({ ...IDLE, online: false }).isUrgent, false);
});

function conflictOf(local: unknown, remote: unknown, base?: unknown): Conflict {
  return {
    id: "1",
    name: "todos",
    key: "",
    localValue: local,
    remoteValue: remote,
    baseValue: base,
    localTime: new Date(1),
    remoteTime: new Date(2),
  };
}

Deno.test("conflictFields suggests the side that changed, else the later one", () => {
  const base = { a: 1, b: 1, c: 1, d: [1] };
  const fields = conflictFields(
    conflictOf({ a: 2, b: 1, c: 2, d: [1] }, { a: 1, b: 2, c: 3, d: [1] }, base),
  );
  assertEquals(
    fields.map(({ name, same, suggested }) => [name, same, suggested]),
    [["a", false, "local"], ["b", false, "remote"], ["c", false, "remote"], ["d", true, "local"]],
  );
  // Without a base nobody knows who changed what: the later side.
  assertEquals(conflictFields(conflictOf({ a: 2 }, { a: 1 }))[0]!.suggested, "remote");
});

Deno.test("conflictFields compares values as data, whatever the order of their fields", () => {
  const [field] = conflictFields(conflictOf({ a: { x: 1, y: [2] } }, { a: { y: [2], x: 1 } }));
  assertEquals(field!.same, true);
  const [other] = conflictFields(conflictOf({ a: { x: 1 } }, { a: { x: undefined } }));
  assertEquals(other!.same, false);
});

Deno.test("a value without fields is one field, and a deleted one has none", () => {
  assertEquals(conflictFields(conflictOf(["a"], ["b"])).map(({ name }) => name), [""]);
  assertEquals(conflictFields(conflictOf("a", { b: 1 })).map(({ name }) => name), [""]);
  assertEquals(conflictFields(conflictOf(undefined, { b: 1 })), []);
  assertEquals(conflictFields(conflictOf({ b: 1 }, undefined)), []);
});

Deno.test("mergeConflict takes each field from the chosen side, and fields that one side removed", () => {
  const conflict = conflictOf({ a: 2, b: 1 }, { a: 1, c: 3 }, { a: 1, b: 1 });
  assertEquals(mergeConflict(conflict, {}), { a: 2, c: 3 });
  assertEquals(mergeConflict(conflict, { a: "remote", b: "local", c: "local" }), { a: 1, b: 1 });
  assertEquals(mergeConflict(conflictOf("a", "b"), { "": "local" }), "a");
  assertEquals(mergeConflict(conflictOf("a", "b"), {}), "b");
  assertEquals(mergeConflict(conflictOf(undefined, { a: 1 }), {}), { a: 1 });
});
