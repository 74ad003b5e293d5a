/**
 * Errors of components.
 *
 * @module
 */
import type { Owner } from "../signals/owner.ts";
import type { Instance } from "./live.ts";

/** An error that a component threw, with the components it passed on its way. */
export class ComponentError extends Error {
  override name = "ComponentError";
  readonly code = "component";
  /** Names of the components from the one that threw outwards. */
  readonly stackOfComponents: readonly string[];

  constructor(cause: unknown, components: readonly string[]) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(`cannot render <${components[0] ?? "page"}>: ${what}`, { cause });
    this.stackOfComponents = components;
  }
}

/** Adds the names of the components around an error, once. */
export function wrapError(error: unknown, owner: Owner | undefined): ComponentError {
  if (error instanceof ComponentError) return error;
  const names: string[] = [];
  for (let at = owner as Instance | undefined; at; at = at.parent) names.push(nameOf(at));
  return new ComponentError(error, names);
}

/** What a component is called in messages. */
export function nameOf(instance: Instance): string {
  return instance.type.name || "(anonymous)";
}
