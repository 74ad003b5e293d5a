/** @jsxImportSource @vango/vango */
/**
 * Lets a person settle what was changed in two places: both versions side by side, field by field.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import type { Conflict, Resolution } from "../contract/sync.ts";
import { signal } from "../signals/signals.ts";
import {
  type ConflictField,
  conflictFields,
  type ConflictSide,
  mergeConflict,
} from "./conflict_fields.ts";
import {
  CONFLICT_TEXTS,
  type ConflictTexts,
  describeConflict,
  formatTime,
  formatValue,
} from "./conflict_texts.ts";
import { componentStyle, useStyle } from "./style.ts";

/** Props of {@linkcode ConflictResolver}. */
export interface ConflictResolverProps {
  /** Which conflicts. Default: all of this user's. */
  readonly conflicts?: readonly Conflict[];
  /** What a conflict is about. Default: the title, name or key of the record. */
  readonly describe?: (conflict: Conflict) => string;
  /** How a field is called. Default: its name. */
  readonly label?: (field: string, conflict: Conflict) => string;
  /** How a value is written. Default: text as it is, `Yes` and `No`, JSON for the rest. */
  readonly format?: (value: unknown, field: string, conflict: Conflict) => Renderable;
  /** How a time is written. Default: hour and minute of today, else the date, in UTC. */
  readonly time?: (time: Date) => string;
  /** In another language. */
  readonly texts?: Partial<ConflictTexts>;
  /** Told after each decision. */
  readonly onResolved?: (conflict: Conflict, resolution: Resolution<unknown>) => void;
  /** Classes of its element. */
  readonly class?: string;
}

const STYLE = componentStyle(
  "vango-conflicts",
  `.vango-conflicts{
    --accent:var(--vango-accent,light-dark(#2a5fd0,#7aa5ff));
    --line:var(--vango-line,color-mix(in srgb,currentColor 16%,transparent));
    --soft:var(--vango-soft,color-mix(in srgb,currentColor 72%,transparent));
    --radius:var(--vango-radius,.75rem)}
  .vango-conflicts{display:grid;gap:.9rem}
  .vango-conflicts :is(h2,h3,p){margin:0}
  .vango-conflicts-heading{font-size:1.05em;font-weight:650}
  .vango-conflict{display:grid;gap:.8rem;min-width:0;padding:1.1rem;
    border:1px solid var(--line);border-radius:var(--radius);
    background:var(--vango-surface,light-dark(#fff,#17181c))}
  .vango-conflict h3{font-size:1em;font-weight:600;overflow-wrap:anywhere}
  .vango-conflict :is(.vango-conflict-when,.vango-conflict-same,legend,small){
    color:var(--soft);font-size:.87em}
  .vango-conflict fieldset{min-width:0;margin:0;padding:0;border:0}
  .vango-conflict legend{padding:0;margin-block-end:.35em}
  .vango-conflict-sides{display:grid;gap:.5rem;
    grid-template-columns:repeat(auto-fit,minmax(min(13em,100%),1fr))}
  .vango-conflict-side{display:flex;gap:.65em;align-items:baseline;min-width:0;
    padding:.65em .8em;border-radius:calc(var(--radius)*.7);
    box-shadow:inset 0 0 0 1px var(--line)}
  label.vango-conflict-side{cursor:pointer}
  .vango-conflict-side:has(:checked){box-shadow:inset 0 0 0 2px var(--accent);
    background:color-mix(in srgb,var(--accent) 7%,transparent)}
  .vango-conflict-side:focus-within:has(:focus-visible){outline:2px solid var(--accent);
    outline-offset:2px}
  .vango-conflict-side input{margin:0;accent-color:var(--accent)}
  .vango-conflict-side>span{min-width:0;overflow-wrap:anywhere;white-space:pre-wrap}
  .vango-conflict-side small{display:block}
  .vango-conflict-problem{color:var(--vango-danger,light-dark(#b3202c,#ff8a90))}
  .vango-conflict-actions{display:flex;flex-wrap:wrap;gap:.5rem}
  .vango-conflict-actions button{min-height:2.75em;padding:0 1em;font:inherit;color:inherit;
    background:none;cursor:pointer;border:1px solid var(--line);
    border-radius:calc(var(--radius)*.7)}
  .vango-conflict-actions button:hover{background:color-mix(in srgb,currentColor 7%,transparent)}
  .vango-conflict-actions .vango-conflict-merge{border-color:transparent;font-weight:550;
    color:var(--vango-on-accent,light-dark(#fff,#101114));background:var(--accent)}
  .vango-conflict-actions .vango-conflict-merge:hover{filter:brightness(1.08)}
  .vango-conflict-actions button:disabled{opacity:.55;cursor:default}`,
);

/**
 * Every conflict as a card: the fields that differ side by side, to be chosen one by one, and both
 * versions to be kept as a whole. Shows nothing while there is no conflict.
 *
 * It fits light and dark pages and phones, and takes the custom properties of the other components
 * (`--vango-accent`, `--vango-surface`, `--vango-line`, `--vango-soft`, `--vango-radius`). It works
 * by keyboard alone, and tells screen readers when a decision is needed.
 *
 * For a look of your own take the same data: `ctx.sync.conflicts`, {@linkcode conflictFields},
 * {@linkcode mergeConflict} and `ctx.sync.resolveConflict`.
 *
 * @example
 * ```tsx
 * import { ConflictResolver } from "@vango/vango";
 * const labels: Record<string, string> = { due: "Due date" };
 * const page = () => (
 *   <main>
 *     <ConflictResolver label={(field) => labels[field] ?? field} />
 *   </main>
 * );
 * console.assert(typeof page === "function");
 * ```
 */
