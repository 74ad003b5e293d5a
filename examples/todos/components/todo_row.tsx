/**
 * One todo: a line, and when it is opened a form.
 *
 * @module
 */
import { type Ctx, type Renderable, type Signal, signal } from "@vango/vango";
import { sayDay } from "../state/dates.ts";
import { dayOf } from "../state/day.ts";
import { flag } from "../state/portable.ts";
import { LIMITS, type Todo } from "../state/shapes.ts";
import { Todos, type View } from "../state/todos.ts";
import { Icon } from "./icons.tsx";

/** What a row needs of the page around it. */
export interface TodoRowProps {
  readonly id: string;
  readonly view: View;
  /** The key of the row that is being dragged. */
  readonly dragged: Signal<string>;
  /** Told what was removed. */
  readonly onRemoved: (id: string, todo: Todo) => void;
}

/** A line with a checkbox; a click on its text opens it. */
export function TodoRow(props: TodoRowProps, ctx: Ctx): () => Renderable {
  const todos = new Todos(ctx);
  const open = signal(false, { key: "open", portable: flag });
  return () => {
    const { id, view, dragged } = props;
    const todo = todos.todos.get(id);
    if (!todo) return null;
    return (
      <li
        class={["todo", todo.done && "is-done", open.value && "is-open"]}
        draggable={todo.done || open.value ? "false" : "true"}
        data-prevent-default="dragover drop"
        data-throttle="1000"
        ondragstart={() => dragged.value = id}
        ondragover={() => {}}
        ondrop={async () => {
          await todos.moveTo(dragged.value, id, view);
          dragged.value = "";
        }}
      >
        <div class="line">
          <span class="grip" aria-hidden="true">
            <Icon name="grip" />
          </span>
          <label class="tick">
            <input
              type="checkbox"
              checked={todo.done}
              onchange={(event) => todos.set(id, { done: event.checked })}
            />
            <Icon name="check" />
            <span class="hidden">Done: {todo.title}</span>
          </label>
          <button
            type="button"
            class="text"
            aria-expanded={open.value ? "true" : "false"}
            onclick={() => open.value = !open.value}
          >
            <span class="title">{todo.title}</span>
            <Facts todo={todo} view={view} />
          </button>
          <Pending status={todos.todos.statusOf(id)} />
        </div>
        {open.value && (
          <Editor
            id={id}
            view={view}
            onClosed={() => open.value = false}
            {...pick(props)}
          />
        )}
      </li>
    );
  };
}

function pick({ onRemoved }: TodoRowProps): Pick<TodoRowProps, "onRemoved"> {
  return { onRemoved };
}

function Facts({ todo, view }: { todo: Todo; view: View }, ctx: Ctx): Renderable {
  const day = dayOf(ctx);
  const list = typeof view === "string" ? new Todos(ctx).lists.get(todo.list) : undefined;
  if (todo.due === "" && todo.note === "" && !list) return null;
  return (
    <span class="facts">
      {todo.due !== "" && (
        <span
          class={["due", !todo.done && todo.due < day && "is-late", todo.due === day && "is-now"]}
        >
          <Icon name="calendar" /> {sayDay(todo.due, day)}
        </span>
      )}
      {todo.note !== "" && (
        <span class="has-note" title="Has a note">
          <Icon name="note" />
        </span>
      )}
      {list && (
        <span class="of-list" style={{ "--hue": String(list.hue) }}>
          <i class="dot" /> {list.name}
        </span>
      )}
    </span>
  );
}

function Pending({ status }: { status: string }): Renderable {
  if (status === "synced") return null;
  const text = status === "pending"
    ? "Not sent yet"
    : status === "conflict"
    ? "Changed twice: please choose"
    : "Refused by the server";
  return <span class={["state", `is-${status}`]} title={text} role="img" aria-label={text} />;
}

interface EditorProps extends Pick<TodoRowProps, "id" | "view" | "onRemoved"> {
  readonly onClosed: () => void;
}

/** Everything about one todo. */
function Editor(props: EditorProps, ctx: Ctx): () => Renderable {
  const todos = new Todos(ctx);
  const { id } = props;
  const before = todos.todos.get(id)!;
  // What was changed elsewhere since the form was opened is not overwritten unseen.
  const base = todos.todos.version(id);
  const problem = signal("");
  const save = async (data: FormData) => {
    const read = (name: string) => String(data.get(name) ?? "");
    const given = {
      title: read("title").trim(),
      note: read("note"),
      due: read("due"),
      list: read("list"),
    };
    const changed = Object.entries(given).filter(([name, value]) =>
      before[name as keyof typeof given] !== value
    );
    if (given.title === "") {
      problem.value = "A todo needs a title.";
      return;
    }
    if (changed.length > 0) await todos.set(id, Object.fromEntries(changed), { base });
    props.onClosed();
  };
  const remove = async () => {
    const removed = await todos.remove(id);
    if (removed) props.onRemoved(id, removed);
  };
  return () => (
    <form class="editor" onsubmit={(event) => save(event.data)}>
      <label class="field wide">
        <span>Title</span>
        <input name="title" value={before.title} maxlength={LIMITS.title} autocomplete="off" />
      </label>
      {problem.value !== "" && <p class="problem wide" role="alert">{problem.value}</p>}
      <label class="field">
        <span>Due</span>
        <input type="date" name="due" value={before.due} />
      </label>
      <label class="field">
        <span>List</span>
        <select name="list" value={before.list}>
          <option value="">Inbox</option>
          {todos.allLists().map(({ key, value }) => (
            <option key={key} value={key}>{value.name}</option>
          ))}
        </select>
      </label>
      <label class="field wide">
        <span>Note</span>
        <textarea name="note" rows={3} maxlength={LIMITS.note} value={before.note} />
      </label>
      <div class="actions wide">
        <button type="button" class="quiet" onclick={() => todos.moveBy(id, -1, props.view)}>
          <Icon name="up" /> <span class="hidden">Move</span> Up
        </button>
        <button type="button" class="quiet" onclick={() => todos.moveBy(id, 1, props.view)}>
          <Icon name="down" /> <span class="hidden">Move</span> Down
        </button>
        <button type="button" class="quiet danger" onclick={remove}>
          <Icon name="bin" /> Delete
        </button>
        <span class="space" />
        <button type="button" class="quiet" onclick={props.onClosed}>Cancel</button>
        <button type="submit" class="primary">Save</button>
      </div>
    </form>
  );
}
