/**
 * Forms with files: their content goes by HTTP, beside the connection; their event keeps its place
 * among the others and waits on the server for it.
 *
 * @module
 */
import type { PlayerClock } from "./clock.ts";
import type { PlayerElement } from "./dom.ts";
import { formEntries, type HeardEvent } from "./events.ts";

/**
 * Posts a form to `/_vango/form`.
 *
 * @param id What the event calls it: the header `vango-upload`.
 * @param token The page token: the header `vango-page`.
 * @returns The status of the answer.
 */
export type PostForm = (id: string, token: string, form: FormData) => Promise<number>;

/** Milliseconds before a form is sent again. */
const AGAIN = 1_000;

/** The form as it is posted; `undefined` when no file with content was chosen in it. */
export function filesIn(form: PlayerElement, submitter?: PlayerElement): FormData | undefined {
  const entries = formEntries(form, submitter);
  if (!entries.some(([, value]) => value instanceof File)) return undefined;
  const data = new FormData();
  for (const [name, value] of entries) {
    if (typeof value === "string") data.append(name, value);
    else data.append(name, value instanceof File ? value : new File([], value.name, value));
  }
  return data;
}

/** What the event of such a form says. */
export function withUpload({ payload }: HeardEvent, id: string): unknown {
  return Array.isArray(payload) ? { p: payload, u: id } : { ...payload as object, u: id };
}

/** Sends a form until the server has it, has refused it, or has done without. */
export async function upload(
  post: () => Promise<number>,
  isOver: () => boolean,
  clock: PlayerClock,
): Promise<void> {
  while (!isOver()) {
    const status = await post().catch(() => 599);
    if (status < 500) return;
    await new Promise<void>((resolve) => clock.start(resolve, AGAIN));
  }
}