export function ConflictResolver(props: ConflictResolverProps, ctx: Ctx): () => Renderable {
  useStyle(ctx, STYLE);
  return () => {
    const conflicts = props.conflicts ?? ctx.sync.conflicts;
    const texts = { ...CONFLICT_TEXTS, ...props.texts };
    // The section stays: what appears together with its text is not told to screen readers.
    return (
      <section class={["vango-conflicts", props.class]}>
        <h2 class="vango-conflicts-heading" role="status" hidden={conflicts.length === 0}>
          {conflicts.length > 0 && texts.heading(conflicts.length)}
        </h2>
        {conflicts.map((conflict) => (
          <ConflictCard key={conflict.id} conflict={conflict} options={props} texts={texts} />
        ))}
      </section>
    );
  };
}

interface ConflictCardProps {
  readonly conflict: Conflict;
  readonly options: ConflictResolverProps;
  readonly texts: ConflictTexts;
}

/** One conflict. */
function ConflictCard(props: ConflictCardProps, ctx: Ctx): () => Renderable {
  const choices = signal<Readonly<Record<string, ConflictSide>>>({});
  const busy = signal(false, { durable: false });
  const problem = signal("", { durable: false });

  async function settle(resolution: Resolution<unknown>): Promise<void> {
    const { conflict, options, texts } = props;
    busy.value = true;
    problem.value = "";
    try {
      await ctx.sync.resolveConflict(conflict.id, resolution);
      options.onResolved?.(conflict, resolution);
    } catch (error) {
      // A reason about the value is for the person.
      const isInvalid = (error as { code?: unknown }).code === "invalid";
      problem.value = isInvalid ? (error as Error).message : texts.failed;
    } finally {
      busy.value = false;
    }
  }

  return () => {
    const { conflict, options, texts } = props;
    const { localValue, remoteValue } = conflict;
    const fields = conflictFields(conflict);
    const differing = fields.filter(({ same }) => !same);
    const same = fields.length - differing.length;
    const heading = `vango-conflict-${conflict.id}`;
    return (
      <article class="vango-conflict" aria-labelledby={heading}>
        <h3 id={heading}>{(options.describe ?? describeConflict)(conflict)}</h3>
        <p class="vango-conflict-when">
          {texts.mine}: {timeOf(conflict.localTime, options)} · {texts.theirs}:{" "}
          {timeOf(conflict.remoteTime, options)}
        </p>
        {localValue === undefined && <p>{texts.deletedHere}</p>}
        {remoteValue === undefined && <p>{texts.deletedThere}</p>}
        {differing.map((field) => (
          <fieldset key={field.name}>
            <legend>{labelOf(field, props)}</legend>
            <div class="vango-conflict-sides">
              {(["local", "remote"] as const).map((side) => (
                <Side
                  key={side}
                  side={side}
                  field={field}
                  chosen={choices.value[field.name] ?? field.suggested}
                  onchange={() => choices.value = { ...choices.value, [field.name]: side }}
                  conflict={conflict}
                  options={options}
                  texts={texts}
                />
              ))}
            </div>
          </fieldset>
        ))}
        {same > 0 && <p class="vango-conflict-same">{texts.same(same)}</p>}
        {problem.value !== "" && <p class="vango-conflict-problem" role="alert">{problem.value}</p>}
        <div class="vango-conflict-actions">
          {fields.length > 1 && (
            <button
              type="button"
              class="vango-conflict-merge"
              disabled={busy.value}
              onclick={() => settle({ merge: mergeConflict(conflict, choices.value) })}
            >
              {texts.merge}
            </button>
          )}
          <button
            type="button"
            class="vango-conflict-mine"
            disabled={busy.value}
            onclick={() => settle("local-wins")}
          >
            {texts.keepMine}
          </button>
          <button
            type="button"
            class="vango-conflict-theirs"
            disabled={busy.value}
            onclick={() => settle("remote-wins")}
          >
            {texts.keepTheirs}
          </button>
        </div>
      </article>
    );
  };
}

function timeOf(time: Date, options: ConflictResolverProps): Renderable {
  return <time datetime={time.toISOString()}>{(options.time ?? formatTime)(time)}</time>;
}

function labelOf({ name }: ConflictField, { conflict, options, texts }: ConflictCardProps): string {
  return name === "" ? texts.value : options.label?.(name, conflict) ?? name;
}

interface SideProps extends ConflictCardProps {
  readonly side: ConflictSide;
  readonly field: ConflictField;
  readonly chosen: ConflictSide;
  readonly onchange: () => void;
}

/** One version of one field; a value without fields is chosen by the buttons. */
function Side(props: SideProps): () => Renderable {
  return () => {
    const { side, field, chosen, onchange, conflict, options, texts } = props;
    const text = (
      <span>
        <small>{side === "local" ? texts.mine : texts.theirs}</small>
        {(options.format ?? formatValue)(field[side], field.name, conflict)}
      </span>
    );
    if (field.name === "") return <div class="vango-conflict-side">{text}</div>;
    return (
      <label class="vango-conflict-side">
        <input
          type="radio"
          name={`${conflict.id}/${field.name}`}
          value={side}
          checked={chosen === side}
          onchange={onchange}
        />
        {text}
      </label>
    );
  };
}
