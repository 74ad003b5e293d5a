/**
 * Watches every commit of the server and every screen, and says which invariant was broken
 * (`docs/sync.md`, I1 to I11).
 */
import { MERGED, type Row, type Stamp } from "../../../src/sync/authority/decide.ts";
import type { ClientRecord, Meta, OutcomeRecord } from "../../../src/sync/authority/records.ts";
import type { Draft } from "../../../src/sync/draft.ts";
import { applyOp, recordId } from "../../../src/sync/ops.ts";
import type { OrderedMap } from "../../../src/sync/ordered_map.ts";
import type { ConflictRow } from "../../../src/sync/protocol.ts";
import { sameValue } from "../../../src/sync/value.ts";
import type { LogChunk, ReplicaMeta } from "../../../src/sync/replica/records.ts";
import type { Place, Tab } from "./place.ts";
import { RESOURCES, shownIn } from "./place.ts";
import type { Server } from "./server.ts";
import { tokensIn, tokensOf, type Written } from "./writes.ts";

/** Where a record was deleted: in which version, when, and by which place's writer. */
interface Grave {
  readonly version: number;
  readonly at: number;
  readonly place: string | undefined;
}

export class Judge {
  readonly violations: string[] = [];
  readonly written = new Map<string, Written>();
  /** How transactions ended, on the server's present timeline. */
  readonly outcomes = new Map<string, OutcomeRecord>();
  /** What ended on a timeline that a restore of the server cut off. */
  readonly cutOff = new Set<string>();
  readonly byToken = new Map<string, Written>();
  readonly byPlace = new Map<string, Written[]>();
  /** Set once histories were set back: screens may then show the past again. */
  restored = false;
  serverRestored = false;
  /** How records were deleted last, by scope and key; kept when the tombstone is collected. */
  readonly #graves = new Map<string, Grave>();
  readonly counts: Record<string, number> = {};

  report(invariant: string, text: string): void {
    if (this.violations.length < 20) this.violations.push(`${invariant}: ${text}`);
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  add(written: Written): void {
    this.written.set(written.mid, written);
    this.byToken.set(written.token, written);
    const own = this.byPlace.get(written.place);
    if (own) own.push(written);
    else this.byPlace.set(written.place, [written]);
  }

  /** One commit of the server. */
  onCommit(scope: string, writes: [string, unknown][], before: OrderedMap<unknown>): void {
    for (const [key, value] of writes) {
      if (key.startsWith("o/") && value) {
        this.#onOutcome(key, value as OutcomeRecord, before, writes);
      }
      if (key.startsWith("r/") && value) this.#onRow(scope, value as Row, before, writes);
      if (key.startsWith("c/") && value) {
        const last = (before.get(key) as ClientRecord | undefined)?.lastSeq ?? 0;
        const now = (value as ClientRecord).lastSeq;
        if (now < last) this.report("I6", `${key} went from ${last} back to ${now}`);
      }
      if (key === "m") {
        const last = before.get(key) as Meta | undefined;
        if (last && (value as Meta).version < last.version) this.report("I6", `${scope} went back`);
      }
    }
  }

  #onOutcome(
    key: string,
    outcome: OutcomeRecord,
    before: OrderedMap<unknown>,
    writes: [string, unknown][],
  ): void {
    const mid = key.slice(2);
    const earlier = this.outcomes.get(mid);
    if (earlier && (earlier.status !== "rejected" || outcome.status !== "rejected")) {
      this.report("I2", `${mid} ended ${earlier.status}, then ${outcome.status}`);
    }
    this.outcomes.set(mid, outcome);
    this.count(outcome.status);
    const { client } = outcome;
    const last = (before.get(`c/${client}`) as ClientRecord | undefined)?.lastSeq ?? 0;
    const now = writes.find(([other]) => other === `c/${client}`)?.[1] as ClientRecord | undefined;
    if (outcome.seq <= last || !now || outcome.seq > now.lastSeq) {
      this.report("I3", `${key} ended after number ${last} of its client`);
    }
    this.#checkLoss(mid, outcome, before);
    this.#checkWhole(mid, outcome, before, writes);
  }

