/**
 * Makes the golden frames: `deno run -A tests/vectors/make.ts`. They were made once and are pinned:
 * a player in any language checks itself against them. Run it again only for a new version of the
 * protocol; the difference is then the news to tell.
 *
 * @module
 */
import { DOWN, UP } from "./frames.ts";
import { HELLOS } from "./handshakes.ts";
import { INVALID } from "./invalid.ts";
import { makePatches } from "./patches.tsx";

const HERE = new URL("./", import.meta.url);

function write(name: string, vectors: readonly unknown[]): void {
  const text = JSON.stringify(vectors, null, 2) + "\n";
  Deno.writeTextFileSync(new URL(name, HERE), text);
}

write("hello.json", HELLOS);
write("up.json", UP);
write("down.json", DOWN);
write("patches.json", await makePatches());
write("invalid.json", INVALID);
