import { assert, assertEquals } from "@std/assert";
import { type Claim, decide, type Decision, type Row } from "../../src/sync/authority/decide.ts";
import type { Op } from "../../src/sync/protocol.ts";

const T = Date.UTC(2026, 0, 1);
const SECOND = 1_000;

/** A row that B wrote as version 5 at T, whole. */
function rowOf(value: unknown, more: Partial<Row> = {}): Row {
  return { res: "r", key: "k", value, version: 5, whole: [5, T, "B", 1], ...more };
}

/** A's claim, an hour after T unless said otherwise. */
function claimOf(more: Partial<Claim> = {}): Claim {
  return {
    by: "A",
    former: [],
    seq: 1,
    at: T + 3600 * SECOND,
    version: 9,
    within: SECOND,
    merge: undefined,
    floor: { version: 0, at: 0 },
    ...more,
  };
}

const TARGET = { res: "r", key: "k" };

function put(value: unknown, base: number, more: Partial<Op> = {}): Op {
  return { ...TARGET, op: "put", value, base, ...more } as Op;
}

function patch(fields: Record<string, unknown>, base: number, more: Partial<Op> = {}): Op {
  return { ...TARGET, op: "patch", fields, base, ...more } as Op;
}

function remove(base: number, more: Partial<Op> = {}): Op {
  return { ...TARGET, op: "delete", base, ...more } as Op;
}

function taken(decision: Decision): Decision & { kind: "take" } {
  assert(decision.kind === "take", `it is ${decision.kind}`);
  return decision;
}

Deno.test("decide takes a write that saw the row, whatever the clocks say", () => {
  const decision = taken(
    decide(rowOf("old"), put("new", 5), claimOf({ at: T - 12 * 3600 * SECOND })),
  );
  assertEquals(decision.row.value, "new");
  assertEquals(decision.losers, []);
  // A third writer who saw neither must not win over it by the time that it has overtaken.
  assertEquals(decision.row.whole[1], T);
});

Deno.test("decide takes a write by the row's own last writer, whatever it had seen", () => {
  const decision = decide(rowOf("old"), put("new", 0), claimOf({ by: "B", seq: 2, at: T }));
  assertEquals(taken(decision).row.value, "new");
});

Deno.test("decide knows a writer by its former id, up to where that was its own", () => {
  const op = put("new", 0, { ask: 1 });
  assertEquals(decide(rowOf("old"), op, claimOf({ former: [["B", 1]] })).kind, "take");
  assertEquals(decide(rowOf("old"), op, claimOf({ former: [["B", 0]] })).kind, "ask");
});

Deno.test("decide lets the later of two concurrent writes win, and keeps the other", () => {
  const won = taken(decide(rowOf("old"), put("new", 4), claimOf()));
  assertEquals(won.row.value, "new");
  assertEquals(won.losers, [{ value: "old", at: T, by: "B" }]);
  const claim = claimOf({ at: T - 3600 * SECOND });
  const lost = decide(rowOf("old"), put("new", 4), claim);
  assertEquals(lost, { kind: "lose", losers: [{ value: "new", at: claim.at, by: "A" }] });
});

Deno.test("decide breaks a tie of times by client, then by sequence: the same on every server", () => {
  const claim = { at: T, within: 0 };
  assertEquals(decide(rowOf("old"), put("new", 4), claimOf({ ...claim, by: "A" })).kind, "lose");
  assertEquals(decide(rowOf("old"), put("new", 4), claimOf({ ...claim, by: "C" })).kind, "take");
});

Deno.test("decide asks about concurrent writes within the threshold, and not at it", () => {
  const near = decide(rowOf("old"), put("new", 4), claimOf({ at: T + SECOND - 1 }));
  assertEquals(near, { kind: "ask", remoteTime: T });
  assertEquals(decide(rowOf("old"), put("new", 4), claimOf({ at: T + SECOND })).kind, "take");
  assertEquals(decide(rowOf("old"), put("new", 4), claimOf({ at: T - SECOND })).kind, "lose");
});

Deno.test("decide asks always where the writer wants to be asked", () => {
  assertEquals(decide(rowOf("old"), put("new", 4, { ask: 1 }), claimOf()).kind, "ask");
  assertEquals(decide(rowOf("old"), put("new", 5, { ask: 1 }), claimOf()).kind, "take");
});

Deno.test("decide has nothing to ask about two writes of the same, and leaves it whose it is", () => {
  const claim = claimOf({ at: T });
  const keep = { kind: "keep" };
  assertEquals(decide(rowOf({ a: 1 }), put({ a: 1 }, 0), claim), keep);
  assertEquals(decide(rowOf({ a: 1 }), patch({ a: 1 }, 0), claim), keep);
  const gone = rowOf({ a: 1 }, { deleted: 1 });
  assertEquals(decide(gone, remove(0), claim), keep);
  assertEquals(decide(undefined, remove(0), claim), keep);
  // Seen before, it is a write like any other.
  assertEquals(decide(rowOf({ a: 1 }), put({ a: 1 }, 5), claim).kind, "take");
  // Of a patch, only what was not there already.
  const row = taken(decide(rowOf({ a: 1 }), patch({ a: 1, b: 2 }, 5), claim)).row;
  assertEquals(row.fields, { a: [9, T, "A", 1], b: [9, T, "A", 1] });
  const half = rowOf({ a: 1, b: 0 }, { fields: { b: [4, T, "C", 1] } });
  assertEquals(taken(decide(half, patch({ a: 1, b: 2 }, 4), claim)).row.fields, {
    b: [9, T, "A", 1],
  });
});

