import { assert, assertEquals } from "@std/assert";
import { join, people, personAt } from "../../../examples/dashboard/state/people.ts";
import {
  add,
  count,
  countChange,
  keepShared,
  lastEdit,
  note,
  NOTE_LIMIT,
  writeNote,
} from "../../../examples/dashboard/state/shared.ts";

class FakeStorage {
  readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

Deno.test("add and writeNote say who changed what, and when", () => {
  const before = count.value;
  add(3, personAt(1));
  writeNote("x".repeat(NOTE_LIMIT + 5), personAt(2));
  assertEquals(count.value, before + 3);
  assertEquals(countChange.value?.by, personAt(1));
  assertEquals(lastEdit.value?.by, personAt(2));
  assertEquals(note.value.length, NOTE_LIMIT);
  assert(Date.now() - lastEdit.value!.at < 10_000);
});

Deno.test("keepShared brings back what was there when the server stopped", () => {
  const storage = new FakeStorage();
  const stop = keepShared(storage);
  add(7, personAt(3));
  writeNote("kept", personAt(4));
  const counted = count.value;
  stop();
  add(1, personAt(5));
  writeNote("lost", personAt(5));
  keepShared(storage)();
  assertEquals([count.value, note.value], [counted, "kept"]);
  assertEquals(countChange.value?.by.name, personAt(3).name);
});

Deno.test("keepShared begins afresh with a storage that cannot be read", () => {
  const storage = new FakeStorage();
  storage.setItem("shared", "{");
  const counted = count.value;
  keepShared(storage)();
  assertEquals(count.value, counted);
});

Deno.test("people counts a person once, until the last of their pages is closed", () => {
  const first = join(personAt(10));
  const second = join(personAt(10));
  const other = join(personAt(11));
  assertEquals(people.value.map(({ name }) => name), [personAt(10).name, personAt(11).name]);
  first();
  other();
  assertEquals(people.value.length, 1);
  second();
  second();
  assertEquals(people.value, []);
});
