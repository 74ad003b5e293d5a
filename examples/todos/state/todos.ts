/**
 * What a page does to the todos: all of it through `ctx.sync`, so that it works the same on the
 * server, on a device and without a network.
 *
 * @module
 */
import type { Ctx, SyncCollection, SyncRecord, SyncWriteOptions } from "@vango/vango";
import { dayOf } from "./day.ts";
import { type List, listSchema, type Todo, todoSchema } from "./shapes.ts";

/** Which todos a page shows. */
export type View = "today" | "all" | { readonly list: string };

/** A todo with its key. */
export type TodoRecord = SyncRecord<Todo>;

/** The todos of the user who looks. */
export class Todos {
  readonly todos: SyncCollection<Todo>;
  readonly lists: SyncCollection<List>;

  readonly #ctx: Ctx;

  constructor(ctx: Ctx) {
    const { sync } = this.#ctx = ctx;
    // Two people who change the same field of the same todo are asked, however far apart they are.
    this.todos = sync.collection<Todo>("todos", { schema: todoSchema, strategy: "ask" });
    this.lists = sync.collection<List>("lists", { schema: listSchema });
  }

  /** Today, where the user is. */
  get day(): string {
    return dayOf(this.#ctx);
  }

  /** In their order. */
  allLists(): readonly SyncRecord<List>[] {
    return [...this.lists.list()].sort((a, b) => a.value.order - b.value.order);
  }

  /** The view, or the inbox for a list that was removed: its todos are there. */
  existing(view: View): View {
    const isGone = typeof view === "object" && view.list !== "" && !this.lists.has(view.list);
    return isGone ? { list: "" } : view;
  }

  /** What a view shows, in its order. */
  shown(view: View, query = ""): TodoRecord[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const isIn = viewTest(view, this.day);
    return this.todos.list()
      .filter(({ value }) => isIn(value) && matches(value, words))
      .sort((a, b) => a.value.order - b.value.order || (a.key < b.key ? -1 : 1));
  }

  /** How many are left to do. */
  left(view: View): number {
    const isIn = viewTest(view, this.day);
    let count = 0;
    for (const { value } of this.todos.list()) if (!value.done && isIn(value)) count++;
    return count;
  }

  /**
   * A new todo, before all others.
   *
   * @param key The same for the same event: a handler that runs again after a crash adds nothing.
   */
  async add(key: string, fields: Pick<Todo, "title" | "due" | "list">): Promise<void> {
    const first = this.shown("all")[0]?.value.order ?? 0;
    await this.todos.put(key, { ...fields, note: "", done: false, order: first - 1 });
  }

  async set(key: string, fields: Partial<Todo>, options?: SyncWriteOptions): Promise<void> {
    if (this.todos.has(key)) await this.todos.patch(key, fields, options);
  }

  /** Removes a todo; what it was, for whoever regrets it. */
  async remove(key: string): Promise<Todo | undefined> {
    const todo = this.todos.get(key);
    await this.todos.delete(key);
    return todo;
  }

  /** Puts a todo where another one is, among those of a view. */
  async moveTo(key: string, target: string, view: View): Promise<void> {
    const others = this.shown(view).filter((other) => !other.value.done);
    const from = others.findIndex((other) => other.key === key);
    const to = others.findIndex((other) => other.key === target);
    if (from < 0 || to < 0 || from === to) return;
    const [before, after] = from < to ? [to, to + 1] : [to - 1, to];
    const low = others[before]?.value.order;
    const high = others[after]?.value.order;
    const order = low === undefined
      ? high! - 1
      : high === undefined
      ? low + 1
      : low + (high - low) / 2;
    await this.set(key, { order });
  }

  /** Moves a todo by one place. */
  async moveBy(key: string, by: 1 | -1, view: View): Promise<void> {
    const others = this.shown(view).filter((other) => !other.value.done);
    const at = others.findIndex((other) => other.key === key);
    const target = others[at + by];
    if (at >= 0 && target) await this.moveTo(key, target.key, view);
  }

  async addList(key: string, name: string): Promise<void> {
    const lists = this.allLists();
    const order = (lists.at(-1)?.value.order ?? 0) + 1;
    await this.lists.put(key, { name, hue: (lists.length * 67 + 210) % 360, order });
  }

  /** Removes a list; its todos go to the inbox. */
  async removeList(sync: Ctx["sync"], list: string): Promise<void> {
    await inPortions(sync, this.shown({ list }), (key) => this.todos.patch(key, { list: "" }));
    await this.lists.delete(list);
  }

  /** Removes what is done in a view. */
  async clearDone(sync: Ctx["sync"], view: View): Promise<void> {
    const done = this.shown(view).filter(({ value }) => value.done);
    await inPortions(sync, done, (key) => this.todos.delete(key));
  }
}

/** Each portion is one transaction: all of it or nothing. */
async function inPortions(
  sync: Ctx["sync"],
  records: readonly TodoRecord[],
  write: (key: string) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < records.length; start += 200) {
    await sync.transaction(() => {
      for (const { key } of records.slice(start, start + 200)) void write(key);
    });
  }
}

function viewTest(view: View, day: string): (todo: Todo) => boolean {
  if (view === "all") return () => true;
  if (view === "today") return ({ due }) => due !== "" && due <= day;
  return ({ list }) => list === view.list;
}

function matches({ title, note }: Todo, words: readonly string[]): boolean {
  const text = `${title} ${note}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** A key from an event's id: the same for the same event. */
export function keyOf(eventId: string): string {
  return eventId.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 100);
}