  /** I3: all of a transaction takes effect, or none of it. */
  #checkWhole(
    mid: string,
    outcome: OutcomeRecord,
    before: OrderedMap<unknown>,
    writes: [string, unknown][],
  ): void {
    const written = this.written.get(mid);
    if (!written || outcome.version === undefined) return;
    for (const draft of written.drafts) {
      const id = recordId(draft.res, draft.key);
      const row = writes.find(([other]) => other === `r/${id}`)?.[1] as Row | undefined;
      if (outcome.status === "conflict") {
        if (row?.version === outcome.version) {
          this.report("I3", `${id} did not wait for a decision`);
        }
      } else if (outcome.status === "applied" && !row && !isSo(draft, before.get(`r/${id}`))) {
        this.report("I3", `${written.token} was applied, and ${id} was not written`);
      }
    }
  }

  /** I10: nobody loses to what he had seen. */
  #checkLoss(mid: string, outcome: OutcomeRecord, before: OrderedMap<unknown>): void {
    const written = this.written.get(mid);
    // A decision on a conflict stands on what the conflict showed, not on what the screen did.
    if (!written || written.isDecision) return;
    // What was seen of an epoch that the server lost is not what it has now.
    if (this.serverRestored) return;
    if (outcome.status !== "superseded" && outcome.status !== "conflict") return;
    const indices = outcome.lost ?? written.drafts.map((_, i) => i);
    const beaten = indices.some((index) => {
      const draft = written.drafts[index];
      if (!draft) return true;
      const id = recordId(draft.res, draft.key);
      const row = before.get(`r/${id}`) as Row | undefined;
      if (!row || row.deleted) return true;
      const saw = written.saw.get(id) ?? new Set();
      return tokensIn(row.value).some((token) => !saw.has(token));
    });
    if (!beaten) {
      this.report("I10", `${written.token} lost to what its writer had seen`);
    }
  }

  /** I8: what was deleted comes back by a put only. */
  #onRow(
    scope: string,
    row: Row,
    before: OrderedMap<unknown>,
    writes: [string, unknown][],
  ): void {
    if (row.res.startsWith("~")) return;
    const id = recordId(row.res, row.key);
    const last = before.get(`r/${id}`) as Row | undefined;
    const grave = `${scope} ${id}`;
    if (last) this.#checkUnseen(id, row, last, before, writes);
    if (row.deleted) {
      const [version, at] = row.whole;
      this.#graves.set(grave, { version, at, place: this.#writerOf(row, writes)?.place });
      return;
    }
    if (!last) this.#checkGrave(id, row, this.#graves.get(grave), writes);
    if (!last?.deleted) return;
    if (row.whole[0] <= last.version) this.report("I8", `${id} came back without a put`);
    if (row.whole[1] < last.whole[1]) this.report("I8", `${id} came back by an older put`);
  }

  /**
   * A tombstone may be collected; what was written before the delete, on a record that its writer
   * had, must not bring it back. Whoever had seen the delete, or made it, may write anew.
   */
  #checkGrave(
    id: string,
    row: Row,
    grave: Grave | undefined,
    writes: [string, unknown][],
  ): void {
    if (!grave || this.serverRestored || row.whole[1] > grave.at) return;
    const written = this.#writerOf(row, writes);
    if (!written || written.seen >= grave.version || written.place === grave.place) return;
    // Who made the record without knowing of another's is not told from who makes it anew. What
    // became a question made no record: its writer shows it, and had none.
    const had = written.showed.get(id)?.some((token) => {
      const { status, version } = this.outcomes.get(this.byToken.get(token)?.mid ?? "") ?? {};
      return status !== "conflict" && version !== undefined && version <= written.seen;
    });
    if (had) this.report("I8", `${id} came back from before its collected tombstone`);
  }

  /** L7: what its writer had not seen is kept: merged, or in the history. */
  #checkUnseen(
    id: string,
    row: Row,
    last: Row,
    before: OrderedMap<unknown>,
    writes: [string, unknown][],
  ): void {
    if (this.restored || last.deleted) return;
    const written = this.#writerOf(row, writes);
    if (!written || written.isDecision) return;
    const kept = new Set(row.deleted ? [] : tokensIn(row.value));
    const history = `h/${id}`;
    const losers = writes.find(([key]) => key === history)?.[1] ?? before.get(history) ?? [];
    if (row.res !== "merged") { for (const token of tokensIn(losers)) kept.add(token); }
    // What another tab of the same device wrote is its own, as far as the server can tell; and a
    // tab may stand on what another one wrote, which had seen more.
    const own = this.byPlace.get(written.place) ?? [];
    // A patch on the way shows the record around it, and hides its own fields: what came into one
    // of them meanwhile counts as seen, for one version is said of the whole record.
    const hasPatched = own.some(({ drafts }) =>
      drafts.some((draft) => draft.op === "patch" && recordId(draft.res, draft.key) === id)
    );
    if (hasPatched) return;
    for (const token of tokensIn(last.value)) {
      if (kept.has(token) || this.byToken.get(token)?.place === written.place) continue;
      if (own.some(({ saw }) => saw.get(id)?.has(token))) continue;
      this.report("L7", `${written.token} put away ${token}, which it had not seen of ${id}`);
    }
  }

  /** The transaction in this commit that wrote the whole of a row. */
  #writerOf(row: Row, writes: [string, unknown][]): Written | undefined {
    const by = clientOf(row.whole);
    const seq = row.whole[3];
    const ended = writes.find(([key, value]) => {
      if (!key.startsWith("o/") || !value) return false;
      const outcome = value as OutcomeRecord;
      return outcome.client === by && outcome.seq === seq;
    });
    return ended && this.written.get(ended[0].slice(2));
  }

  /** Reads how transactions ended from disks that were set back. */
  onRestore(server: Server): void {
    this.restored = true;
    this.serverRestored = true;
    const had = new Map(this.outcomes);
    this.outcomes.clear();
    for (const disk of server.disks.values()) {
      for (const [key, value] of disk.map.entriesFrom("o/")) {
        if (!key.startsWith("o/")) break;
        this.outcomes.set(key.slice(2), value as OutcomeRecord);
      }
    }
    for (const mid of had.keys()) if (!this.outcomes.has(mid)) this.cutOff.add(mid);
  }

  /** I5: what a tab wrote stays on its screen until the server put something else in its place. */
  onScreen(tab: Tab, place: Place): void {
    if (this.restored) return;
    const shown = shownIn(tab.replica);
    const settled = new Set<string>();
    const own = this.byPlace.get(place.name) ?? [];
    for (const written of [...own].reverse()) {
      for (const draft of [...written.drafts].reverse()) {
        const id = recordId(draft.res, draft.key);
        if (settled.has(id)) continue;
        // The last write to a record decides; of what another tab wrote we may not know yet.
        settled.add(id);
        if (written.tab !== tab || written.state === "refused") continue;
        if (own.some((other) => other.tab !== tab && touches(other, id))) continue;
        const token = tokensOf(draft).find((other) => other === written.token);
        if (!token || tokensIn(shown.get(id)).includes(token)) continue;
        // A patch shows nothing where somebody else deleted the record meanwhile.
        if (draft.op === "patch" && !shown.has(id)) continue;
        if (place.disk.map.get(`d/${written.mid}`)) continue;
        const outcome = this.outcomes.get(written.mid);
        const stands = outcome?.status === "applied" || outcome?.status === "merged";
        if (outcome && !(stands && this.#stands(place, id, token, outcome))) continue;
        const { seq, replay, acked } = tab.replica.view.entry(written.mid) ?? {};
        this.report(
          "I5",
          `${token} is not shown at ${place.name}: ` +
            JSON.stringify({ ended: outcome?.status, is: written.state, seq, replay, acked, id }),
        );
      }
    }
  }

  /** Whether what a transaction wrote to a record is what the server has there now. */
  #stands(place: Place, id: string, token: string, outcome: OutcomeRecord): boolean {
    const { server, user } = place;
    const row = server.disk(server.scopeOf(user)).map.get(`r/${id}`) as Row | undefined;
    if (!row || row.deleted || !tokensIn(row.value).includes(token)) return false;
    return [row.whole, ...Object.values(row.fields ?? {})]
      .some((stamp) => stamp[0] === outcome.version && clientOf(stamp) === outcome.client);
  }

  /** I6 on devices: what was seen is not unseen within an epoch. */
  onDeviceCommit(place: Place, writes: [string, unknown][], before: OrderedMap<unknown>): void {
    const entry = writes.find(([key]) => key === "m");
    const last = before.get("m") as ReplicaMeta | undefined;
    if (!entry || !last) return;
    const now = entry[1] as ReplicaMeta;
    if (now.epoch === last.epoch && now.seen < last.seen) {
      this.report("I6", `${place.name} saw ${last.seen}, then ${now.seen}`);
    }
    const same = now.epoch === last.epoch && now.clientId === last.clientId;
    if (same && (now.included < last.included || now.acked < last.acked)) {
      this.report("I6", `${place.name} had ${last.included}/${last.acked}, then less`);
    }
  }

  /** What must hold when everything has been exchanged. */
  atRest(server: Server, places: readonly Place[]): void {
    for (const written of this.written.values()) this.#checkEnd(written, server, places);
    for (const place of places) this.#checkPlace(place, server);
  }

  /** I1: a durable write ended, and what it said can be found. */
  #checkEnd(written: Written, server: Server, places: readonly Place[]): void {
    const outcome = this.outcomes.get(written.mid);
    if (written.state === "refused" && outcome) {
      this.report("I1", `${written.token} was refused here, and ended ${outcome.status} there`);
    }
    if (written.state !== "durable" || written.forgotten) return;
    const place = places.find(({ name }) => name === written.place)!;
    if (!outcome) {
      if (this.cutOff.has(written.mid)) return;
      // A number that another history had used already, and whose outcome is not kept any more.
      if (place.disk.map.get(`d/${written.mid}`)) return;
      this.report("I1", `${written.token} of ${written.place} has no end`);
      return;
    }
    if (this.cutOff.has(written.mid)) return;
    if (outcome.status === "rejected") {
      if (place.disk.map.get(`d/${written.mid}`) || place.backup) return;
      this.report("I1", `${written.token} was rejected, and nobody can see it`);
      return;
    }
    if (outcome.status !== "superseded" && outcome.status !== "conflict") return;
    const disk = server.disk(server.scopeOf(written.user));
    for (const [i, draft] of written.drafts.entries()) {
      if (outcome.status === "superseded" && !outcome.lost?.includes(i)) continue;
      // What waited with a question was written again with the answer, and may have been replaced.
      const id = recordId(draft.res, draft.key);
      if (
        written.drafts.some((other) => other !== draft && recordId(other.res, other.key) !== id)
      ) {
        if (outcome.status === "conflict") continue;
      }
      if (written.drafts.slice(i + 1).some((other) => recordId(other.res, other.key) === id)) {
        continue;
      }
      for (const token of tokensOf(draft)) {
        if (!this.#canBeFound(disk.map, recordId(draft.res, draft.key), token)) {
          this.report(
            "I1",
            `${token} ended ${outcome.status}, and is nowhere: ${
              JSON.stringify({ drafts: written.drafts, outcome })
            }`,
          );
        }
      }
    }
  }

  #canBeFound(map: OrderedMap<unknown>, id: string, token: string): boolean {
    const history = map.get(`h/${id}`) as unknown[] | undefined;
    if (history && history.length >= 10) return true;
    if (tokensIn(history).includes(token)) return true;
    if (tokensIn((map.get(`r/${id}`) as Row | undefined)?.value).includes(token)) return true;
    for (const [key, row] of map.entriesFrom("r/~c.")) {
      if (!key.startsWith("r/~c.")) break;
      if (!(row as Row).deleted && tokensIn((row as Row).value).includes(token)) return true;
    }
    return false;
  }

  #checkPlace(place: Place, server: Server): void {
    const { name, user, disk } = place;
    const truth = server.disk(server.scopeOf(user)).map;
    for (const [key] of [...disk.map.entriesFrom("k/")].filter(([key]) => /^[kl]\//.test(key))) {
      this.report("I4", `${name} still has ${key}`);
    }
    for (const tab of place.tabs) {
      const shown = shownIn(tab.replica);
      for (const [key, value] of truth.entriesFrom("r/")) {
        const row = value as Row;
        if (!key.startsWith("r/") || row.res.startsWith("~")) break;
        const id = recordId(row.res, row.key);
        if (!sameValue(shown.get(id), row.deleted ? undefined : row.value)) {
          this.report("I4", `${name} shows another ${id} than the server has`);
        }
        shown.delete(id);
      }
      for (const id of shown.keys()) this.report("I4", `${name} shows ${id}, which is not there`);
      if (tab.replica.view.unacked > 0) this.report("I4", `${name} still waits`);
      this.#checkConflicts(place, tab, truth);
    }
    this.#checkOwner(place, server);
  }

  #checkConflicts(place: Place, tab: Tab, truth: OrderedMap<unknown>): void {
    const here = new Set([...tab.replica.view.list("~conflicts")].map(({ key }) => key));
    for (const [key, value] of truth.entriesFrom(`r/~c.${place.user}/`)) {
      if (!key.startsWith(`r/~c.${place.user}/`)) break;
      const row = value as Row;
      if (row.deleted) continue;
      if (!here.delete(row.key)) this.report("I4", `${place.name} misses a conflict`);
      const { mid } = row.value as ConflictRow;
      const owner = this.written.get(mid)?.user;
      if (owner && owner !== place.user) this.report("I9", `${place.user} has ${owner}'s conflict`);
    }
    for (const key of here) this.report("I4", `${place.name} has a conflict that is gone: ${key}`);
  }

  /** I9: one user's words are on nobody else's disk, unless both share a scope. */
  #checkOwner(place: Place, server: Server): void {
    if (server.scopeOf("ana") === server.scopeOf("bob")) return;
    const foreign = (map: OrderedMap<unknown>, where: string) => {
      for (const [key, value] of map.entriesFrom("")) {
        for (const token of tokensIn(value)) {
          const owner = this.byToken.get(token)?.user;
          if (owner && owner !== place.user) {
            this.report("I9", `${owner}'s ${token} in ${where} ${key}`);
          }
        }
      }
    };
    foreign(place.disk.map, place.name);
    foreign(server.disk(server.scopeOf(place.user)).map, `the scope of ${place.user}:`);
  }

  /** I7: what is shown is base and log, and nothing that only memory knew. */
  compare(name: string, live: Map<string, unknown>, fresh: Map<string, unknown>): void {
    for (const res of RESOURCES) {
      for (const id of new Set([...live.keys(), ...fresh.keys()])) {
        if (!id.startsWith(`${res}/`) || sameValue(live.get(id), fresh.get(id))) continue;
        this.report("I7", `${name} shows another ${id} than its disk says`);
      }
    }
  }
}

/** Whether a row already was what an op makes of it. */
function isSo(draft: Draft, row: unknown): boolean {
  if (draft.op === "delete") return row === undefined || (row as Row).deleted === 1;
  return row !== undefined && sameValue(applyOp((row as Row).value, draft), (row as Row).value);
}

/** Whose write it was, also when a function made something else of it. */
function clientOf([, , by]: Stamp): string {
  return by.endsWith(MERGED) ? by.slice(0, -MERGED.length) : by;
}

function touches(written: Written, id: string): boolean {
  return written.drafts.some(({ res, key }) => recordId(res, key) === id);
}

/** Transactions in a log, for messages. */
export function logOf(map: OrderedMap<unknown>): number[] {
  const seqs: number[] = [];
  for (const [key, value] of map.entriesFrom("l/")) {
    if (key.startsWith("l/")) seqs.push(...(value as LogChunk).map(({ seq }) => seq));
  }
  return seqs;
}
