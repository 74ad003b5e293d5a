/**
 * What is kept, and what may be: checked where it is written and again on the server.
 *
 * @module
 */
import type { StandardSchema } from "@vango/vango";

/** One thing to do. */
export interface Todo {
  readonly title: string;
  readonly note: string;
  readonly done: boolean;
  /** `2030-12-31`, or `""`. */
  readonly due: string;
  /** The key of its list; `""` for the inbox. */
  readonly list: string;
  /** Its place among the others, ascending. */
  readonly order: number;
}

/** A list that somebody made. The inbox is not stored: it is always there. */
export interface List {
  readonly name: string;
  /** Degrees on the colour circle. */
  readonly hue: number;
  readonly order: number;
}

/** Characters at most. */
export const LIMITS = { title: 200, note: 4000, name: 60 } as const;

export const todoSchema: StandardSchema<Todo> = shape<Todo>({
  title: filled(LIMITS.title),
  note: text(LIMITS.note),
  done: (value) => typeof value === "boolean" ? undefined : "must be true or false",
  due: (value) =>
    typeof value === "string" && /^(\d{4}-\d\d-\d\d)?$/.test(value) ? undefined : "must be a date",
  list: text(200),
  order: finite,
});

export const listSchema: StandardSchema<List> = shape<List>({
  name: filled(LIMITS.name),
  hue: finite,
  order: finite,
});

type Check = (value: unknown) => string | undefined;

function text(most: number): Check {
  return (value) =>
    typeof value === "string" && value.length <= most
      ? undefined
      : `must be text of at most ${most} characters`;
}

function filled(most: number): Check {
  return (value) => value === "" ? "must not be empty" : text(most)(value);
}

function finite(value: unknown): string | undefined {
  return Number.isFinite(value) ? undefined : "must be a number";
}

/** An object with exactly these fields. Any library with Standard Schema does this better. */
function shape<T extends object>(fields: Readonly<Record<keyof T & string, Check>>) {
  const names: string[] = Object.keys(fields);
  const checks: [name: string, check: Check][] = Object.entries(fields);
  return {
    "~standard": {
      version: 1,
      vendor: "todos",
      validate(value: unknown) {
        if (typeof value !== "object" || value === null) {
          return { issues: [{ message: "must be an object" }] };
        }
        const given = value as Readonly<Record<string, unknown>>;
        const issues = checks.flatMap(([name, check]) => {
          const message = check(given[name]);
          return message === undefined ? [] : [{ message, path: [name] }];
        });
        for (const name of Object.keys(given)) {
          if (!names.includes(name)) issues.push({ message: "is not known", path: [name] });
        }
        return issues.length > 0 ? { issues } : { value: value as T };
      },
    },
  } satisfies StandardSchema<T>;
}
