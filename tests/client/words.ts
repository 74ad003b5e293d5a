/**
 * Values, templates and names as a server writes them, by hand.
 *
 * @module
 */
import { AttrTag, Op, Tag } from "../../src/protocol/codes.ts";
import type { PatchWriter } from "../../src/protocol/patch_writer.ts";

/** A hole of a template: its kind, its place, and its name if the kind has one. */
export type HoleSpec = readonly [kind: number, place: number, name?: string];

/** What one connection has been told. */
export class Words {
  readonly #names: string[] = [];
  readonly #templates: string[] = [];

  /** An attribute's name: its number, and itself the first time. */
  name(w: PatchWriter, name: string): void {
    const known = this.#names.indexOf(name);
    w.varint(known < 0 ? this.#names.length : known);
    if (known < 0) {
      this.#names.push(name);
      w.string(name);
    }
  }

  /** The tag of a template's instance, and the definition the first time; the holes follow. */
  template(w: PatchWriter, html: string, size: number, holes: readonly HoleSpec[] = []): void {
    const id = html + JSON.stringify(holes);
    const known = this.#templates.indexOf(id);
    w.varint(Tag.TEMPLATE + (known < 0 ? this.#templates.length : known));
    if (known >= 0) return;
    this.#templates.push(id);
    w.string(html);
    w.varint(size);
    w.varint(holes.length);
    for (const [kind, place, name] of holes) {
      w.varint(kind);
      w.varint(place);
      if (name !== undefined) this.name(w, name);
    }
  }
}

/** A text value. */
export function text(w: PatchWriter, value: string): void {
  w.varint(Tag.TEXT);
  w.string(value);
}

/** An attribute's value. */
export function attribute(w: PatchWriter, value: string | true | null): void {
  if (value === null) w.varint(AttrTag.NONE);
  else if (value === true) w.varint(AttrTag.TRUE);
  else {
    w.varint(AttrTag.TEXT);
    w.string(value);
  }
}

/** TEXT at a place. */
export function setText(w: PatchWriter, place: number, value: string): void {
  w.at(Op.TEXT, place);
  w.string(value);
}