Deno.test("decide merges concurrent patches of different fields", () => {
  const row = rowOf({ a: 1, b: 1 }, { version: 6, fields: { b: [6, T, "B", 2] } });
  const decision = taken(decide(row, patch({ a: 2 }, 5), claimOf({ at: T })));
  assertEquals(decision.row.value, { a: 2, b: 1 });
  assert(decision.merged);
  assertEquals(decision.losers, []);
  assertEquals(decision.row.fields, { a: [9, T, "A", 1], b: [6, T, "B", 2] });
});

Deno.test("decide lets each field of a concurrent patch win or lose by itself, and keeps both", () => {
  const row = rowOf({ a: 1, b: 1 }, {
    version: 6,
    fields: { a: [6, T + 7200 * SECOND, "B", 2] },
  });
  const claim = claimOf();
  const decision = taken(decide(row, patch({ a: 2, b: 2 }, 4), claim));
  assertEquals(decision.row.value, { a: 1, b: 2 });
  assert(decision.merged && decision.lost);
  assertEquals(decision.losers, [
    { value: { a: 2 }, at: claim.at, by: "A" },
    { value: { b: 1 }, at: T, by: "B" },
  ]);
});

Deno.test("decide never lets a patch bring back what was deleted, however late", () => {
  const gone = rowOf({ a: 1 }, { deleted: 1 });
  const claim = claimOf();
  assertEquals(decide(gone, patch({ a: 2 }, 4), claim), {
    kind: "lose",
    losers: [{ value: { a: 2 }, at: claim.at, by: "A" }],
  });
  assertEquals(decide(gone, patch({ a: 2 }, 4), claimOf({ at: T + 1 })).kind, "ask");
});

Deno.test("decide lets a later put bring back what was deleted, and an earlier one not", () => {
  const gone = rowOf({ a: 1 }, { deleted: 1 });
  const back = taken(decide(gone, put({ a: 2 }, 4), claimOf()));
  assertEquals(back.row.value, { a: 2 });
  assertEquals(back.row.deleted, undefined);
  assertEquals(back.losers, [{ at: T, by: "B" }]);
  assertEquals(decide(gone, put({ a: 2 }, 4), claimOf({ at: T - 5 * SECOND })).kind, "lose");
});

Deno.test("decide deletes against concurrent writes by the same rule", () => {
  const deleted = taken(decide(rowOf("old"), remove(4), claimOf()));
  assertEquals(deleted.row.deleted, 1);
  assertEquals(deleted.losers, [{ value: "old", at: T, by: "B" }]);
  assertEquals(decide(rowOf("old"), remove(4), claimOf({ at: T - 5 * SECOND })).kind, "lose");
});

Deno.test("decide does not take a write from before a tombstone that may be collected", () => {
  const floor = { version: 7, at: T + 10 * 3600 * SECOND };
  assertEquals(decide(undefined, put("x", 4, { had: 1 }), claimOf({ floor })).kind, "lose");
  assertEquals(decide(undefined, patch({ a: 1 }, 4, { had: 1 }), claimOf({ floor })).kind, "lose");
  // What was made there and then, nobody can have deleted.
  assertEquals(decide(undefined, put("x", 4), claimOf({ floor })).kind, "take");
  // Written after everything that may be forgotten.
  const late = claimOf({ floor, at: floor.at + 1 });
  assertEquals(decide(undefined, put("x", 4, { had: 1 }), late).kind, "take");
});

Deno.test("decide refuses a patch of what never was", () => {
  assertEquals(decide(undefined, patch({ a: 1 }, 0), claimOf()).kind, "refuse");
});

Deno.test("decide settles concurrent writes by the declared merge, with all three versions", () => {
  const seen: unknown[] = [];
  const merge = (base: unknown, local: unknown, remote: unknown) => {
    seen.push([base, local, remote]);
    return [...local as string[], ...remote as string[]];
  };
  const op = put(["local"], 4, { was: ["base"] });
  const decision = taken(decide(rowOf(["remote"]), op, claimOf({ merge })));
  assertEquals(decision.row.value, ["local", "remote"]);
  assert(decision.merged);
  assertEquals(seen, [[["base"], ["local"], ["remote"]]]);
  taken(decide(rowOf({ a: 1 }), patch({ a: 2 }, 4, { was: { a: 0, b: 0 } }), {
    ...claimOf(),
    merge: (base, local, remote) => {
      assertEquals([base, local, remote], [{ a: 0, b: 0 }, { a: 2, b: 0 }, { a: 1 }]);
      return local;
    },
  }));
});

Deno.test("decide merges again what the same writer writes before it saw the merge", () => {
  const sum = (base: unknown, local: unknown, remote: unknown) =>
    Number(local) + Number(remote) - Number(base);
  const claim = claimOf({ merge: sum });
  const first = taken(decide(rowOf(5), put(1, 4, { was: 0 }), claim));
  assertEquals(first.row.value, 6);
  const again = { ...claim, seq: 2, version: 10 };
  const second = taken(decide(first.row, put(2, 4, { was: 1 }), again));
  assertEquals([second.row.value, second.merged], [7, true]);
  // Once it was seen, it is what the next write stands on.
  assertEquals(taken(decide(second.row, put(9, 10, { was: 7 }), again)).row.value, 9);
});

Deno.test("decide knows no field by what a prototype has", () => {
  const row = rowOf({ a: 1 }, { fields: {} });
  const decision = taken(decide(row, patch({ constructor: 1, toString: 2 }, 5), claimOf()));
  assertEquals(decision.row.value, { a: 1, constructor: 1, toString: 2 });
});
