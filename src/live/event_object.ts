/**
 * From an event's payload to the object that a handler receives. What a browser sends is checked
 * here once, so that a handler can trust the types (not the truth) of what it reads.
 *
 * @module
 */
import type { FileInfo } from "../contract/events.ts";
import { eventCode } from "../internal/event_types.ts";
import { Handler } from "../jsx/node.ts";

/** What an event object needs of its live session. */
export interface EventSource {
  readonly id: string;
  /** A signal that ends with the live session. */
  readonly abortSignal: AbortSignal;
}

/** Fields more than this in a submitted form are left out. */
const MAX_FORM_FIELDS = 1_000;

/** A handler's argument. Getters decode on demand: most handlers read nothing. */
export class EventObject {
  readonly type: string;
  readonly #source: EventSource;
  readonly #seq: number;
  readonly #payload: unknown;
  readonly #form: FormData | undefined;
  #controller: AbortController | undefined;

  /** @param form The whole form, when it has files and came by HTTP. */
  constructor(source: EventSource, seq: number, type: string, payload: unknown, form?: FormData) {
    this.#source = source;
    this.#seq = seq;
    this.type = type;
    this.#payload = payload;
    this.#form = form;
  }

  get id(): string {
    return this.#source.id + "." + this.#seq;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return AbortSignal.any([this.#controller.signal, this.#source.abortSignal]);
  }

  /** The deadline passed. */
  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  /** The payload without declared fields around it. */
  get #main(): unknown {
    const payload = this.#payload;
    return isRecord(payload) ? payload.p : payload;
  }

  get fields(): Readonly<Record<string, unknown>> {
    const fields = isRecord(this.#payload) ? this.#payload.f : undefined;
    return isRecord(fields) ? fields : {};
  }

  get value(): string {
    const main = this.#main;
    if (Array.isArray(main)) return typeof main[0] === "string" ? main[0] : "";
    return typeof main === "string" ? main : "";
  }

  get checked(): boolean {
    return this.#main === true;
  }

  get values(): readonly string[] {
    const main = this.#main;
    if (Array.isArray(main)) return main.filter((item) => typeof item === "string");
    return typeof main === "string" ? [main] : [];
  }

  get files(): readonly FileInfo[] {
    const main = this.#main;
    if (!Array.isArray(main)) return [];
    return main.filter(Array.isArray).map(([name, size, type]) => ({
      name: textOf(name),
      size: numberOf(size),
      type: textOf(type),
    }));
  }

  get data(): FormData {
    if (this.#form) return this.#form;
    const form = new FormData();
    const main = this.#main;
    if (!Array.isArray(main)) return form;
    for (const entry of main.slice(0, MAX_FORM_FIELDS)) {
      if (Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "string") {
        form.append(entry[0], entry[1]);
      }
    }
    return form;
  }

  get key(): string {
    return textOf(this.#at(0));
  }

  get ctrlKey(): boolean {
    return this.#modifier("c");
  }

  get shiftKey(): boolean {
    return this.#modifier("s");
  }

  get altKey(): boolean {
    return this.#modifier("a");
  }

  get metaKey(): boolean {
    return this.#modifier("m");
  }

  get repeat(): boolean {
    return this.#modifier("r");
  }

  get x(): number {
    return numberOf(this.#at(0));
  }

  get y(): number {
    return numberOf(this.#at(1));
  }

  get button(): number {
    return numberOf(this.#at(2));
  }

  get deltaX(): number {
    return numberOf(this.#at(0));
  }

  get deltaY(): number {
    return numberOf(this.#at(1));
  }

  get left(): number {
    return numberOf(this.#at(0));
  }

  get top(): number {
    return numberOf(this.#at(1));
  }

  get open(): boolean {
    return this.#main === true;
  }

  get detail(): unknown {
    return this.#main;
  }

  #at(index: number): unknown {
    const main = this.#main;
    return Array.isArray(main) ? main[index] : undefined;
  }

  #modifier(letter: string): boolean {
    return textOf(this.#at(1)).includes(letter);
  }
}

/**
 * What an event object is made of: the payload of a custom event is its `detail`, which may look
 * like one with declared fields around it.
 */
export function payloadOf(type: string, payload: unknown, handler: unknown): unknown {
  const declares = handler instanceof Handler && handler.fields.length > 0;
  return declares || !isRecord(payload) || eventCode(type) > 0 ? payload : { p: payload };
}

/** The id of the form that belongs to a payload and comes by HTTP, if one does. */
export function uploadOf(payload: unknown): string | undefined {
  const id = isRecord(payload) ? payload.u : undefined;
  return typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
