/**
 * What a page shows, as text that two pages can be compared by: adjacent texts joined, attributes
 * in order, controls by what they hold instead of by the attributes that they began with.
 *
 * @module
 */
import { chosen, isOn, textValue } from "../../src/player/controls.ts";
import type { PlayerElement, PlayerNode } from "../../src/player/dom.ts";

const MARK = /^(?:|\?|\/?v(?:\d+|!))$/;

/** @param marks Whether marks (the attribute `v`, comments) count too. */
export function canonical(node: PlayerElement, marks = false): string {
  let out = "";
  let text = "";
  const flush = (): void => {
    if (text) out += JSON.stringify(text) + "\n";
    text = "";
  };
  for (const child of node) {
    if (child.type === "text") text += child.data;
    else if (child.type === "comment") {
      if (!marks && MARK.test(child.data)) continue;
      flush();
      out += `<!--${child.data}-->\n`;
    } else {
      flush();
      out += elementText(child, marks);
    }
  }
  flush();
  return out;
}

function elementText(element: PlayerElement, marks: boolean): string {
  const { tag } = element;
  const control = tag === "input" || tag === "textarea";
  const lines: string[] = [];
  for (const [name, value] of element.attributes) {
    if (name === "v" && !marks) continue;
    if (control && (name === "value" || name === "checked")) continue;
    if (tag === "option" && name === "selected") continue;
    lines.push(`${name}=${JSON.stringify(value)}`);
  }
  if (control) {
    lines.push(`@value=${JSON.stringify(textValue(element))}`);
    lines.push(`@checked=${isOn(element, "checked")}`);
  }
  if (tag === "select") lines.push(`@chosen=${JSON.stringify(chosen(element))}`);
  const space = element.namespace.slice(-8);
  const inner = tag === "textarea" ? "" : canonical(element, marks);
  return `<${tag} ${space} ${lines.sort().join(" ")}>\n` +
    inner.split("\n").filter(Boolean).map((line) => "  " + line + "\n").join("") + "</>\n";
}

/** The nodes with the attribute `data-p`, by its value; those with the same value are left out. */
export function byPath(root: PlayerElement): Map<string, PlayerNode> {
  const found = new Map<string, PlayerNode>();
  const twice = new Set<string>();
  for (const element of root.descendants()) {
    const path = element.get("data-p");
    if (path === undefined) continue;
    if (found.has(path)) twice.add(path);
    found.set(path, element);
  }
  for (const path of twice) found.delete(path);
  return found;
}
