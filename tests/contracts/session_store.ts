/**
 * The contract of {@linkcode SessionStore}, as tests. A store's own test file calls
 * {@linkcode testSessionStore} with a way to make one.
 */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { createSessionId } from "../../src/internal/ids.ts";
import { SessionConflictError, SessionStoreError } from "../../src/session/errors.ts";
import type { SessionChange, SessionSave, SessionStore } from "../../src/session/store.ts";

/** What the suite needs of the store under test. */
export interface StoreFixture extends AsyncDisposable {
  readonly store: SessionStore;
  /** Another connection to the same sessions, as another node has; where that makes sense. */
  connect?(): Promise<SessionStore>;
  /** Whether the store is beyond a network, so that watching takes a moment to begin. */
  readonly isRemote?: boolean;
  /** Whether saves are told of to watchers; deletions always are. */
  readonly tellsOfSaves?: boolean;
  /** Moves the clock that the store was made with. */
  advance(ms: number): void;
  now(): number;
}

const HOUR = 3_600_000;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(data: Uint8Array | undefined): string | undefined {
  return data && new TextDecoder().decode(data);
}

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += 65_536) {
    crypto.getRandomValues(bytes.subarray(start, start + 65_536));
  }
  return bytes;
}

/** Registers the contract's tests for one kind of store. */
export function testSessionStore(name: string, open: () => Promise<StoreFixture>): void {
  function test(law: string, run: (fixture: StoreFixture, id: string) => Promise<void>): void {
    Deno.test(`${name}: ${law}`, async () => {
      await using fixture = await open();
      await run(fixture, createSessionId());
    });
  }

  test("load gives nothing for an id that was never saved", async ({ store }, id) => {
    assertEquals(await store.load(id), undefined);
  });

  test("a saved session loads with its bytes, revision and expiry", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const revision = await store.save(id, data, { expiresAt, revision: undefined });
    assertEquals(await store.load(id), { data, revision, expiresAt });
  });

  test("no bytes at all are a session, too", async (fixture, id) => {
    const expiresAt = fixture.now() + HOUR;
    await fixture.store.save(id, new Uint8Array(), { expiresAt, revision: undefined });
    assertEquals((await fixture.store.load(id))?.data.length, 0);
  });

  test("a save on the current revision replaces the session", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    let revision = await store.save(id, bytesOf("0"), { expiresAt, revision: undefined });
    const seen = new Set([revision]);
    for (let i = 1; i <= 5; i++) {
      revision = await store.save(id, bytesOf(String(i)), { expiresAt, revision });
      seen.add(revision);
      assertEquals(textOf((await store.load(id))?.data), String(i));
    }
    assertEquals(seen.size, 6, "every save has a revision of its own");
  });

  test("a creation fails when there is a session", async (fixture, id) => {
    const { store } = fixture;
    const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
    await store.save(id, bytesOf("first"), options);
    await assertRejects(() => store.save(id, bytesOf("second"), options), SessionConflictError);
    assertEquals(textOf((await store.load(id))?.data), "first");
  });

  test("a save on an old revision fails and changes nothing (L6)", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    const old = await store.save(id, bytesOf("1"), { expiresAt, revision: undefined });
    const current = await store.save(id, bytesOf("2"), { expiresAt, revision: old });
    await assertRejects(
      () => store.save(id, bytesOf("stale"), { expiresAt: expiresAt + HOUR, revision: old }),
      SessionConflictError,
    );
    assertEquals(await store.load(id), { data: bytesOf("2"), revision: current, expiresAt });
  });

  test("of many writers on one revision exactly one wins", async (fixture, id) => {
    const { store } = fixture;
    const other = await fixture.connect?.() ?? store;
    const expiresAt = fixture.now() + HOUR;
    const revision = await store.save(id, bytesOf("base"), { expiresAt, revision: undefined });
    const results = await Promise.allSettled(
      Array.from(
        { length: 10 },
        (_, i) => (i % 2 ? store : other).save(id, bytesOf(String(i)), { expiresAt, revision }),
      ),
    );
    const winners = results.flatMap((result, i) => result.status === "fulfilled" ? [i] : []);
    assertEquals(winners.length, 1);
    assertEquals(textOf((await store.load(id))?.data), String(winners[0]));
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      // A file that another connection is writing may say so instead.
      const isBusy = result.reason instanceof SessionStoreError && result.reason.code === "busy";
      assert(isBusy || result.reason instanceof SessionConflictError, String(result.reason));
    }
    if (other !== store) await other.close();
  });

  test("a save never brings back a deleted session", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    const revision = await store.save(id, bytesOf("1"), { expiresAt, revision: undefined });
    await store.delete(id);
    await assertRejects(
      () => store.save(id, bytesOf("2"), { expiresAt, revision }),
      SessionConflictError,
    );
    assertEquals(await store.load(id), undefined);
  });

  test("a deleted id can be created again, under another revision", async (fixture, id) => {
    const { store } = fixture;
    const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
    const first = await store.save(id, bytesOf("1"), options);
    await store.delete(id);
    const second = await store.save(id, bytesOf("2"), options);
    assert(first !== second);
    await assertRejects(
      () => store.save(id, bytesOf("3"), { ...options, revision: first }),
      SessionConflictError,
    );
    assertEquals(textOf((await store.load(id))?.data), "2");
  });

  test("deleting twice, or what never was, does nothing", async (fixture, id) => {
    const { store } = fixture;
    await store.delete(id);
    await store.save(id, bytesOf("1"), { expiresAt: fixture.now() + HOUR, revision: undefined });
    await store.delete(id);
    await store.delete(id);
    assertEquals(await store.load(id), undefined);
  });

  test("an expired session is none: not loaded, not touched, not saved on", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + 1000;
    const revision = await store.save(id, bytesOf("1"), { expiresAt, revision: undefined });
    fixture.advance(1000);
    assertEquals(await store.load(id), undefined);
    assertEquals(await store.touch(id, fixture.now() + HOUR), undefined);
    assertEquals(await store.load(id), undefined);
    await assertRejects(
      () => store.save(id, bytesOf("2"), { expiresAt: fixture.now() + HOUR, revision }),
      SessionConflictError,
    );
    assertEquals(await store.load(id), undefined);
  });

  test("an expired id can be created again", async (fixture, id) => {
    const { store } = fixture;
    await store.save(id, bytesOf("1"), { expiresAt: fixture.now() + 1000, revision: undefined });
    fixture.advance(1000);
    const expiresAt = fixture.now() + HOUR;
    await store.save(id, bytesOf("2"), { expiresAt, revision: undefined });
    assertEquals(textOf((await store.load(id))?.data), "2");
  });

  test("touch moves the expiry, keeps the bytes and says the revision", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + 1000;
    await store.save(id, bytesOf("1"), { expiresAt, revision: undefined });
    const revision = await store.touch(id, expiresAt + HOUR);
    fixture.advance(5000);
    assertEquals(await store.load(id), {
      data: bytesOf("1"),
      revision: revision!,
      expiresAt: expiresAt + HOUR,
    });
    await store.save(id, bytesOf("2"), { expiresAt: expiresAt + HOUR, revision });
  });

  test("touch never brings back a deleted session", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    await store.save(id, bytesOf("1"), { expiresAt, revision: undefined });
    await store.delete(id);
    assertEquals(await store.touch(id, expiresAt), undefined);
    assertEquals(await store.load(id), undefined);
  });

  test("sessions from 0 bytes to 256 KiB come back as they were", async (fixture, id) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    let revision: string | undefined;
    // Growing and shrinking over every border that a chunked store has.
    for (const length of [1, 262_144, 61_439, 61_440, 61_441, 65_536, 200_000, 0, 10]) {
      const data = randomBytes(length);
      revision = await store.save(id, data, { expiresAt, revision });
      const stored = await store.load(id);
      assertStrictEquals(stored?.revision, revision);
      assert(equalBytes(stored.data, data), `${length} bytes`);
    }
  });

  test("the caller's bytes and the store's are not the same ones", async (fixture, id) => {
    const data = bytesOf("before");
    const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
    const saving = fixture.store.save(id, data, options);
    await saving;
    data.fill(0);
    const loaded = await fixture.store.load(id);
    assertEquals(textOf(loaded?.data), "before");
    loaded!.data.fill(0);
    assertEquals(textOf((await fixture.store.load(id))?.data), "before");
  });

  test("sessions do not touch each other", async (fixture) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    const ids = Array.from({ length: 20 }, createSessionId);
    await Promise.all(
      ids.map((id, i) => store.save(id, bytesOf(String(i)), { expiresAt, revision: undefined })),
    );
    await store.delete(ids[7]!);
    for (const [i, id] of ids.entries()) {
      assertEquals(textOf((await store.load(id))?.data), i === 7 ? undefined : String(i));
    }
  });

  test("saveAll saves what it can and lists what it cannot", async (fixture) => {
    const { store } = fixture;
    const expiresAt = fixture.now() + HOUR;
    const created = createSessionId();
    const updated = createSessionId();
    const stale = createSessionId();
    const gone = createSessionId();
    const options = { expiresAt, revision: undefined };
    const current = await store.save(updated, bytesOf("old"), options);
    const old = await store.save(stale, bytesOf("old"), options);
    await store.save(stale, bytesOf("newer"), { expiresAt, revision: old });
    const dead = await store.save(gone, bytesOf("old"), options);
    await store.delete(gone);

    const data = bytesOf("drained");
    const sessions = new Map<string, SessionSave>([
      [created, { data, ...options }],
      [stale, { data, expiresAt, revision: old }],
      [updated, { data, expiresAt, revision: current }],
      [gone, { data, expiresAt, revision: dead }],
    ]);
    const { saved, failed } = await store.saveAll(sessions);
    assertEquals([...saved.keys()].sort(), [created, updated].sort());
    assertEquals([...failed.keys()].sort(), [stale, gone].sort());
    for (const error of failed.values()) assert(error instanceof SessionConflictError);
    assertEquals((await store.load(created))?.revision, saved.get(created));
    assertEquals((await store.load(updated))?.revision, saved.get(updated));
    assertEquals(textOf((await store.load(stale))?.data), "newer");
    assertEquals(await store.load(gone), undefined);
  });

  test("saveAll takes a thousand sessions, and none at all", async (fixture) => {
    const { store } = fixture;
    assertEquals((await store.saveAll(new Map())).saved.size, 0);
    const expiresAt = fixture.now() + HOUR;
    const data = randomBytes(1000);
    const sessions = new Map<string, SessionSave>();
    for (let i = 0; i < 1000; i++) {
      sessions.set(createSessionId(), { data, expiresAt, revision: undefined });
    }
    const { saved, failed } = await store.saveAll(sessions);
    assertEquals([saved.size, failed.size], [1000, 0]);
    const [last] = [...sessions.keys()].slice(-1);
    assertEquals((await store.load(last!))?.data, data);
  });

  test("watch tells of saves and deletions, and stops when told to", async (fixture, id) => {
    const { store } = fixture;
    if (!store.watch) return assert(!fixture.connect, "a store that nodes share must be watched");
    const other = await fixture.connect?.() ?? store;
    const changes: SessionChange[] = [];
    let wake = () => {};
    const stop = store.watch((change) => {
      changes.push(change);
      wake();
    });
    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) await new Promise<void>((resolve) => wake = resolve);
    }
    // A watcher over a network begins at some point after `watch` returned, and says so by a gap.
    if (fixture.isRemote) await until(() => changes.some(({ type }) => type === "gap"));

    const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
    changes.length = 0;
    const revision = await other.save(id, bytesOf("1"), options);
    await until(() =>
      fixture.tellsOfSaves === false || changes.some((change) =>
        change.type === "gap" ||
        change.type === "saved" && change.id === id && change.revision === revision
      )
    );
    changes.length = 0;
    await other.delete(id);
    await until(() =>
      changes.some((change) =>
        change.type === "gap" || change.type === "deleted" && change.id === id
      )
    );

    stop();
    const count = changes.length;
    await other.save(createSessionId(), bytesOf("2"), options);
    await store.load(id);
    assertEquals(changes.length, count);
    if (other !== store) await other.close();
  });

  test("revisions says which of the sessions exist, and at which revision", async (fixture, id) => {
    const { store } = fixture;
    if (!store.revisions) return assertEquals(store.revisions, undefined);
    const other = createSessionId();
    const expiresAt = fixture.now() + HOUR;
    const one = await store.save(id, bytesOf("1"), { expiresAt, revision: undefined });
    await store.save(other, bytesOf("2"), { expiresAt: expiresAt - 1, revision: undefined });
    fixture.advance(HOUR - 1);
    const ids = [id, other, ...Array.from({ length: 2500 }, createSessionId)];
    assertEquals([...await store.revisions(ids)], [[id, one]]);
    assertEquals((await store.revisions([])).size, 0);
  });

  test("a closed store rejects with the code `closed`, and closes twice", async (fixture, id) => {
    const { store } = fixture;
    await store.close();
    await store.close();
    const options = { expiresAt: fixture.now() + HOUR, revision: undefined };
    for (
      const use of [
        () => store.load(id),
        () => store.save(id, new Uint8Array(), options),
        () => store.touch(id, options.expiresAt),
        () => store.delete(id),
      ]
    ) {
      const error = await assertRejects(use, SessionStoreError);
      assertEquals(error.code, "closed");
    }
  });
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
