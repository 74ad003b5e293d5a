/**
 * Signals that a page takes along when another place goes on with it: from the worker that served
 * it without a network, back to the server.
 *
 * What comes from a player is untrusted. So a signal is only read where the code that runs here
 * declares it `portable`, with a schema that accepts the value; everything else keeps what it has.
 *
 * @module
 */
import type { StandardSchema } from "../contract/sync.ts";
import type { OwnedSignal } from "../signals/owner.ts";
import { walkPage } from "../tree/addresses.ts";
import type { Instance } from "../tree/live.ts";

/** Characters of all portable signals of a page, at most: they travel in its handshake. */
export const MAX_PORTABLE = 8 * 1024;

/** Values by the component's address and the signal's name. */
export type PortableValues = Record<string, Record<string, unknown>>;

/** The portable signals of a page. */
export function portableOf(root: unknown): PortableValues {
  const values: PortableValues = {};
  eachPortable(root, (name, { signal }, address) => {
    (values[address] ??= {})[name] = signal.peek();
  });
  return values;
}

/**
 * Sets the portable signals of a page to what its player says that they were.
 *
 * @param text JSON of {@linkcode PortableValues}, from a player: nothing in it is believed.
 */
export function takePortable(root: unknown, text: string): void {
  const given = parse(text);
  if (!given) return;
  eachPortable(root, (name, { signal, options }, address) => {
    const values = given.get(address);
    if (!values || !Object.hasOwn(values, name)) return;
    const accepted = check(options!.portable!, (values as Record<string, unknown>)[name]);
    if (accepted) signal.value = accepted.value;
  });
}

/** What a schema makes of a value; `undefined` where it refuses, throws or has to wait. */
function check(schema: StandardSchema, value: unknown): { readonly value: unknown } | undefined {
  try {
    const result = schema["~standard"].validate(value);
    return "then" in result || result.issues ? undefined : result;
  } catch {
    return undefined;
  }
}

function parse(text: string): Map<string, object> | undefined {
  if (text.length > MAX_PORTABLE) return undefined;
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== "object" || given === null) return undefined;
    return new Map(
      Object.entries(given).filter((entry): entry is [string, object] =>
        typeof entry[1] === "object" && entry[1] !== null
      ),
    );
  } catch {
    return undefined;
  }
}

/** The name is the signal's key, or else its place in the component. */
function eachPortable(
  root: unknown,
  take: (name: string, owned: OwnedSignal, address: string) => void,
): void {
  walkPage(root, {
    component({ signals }: Instance, address) {
      signals?.forEach((owned, i) => {
        if (owned.options?.portable) take(owned.options.key ?? `${i}`, owned, address);
      });
    },
  });
}
