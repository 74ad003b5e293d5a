/**
 * The document's head: entries from anywhere in the page, each kind once, kept up to date.
 *
 * @module
 */
import { attributeValue, isVoid } from "../jsx/attributes.ts";
import { escapeHtml } from "./escape.ts";

/** An element of the head. */
export interface HeadEntry {
  readonly tag: "title" | "meta" | "link" | "script" | "style";
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Text of a title; of a style sheet, which must be a constant of ours: it is not escaped. */
  readonly text: string;
}

const NO_CHANGES: readonly HeadChange[] = [];

/** How a change of an entry travels: `t`, `a`, `x` to set it, none of them to remove it. */
export interface HeadChange {
  readonly k: string;
  readonly t?: string;
  readonly a?: Readonly<Record<string, string>>;
  readonly x?: string;
}

/** The page that a head belongs to. */
export interface HeadHost {
  /** Something has changed: it is to be told soon. */
  invalidate(): void;
}

/**
 * The entries of one page. Of several with one key the newest counts; when it goes, the one before
 * it is back.
 */
export class Head {
  // Made when there is something: many pages have no entry, and few change theirs.
  #entries: Map<string, HeadEntry[]> | undefined = undefined;
  #changed: Set<string> | undefined = undefined;
  #late: Set<HeadEntry> | undefined = undefined;
  readonly #host: HeadHost;

  constructor(host: HeadHost) {
    this.#host = host;
  }

  /** Adds an entry; the functions that are returned replace and remove it. */
  add(entry: HeadEntry): { set(next: HeadEntry): void; remove(): void } {
    let current = entry;
    let key = keyOf(entry);
    this.#push(key, entry);
    return {
      set: (next) => {
        const nextKey = keyOf(next);
        const stack = this.#entries?.get(key);
        const at = stack?.indexOf(current) ?? -1;
        if (nextKey === key && stack && at >= 0) {
          stack[at] = next;
          this.#change(key);
        } else {
          this.#drop(key, current);
          this.#push(nextKey, next);
        }
        current = next;
        key = nextKey;
      },
      remove: () => this.#drop(key, current),
    };
  }

  /** The entries as markup, and the point from which changes count. */
  html(nonce: string): string {
    this.#changed = undefined;
    let html = "";
    for (const [key, stack] of this.#entries ?? []) {
      html += entryHtml(key, stack[stack.length - 1]!, nonce);
    }
    return html;
  }

  /**
   * Style sheets that came after the head was written, each once, for the body of a page that
   * streams: what it shows is to look right before a player is there that keeps the head.
   */
  takeLateStyles(nonce: string): string {
    let html = "";
    for (const key of this.#changed ?? []) {
      const entry = this.#entries?.get(key)?.at(-1);
      if (entry?.tag !== "style" || this.#late?.has(entry)) continue;
      (this.#late ??= new Set()).add(entry);
      html += entryHtml(key, entry, nonce);
    }
    return html;
  }

  /** Takes the changes since the last call. */
  takeChanges(): readonly HeadChange[] {
    const changed = this.#changed;
    if (!changed) return NO_CHANGES;
    this.#changed = undefined;
    return Array.from(changed, (key) => this.#describe(key));
  }

  /** Every entry, as changes: for a player that is sent the page anew. */
  all(): HeadChange[] {
    this.#changed = undefined;
    return Array.from(this.#entries?.keys() ?? [], (key) => this.#describe(key));
  }

  #describe(key: string): HeadChange {
    const stack = this.#entries?.get(key);
    const entry = stack?.[stack.length - 1];
    if (!entry) return { k: key };
    const attributes: Record<string, string> = {};
    for (const [name, value] of Object.entries(entry.attributes)) {
      if (isOurs(name)) continue;
      const text = attributeValue(name, value);
      if (text !== null) attributes[name] = text === true ? "" : text;
    }
    return { k: key, t: entry.tag, a: attributes, x: entry.text };
  }

  #push(key: string, entry: HeadEntry): void {
    const entries = this.#entries ??= new Map();
    const stack = entries.get(key) ?? [];
    // What a hundred components share is told once.
    const isShown = stack.at(-1) === entry;
    stack.push(entry);
    entries.set(key, stack);
    if (!isShown) this.#change(key);
  }

  #drop(key: string, entry: HeadEntry): void {
    const stack = this.#entries?.get(key);
    const at = stack?.indexOf(entry) ?? -1;
    if (!stack || at < 0) return;
    const shown = stack.at(-1);
    stack.splice(at, 1);
    if (stack.length === 0) this.#entries?.delete(key);
    if (stack.at(-1) !== shown) this.#change(key);
  }

  #change(key: string): void {
    (this.#changed ??= new Set()).add(key);
    this.#host.invalidate();
  }
}

/** What makes two entries the same thing. */
function keyOf({ tag, attributes }: HeadEntry): string {
  if (tag === "title") return "title";
  const id = tag === "meta"
    ? attributes.name ?? attributes.property ?? attributes["http-equiv"] ?? "charset"
    : tag === "link"
    ? `${attributes.rel} ${attributes.href}`
    : attributes.src;
  return `${tag} ${attributes.key ?? id}`;
}

/** Whether a property of a head component is no attribute. */
function isOurs(name: string): boolean {
  return name === "key" || name === "children";
}

/** Markup of one entry. */
export function entryHtml(key: string, entry: HeadEntry, nonce: string): string {
  if (entry.tag === "title") return `<title>${escapeHtml(entry.text)}</title>`;
  let html = `<${entry.tag} data-vh="${escapeHtml(key)}"`;
  for (const [name, value] of Object.entries(entry.attributes)) {
    if (isOurs(name)) continue;
    const text = attributeValue(name, value);
    if (text !== null) html += text === true ? ` ${name}` : ` ${name}="${escapeHtml(text)}"`;
  }
  if ((entry.tag === "script" || entry.tag === "style") && nonce) {
    html += ` nonce="${escapeHtml(nonce)}"`;
  }
  if (isVoid(entry.tag)) return html + ">";
  return `${html}>${entry.tag === "style" ? entry.text : ""}</${entry.tag}>`;
}
