/**
 * What visitors do together: a counter and a note that everybody sees change.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Renderable } from "@vango/vango";
import { ago } from "../format.ts";
import { sampler } from "../state/machine.ts";
import type { Person } from "../state/people.ts";
import {
  add,
  type Change,
  count,
  countChange,
  lastEdit,
  note,
  NOTE_LIMIT,
  writeNote,
} from "../state/shared.ts";
import { Icon } from "./icons.tsx";
import { Avatar } from "./presence.tsx";

/** The card with both. */
export function Together({ me }: { me: Person }): () => Renderable {
  return () => (
    <section class="card together" aria-label="Together">
      <h2>Together</h2>
      <div class="counter">
        <button type="button" aria-label="Count down" onclick={() => add(-1, me)}>
          <Icon name="minus" />
        </button>
        <output aria-label="Shared counter">{count}</output>
        <button type="button" aria-label="Count up" onclick={() => add(1, me)}>
          <Icon name="plus" />
        </button>
      </div>
      <Credit change={countChange} verb="Changed" none="Nobody has counted yet" />
      <label class="note">
        <span class="label">Shared note</span>
        <textarea
          name="note"
          rows={5}
          maxlength={NOTE_LIMIT}
          placeholder="Write something: everybody who watches sees it."
          value={note}
          data-debounce="200"
          oninput={(event) => writeNote(event.value, me)}
        />
      </label>
      <Credit change={lastEdit} verb="Edited" none="Nobody has written yet" />
    </section>
  );
}

interface CreditProps {
  readonly change: ReadonlySignal<Change | undefined>;
  readonly verb: string;
  readonly none: string;
}

/** Who did it, and when. */
function Credit({ change, verb, none }: CreditProps): () => Renderable {
  // The reading's time ticks once a second; the text changes far less often.
  const when = computed(() => {
    const now = sampler.reading.value?.at ?? 0;
    return change.value ? ago(now - change.value.at) : "";
  });
  return () => {
    const by = change.value?.by;
    if (!by) return <p class="credit">{none}</p>;
    return (
      <p class="credit">
        <Avatar person={by} /> {verb} by <b>{by.name}</b> <span class="when">{when}</span>
      </p>
    );
  };
}
