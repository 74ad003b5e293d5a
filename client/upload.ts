/**
 * Forms with files: their content goes by HTTP, beside the socket; their event keeps its place
 * among the others and waits on the server for it.
 *
 * @module
 */
import { acknowledged } from "./outbox.ts";
import { meta } from "./page.ts";

/** Sends a form until the server has it, has refused it, or has done without. */
export async function upload(id: string, event: number, body: FormData): Promise<void> {
  while (acknowledged < event) {
    const headers = { "vango-page": meta!.content, "vango-upload": id };
    const { status } = await fetch("/_vango/form", { method: "POST", body, headers })
      .catch(() => ({ status: 599 }));
    if (status < 500) return;
    await new Promise((done) => setTimeout(done, 1000));
  }
}
