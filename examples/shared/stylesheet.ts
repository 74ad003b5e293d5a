/**
 * Stylesheets of the examples.
 *
 * @module
 */

const BASE = new URL("base.css", import.meta.url);

/** What all examples begin with, and then what an example adds. @param own Its file. */
export async function readStylesheet(own: URL): Promise<string> {
  return await Deno.readTextFile(BASE) + "\n" + await Deno.readTextFile(own);
}
