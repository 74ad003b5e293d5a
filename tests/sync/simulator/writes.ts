/** What the simulated people wrote, as the judge remembers it. */
import type { Draft } from "../../../src/sync/draft.ts";
import type { Op } from "../../../src/sync/protocol.ts";

/** One transaction that somebody made. Its values carry its token, so that it can be found. */
export interface Written {
  readonly token: string;
  readonly user: string;
  /** Where its queue is kept. */
  readonly place: string;
  /** Which tab, for comparison only. */
  readonly tab: object;
  readonly mid: string;
  readonly drafts: readonly Draft[];
  /** Tokens that its writer had seen, by record. */
  readonly saw: ReadonlyMap<string, ReadonlySet<string>>;
  /** Tokens that stood on its writer's screen just then, by record. */
  readonly showed: ReadonlyMap<string, readonly string[]>;
  /** The version up to which its writer had everything. */
  readonly seen: number;
  /** It settles a conflict. */
  readonly isDecision: boolean;
  state: "open" | "durable" | "refused";
  /** The device was set back to a time before it. */
  forgotten: boolean;
}

/** Values are objects of fields, each with the token of who wrote it, or lists of tokens. */
export function tokensIn(value: unknown): string[] {
  if (typeof value === "string") return /^t\d+$/.test(value) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(tokensIn);
}

/** The tokens that an op would leave in a row. */
export function tokensOf(op: Op | Draft): string[] {
  if (op.op === "put") return tokensIn(op.value);
  return op.op === "patch" ? tokensIn(op.fields) : [];
}

/** The same writes under another token, so that what is written again can be told apart. */
export function retoken(draft: Draft, token: string): Draft {
  const turn = (value: unknown): unknown => {
    if (typeof value === "string") return /^t\d+$/.test(value) ? token : value;
    if (Array.isArray(value)) return [...new Set(value.map(turn))];
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, turn(item)]));
  };
  if (draft.op === "put") return { ...draft, value: turn(draft.value) };
  if (draft.op === "patch") return { ...draft, fields: turn(draft.fields) as typeof draft.fields };
  return draft;
}
