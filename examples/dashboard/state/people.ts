/**
 * Who is watching. Everybody gets a made-up name that stays with the browser's session.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Session, signal } from "@vango/vango";

/** What this example keeps in a session. */
export interface Visit {
  /** Index of a name. */
  visitor: number;
  theme: Theme;
}

/** `system` follows the visitor's own setting. */
export type Theme = "system" | "light" | "dark";

/** Somebody who watches. */
export interface Person {
  readonly name: string;
  /** Degrees on the colour circle. */
  readonly hue: number;
}

const MANNERS = "Amber Brave Calm Clever Gentle Keen Lucky Merry Nimble Quiet Swift Witty".split(
  " ",
);
const ANIMALS = "Badger Crane Dolphin Falcon Finch Heron Lynx Marten Otter Puffin Raven Seal Stoat"
  .split(
    " ",
  );

/** Open pages, and who looks at each. */
const pages = signal<ReadonlyMap<symbol, Person>>(new Map());

/** Everybody who watches, once each however many pages they have open. */
export const people: ReadonlySignal<readonly Person[]> = computed(() => {
  const byName = new Map([...pages.value.values()].map((person) => [person.name, person]));
  return [...byName.values()];
});

/** The person of a session: drawn by lot at the first visit. */
export function personOf(session: Session): Person {
  const visit = session as unknown as Session<Visit>;
  let index = visit.get("visitor");
  if (index === undefined) {
    index = Math.floor(Math.random() * MANNERS.length * ANIMALS.length);
    visit.set("visitor", index);
  }
  return personAt(index);
}

/** The person with a number. */
export function personAt(index: number): Person {
  const manner = MANNERS[index % MANNERS.length]!;
  const animal = ANIMALS[Math.floor(index / MANNERS.length) % ANIMALS.length]!;
  return { name: `${manner} ${animal}`, hue: (index * 47) % 360 };
}

/**
 * Counts a page of this person as open.
 *
 * @returns Ends that.
 */
export function join(person: Person): () => void {
  const page = Symbol(person.name);
  pages.value = new Map(pages.value).set(page, person);
  return () => {
    const rest = new Map(pages.value);
    rest.delete(page);
    pages.value = rest;
  };
}
