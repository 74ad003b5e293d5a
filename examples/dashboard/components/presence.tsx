/**
 * Who else is here.
 *
 * @module
 */
import type { Renderable } from "@vango/vango";
import { people, type Person } from "../state/people.ts";

/** Faces shown before the rest becomes a number. */
const FACES = 4;

/** A person's initials on their colour. */
export function Avatar({ person }: { person: Person }): Renderable {
  const initials = person.name.split(" ").map((word) => word[0]).join("");
  return (
    <span class="avatar" style={`--hue:${person.hue}`} title={person.name} aria-hidden="true">
      {initials}
    </span>
  );
}

/** How many people watch, and which. */
export function Presence({ me }: { me: Person }): () => Renderable {
  return () => {
    const others = people.value.filter(({ name }) => name !== me.name);
    const all = [me, ...others];
    return (
      <div class="presence">
        <div class="faces">
          {all.slice(0, FACES).map((person) => <Avatar key={person.name} person={person} />)}
          {all.length > FACES && <span class="avatar more">+{all.length - FACES}</span>}
        </div>
        <output>
          {all.length === 1 ? "Only you watching" : `${all.length} people watching`}
        </output>
      </div>
    );
  };
}
