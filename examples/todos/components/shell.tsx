/**
 * What stands around every view and stays when another one is opened.
 *
 * @module
 */
import {
  ConflictResolver,
  type Ctx,
  type Renderable,
  Script,
  type Session,
  signal,
  SyncStatus,
} from "@vango/vango";
import { sayDay } from "../state/dates.ts";
import { noteZone, zoneOf } from "../state/day.ts";
import { LIMITS } from "../state/shapes.ts";
import { keyOf, Todos, type View } from "../state/todos.ts";
import { Icon, type IconName } from "./icons.tsx";

/** What this example keeps in a session. */
export interface Visit {
  theme: Theme;
}

type Theme = "system" | "light" | "dark";

/** Head, lists, and the view. */
export function Shell(props: { children: Renderable }, ctx: Ctx): () => Renderable {
  const theme = (ctx.session as unknown as Session<Visit>).signal("theme", "system");
  const todos = new Todos(ctx);
  const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
  return () => (
    <div
      class="page"
      data-theme={theme}
      data-here={zoneOf(ctx)}
      on:here={(event) => noteZone(ctx, event.detail)}
    >
      <Script src="/here.js" type="module" />
      <header class="top">
        <a class="brand" href="/">
          <svg viewBox="0 0 28 28" aria-hidden="true">
            <rect width="28" height="28" rx="8" />
            <path d="m8 14.5 4 4 8-9" />
          </svg>
          <b>Todos</b>
        </a>
        <span class="space" />
        <SyncStatus />
        <button
          type="button"
          class="round"
          title={`Colours: ${theme.value}`}
          onclick={() => theme.value = next[theme.value]}
        >
          <Icon name="sun" />
          <span class="hidden">Change the colours, now {theme.value}</span>
        </button>
        <a class="round" href="/leave" title="Sign out" data-reload data-sign-out>
          <Icon name="out" />
          <span class="hidden">Sign out</span>
        </a>
      </header>
      <div class="columns">
        <nav class="lists" aria-label="Lists">
          <ViewLink todos={todos} view="today" name="Today" icon="sun" />
          <ViewLink todos={todos} view="all" name="All" icon="all" />
          <ViewLink todos={todos} view={{ list: "" }} name="Inbox" icon="inbox" />
          {todos.allLists().map(({ key, value }) => (
            <ViewLink
              key={key}
              todos={todos}
              view={{ list: key }}
              name={value.name}
              hue={value.hue}
            />
          ))}
          <AddList />
        </nav>
        <main>
          <ConflictResolver
            class="conflicts"
            label={labelOf}
            format={(value, field) => sayValue(todos, value, field)}
          />
          {props.children}
        </main>
      </div>
    </div>
  );
}

const LABELS: Readonly<Record<string, string>> = {
  title: "Title",
  note: "Note",
  done: "Done",
  due: "Due",
  list: "List",
  name: "Name",
  hue: "Colour",
  order: "Place",
};

function labelOf(field: string): string {
  return LABELS[field] ?? field;
}

/** A field of a conflict, as people know it. */
function sayValue(todos: Todos, value: unknown, field: string): string {
  if (field === "list") return todos.lists.get(String(value))?.name ?? "Inbox";
  if (field === "due") return value === "" ? "No date" : sayDay(String(value), todos.day);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return value === "" || value === undefined ? "–" : String(value);
}

interface ViewLinkProps {
  readonly todos: Todos;
  readonly view: View;
  readonly name: string;
  readonly icon?: IconName;
  readonly hue?: number;
}

/** Where a view is. */
export function pathOf(view: View): string {
  if (view === "today") return "/";
  if (view === "all") return "/all";
  return view.list === "" ? "/inbox" : `/list/${encodeURIComponent(view.list)}`;
}

function ViewLink(props: ViewLinkProps, ctx: Ctx): () => Renderable {
  return () => {
    const { todos, view, name, icon, hue = 0 } = props;
    const path = pathOf(view);
    const left = todos.left(view);
    const isList = typeof view === "object" && view.list !== "";
    return (
      <div class="list-link" style={{ "--hue": String(hue) }}>
        <a href={path} aria-current={ctx.url.pathname === path ? "page" : null}>
          {icon ? <Icon name={icon} /> : <i class="dot" />}
          <span class="name">{name}</span>
          {left > 0 && <span class="count" aria-label={`${left} to do`}>{left}</span>}
        </a>
        {isList && (
          <button
            type="button"
            class="remove"
            title={`Delete the list ${name}`}
            onclick={async () => {
              await todos.removeList(ctx.sync, view.list);
              if (ctx.url.pathname === path) ctx.redirect("/inbox");
            }}
          >
            <Icon name="close" />
            <span class="hidden">Delete the list {name}</span>
          </button>
        )}
      </div>
    );
  };
}

function AddList(_: Record<never, never>, ctx: Ctx): () => Renderable {
  const todos = new Todos(ctx);
  const name = signal("");
  const add = async (id: string) => {
    const text = name.value.trim();
    if (text === "") return;
    name.value = "";
    await todos.addList(keyOf(id), text);
    ctx.redirect(pathOf({ list: keyOf(id) }));
  };
  return () => (
    <form class="add-list" onsubmit={(event) => add(event.id)}>
      <Icon name="plus" />
      <label>
        <span class="hidden">New list</span>
        <input
          name="list"
          placeholder="New list"
          autocomplete="off"
          maxlength={LIMITS.name}
          value={name}
          oninput={(event) => name.value = event.value}
        />
      </label>
    </form>
  );
}
