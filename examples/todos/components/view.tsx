/**
 * The main part of the page: the todos of one view, and a line to add more.
 *
 * @module
 */
import { type Ctx, type Renderable, signal, Title } from "@vango/vango";
import { flag, line } from "../state/portable.ts";
import { LIMITS, type Todo } from "../state/shapes.ts";
import { keyOf, Todos, type View } from "../state/todos.ts";
import { Icon } from "./icons.tsx";
import { TodoRow } from "./todo_row.tsx";

/** Days and lists; new todos get what the view shows. */
export function TodoView(props: { readonly view: View }, ctx: Ctx): () => Renderable {
  const todos = new Todos(ctx);
  const query = signal("", { key: "query", portable: line });
  const dragged = signal("", { durable: false });
  const removed = signal<{ id: string; todo: Todo } | undefined>(undefined);
  const showsDone = signal(false, { key: "shows-done", portable: flag });
  const onRemoved = (id: string, todo: Todo) => removed.value = { id, todo };

  async function undo(): Promise<void> {
    const last = removed.value;
    removed.value = undefined;
    if (last) await todos.todos.put(last.id, last.todo);
  }

  return () => {
    const view = todos.existing(props.view);
    const all = todos.shown(view, query.value);
    const open = all.filter(({ value }) => !value.done);
    const done = all.filter(({ value }) => value.done);
    const name = nameOf(view, todos);
    const row = ({ key }: { key: string }) => (
      <TodoRow key={key} id={key} view={view} dragged={dragged} onRemoved={onRemoved} />
    );
    return (
      <section class="view" aria-labelledby="view-name">
        <Title>{open.length > 0 ? `${name} (${open.length})` : name}</Title>
        <div class="view-head">
          <h1 id="view-name">{name}</h1>
          <label class="search">
            <Icon name="search" />
            <span class="hidden">Search</span>
            <input
              type="search"
              placeholder="Search"
              value={query}
              data-debounce="120"
              oninput={(event) => query.value = event.value}
            />
          </label>
        </div>
        <AddTodo view={view} />
        {open.length > 0
          ? <ul class="todos" aria-label="To do">{open.map(row)}</ul>
          : <Nothing searched={query.value !== ""} view={view} />}
        {done.length > 0 && (
          <div class="done">
            <div class="done-head">
              <button
                type="button"
                class="quiet"
                aria-expanded={showsDone.value ? "true" : "false"}
                onclick={() => showsDone.value = !showsDone.value}
              >
                {showsDone.value ? "Hide" : "Show"} {done.length} done
              </button>
              {showsDone.value && (
                <button
                  type="button"
                  class="quiet"
                  onclick={() => todos.clearDone(ctx.sync, view)}
                >
                  Clear
                </button>
              )}
            </div>
            {showsDone.value && <ul class="todos" aria-label="Done">{done.map(row)}</ul>}
          </div>
        )}
        {removed.value && (
          <div class="toast" role="status">
            <span>Deleted “{removed.value.todo.title}”</span>
            <button type="button" onclick={undo}>Undo</button>
            <button type="button" class="plain" onclick={() => removed.value = undefined}>
              <Icon name="close" />
              <span class="hidden">Dismiss</span>
            </button>
          </div>
        )}
      </section>
    );
  };
}

function nameOf(view: View, todos: Todos): string {
  if (view === "today") return "Today";
  if (view === "all") return "All todos";
  return todos.lists.get(view.list)?.name ?? "Inbox";
}

function Nothing({ searched, view }: { searched: boolean; view: View }): Renderable {
  return (
    <div class="nothing">
      <Icon name={searched ? "search" : "check"} />
      <p>{searched ? "Nothing matches." : view === "today" ? "Nothing due today." : "All done."}</p>
    </div>
  );
}

/** One line: type and press Enter. */
function AddTodo(props: { readonly view: View }, ctx: Ctx): () => Renderable {
  const todos = new Todos(ctx);
  const title = signal("");
  /** What was chosen; until then what the view is about. */
  const chosen = signal<string | undefined>(undefined);
  const due = () => chosen.value ?? (props.view === "today" ? todos.day : "");
  const add = async (id: string) => {
    const text = title.value.trim();
    if (text === "") return;
    title.value = "";
    const { view } = props;
    const list = typeof view === "string" ? "" : view.list;
    await todos.add(keyOf(id), { title: text, due: due(), list });
  };
  return () => (
    <form class="add" onsubmit={(event) => add(event.id)}>
      <Icon name="plus" />
      <label class="grow">
        <span class="hidden">New todo</span>
        <input
          name="title"
          placeholder="Add a todo"
          autocomplete="off"
          enterkeyhint="done"
          maxlength={LIMITS.title}
          value={title}
          oninput={(event) => title.value = event.value}
        />
      </label>
      <label class="when">
        <span class="hidden">Due</span>
        <input
          type="date"
          name="due"
          value={due()}
          onchange={(event) => chosen.value = event.value}
        />
      </label>
      <button type="submit" class="primary">Add</button>
    </form>
  );
}
