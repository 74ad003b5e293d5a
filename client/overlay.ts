/**
 * The error overlay: in development the server sends what a handler or a component threw, and this
 * shows it above the page. A script of its own, so that no user's browser loads it.
 *
 * It stands outside of `<body>`, in a shadow root, and is built node by node: no markup is made of
 * an error's text, and a strict Content-Security-Policy has nothing to object to.
 *
 * @module
 */

/** What an ERROR frame carries in development. */
interface ErrorDetail {
  readonly code?: string;
  /** The error's id in the server's log. */
  readonly id?: string;
  readonly message?: string;
  readonly stack?: string;
  /** Names of the components from the one that threw outwards. */
  readonly components?: readonly string[];
}

const STYLE = `
  :host { all: initial; }
  section {
    position: fixed; inset: auto 0 0 0; margin: 0 auto; box-sizing: border-box;
    width: min(60rem, 100vw); max-height: 70vh; overflow: auto; padding: 1rem 1.25rem;
    border: 0; border-top: 3px solid #e5484d; background: #18181b; color: #ededf0;
    font: 14px/1.5 system-ui, sans-serif; box-shadow: 0 -8px 32px #0006;
  }
  header { display: flex; gap: .75rem; align-items: center; color: #a1a1aa; }
  header span { flex: 1; }
  button {
    font: inherit; color: inherit; background: #27272a; border: 1px solid #3f3f46;
    border-radius: 4px; padding: .1rem .6rem; cursor: pointer;
  }
  button:disabled { opacity: .4; cursor: default; }
  h2 { margin: .5rem 0; font-size: 1.05rem; color: #ff9592; white-space: pre-wrap; overflow-wrap: anywhere; }
  p { margin: .25rem 0; color: #d4d4d8; }
  pre { margin: .5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; color: #8b8b93;
    font: 12px/1.6 ui-monospace, monospace; }
  pre b { color: #ededf0; font-weight: 600; }
`;

/** Errors beyond this many push out the oldest: a broken timer throws for ever. */
const MOST = 50;

const errors: ErrorDetail[] = [];
let shown = 0;
let panel: HTMLElement | undefined;

/** An element with children, which are text where they are strings. */
function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.append(...children);
  return element;
}

function button(label: string, title: string, act: () => void, disabled = false): Node {
  const made = make("button", label);
  made.title = title;
  made.disabled = disabled;
  made.addEventListener("click", act);
  return made;
}

/** Lines of a stack; the positions in the app's own files stand out. */
function stackOf(stack: string): Node {
  const lines = make("pre");
  for (const line of stack.split("\n")) {
    const own = /\bfile:/.test(line) && !/\/(node_modules|vango)\/|\bext:|\bnode:/.test(line);
    lines.append(own ? make("b", line) : line, "\n");
  }
  return lines;
}

function step(by: number): void {
  shown = Math.max(0, Math.min(errors.length - 1, shown + by));
  draw();
}

function close(): void {
  errors.length = shown = 0;
  panel!.hidePopover();
}

function draw(): void {
  const { code, id, message, stack, components } = errors[shown]!;
  panel!.replaceChildren(
    make(
      "header",
      make("span", `${shown + 1} of ${errors.length}`, id ? ` · ${id}` : ""),
      button("‹", "Error before", () => step(-1), shown === 0),
      button("›", "Next error", () => step(1), shown === errors.length - 1),
      button("Close", "Close (Escape)", close),
    ),
    make("h2", message ?? code ?? "error"),
    ...(components ?? []).map((name) => make("p", `in <${name}>`)),
    stackOf(stack ?? ""),
  );
}

function show(detail: ErrorDetail | null): void {
  // In production there is nothing to show but an id: that is the page's business.
  if (!detail?.stack && !detail?.message) return;
  errors.push(detail);
  if (errors.length > MOST) errors.shift();
  if (!panel) {
    const host = make("div");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    panel = make("section");
    panel.popover = "manual";
    panel.role = "alert";
    root.append(panel);
    document.documentElement.append(host);
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && errors.length > 0) close();
    });
  }
  shown = errors.length - 1;
  draw();
  panel.showPopover();
}

document.addEventListener("vango:error", (event) => show((event as CustomEvent).detail));
