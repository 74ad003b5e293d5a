import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** Folders of the project; a path that begins with none of them is in `src/`. */
const FOLDERS = /^(?:bench|client|docs|examples|src|tests|tools)\//;

function exists(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, ROOT)).isDirectory === path.endsWith("/");
  } catch {
    return false;
  }
}

Deno.test("every path that docs/architecture.md names is there", async () => {
  const text = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));
  const found = [...text.matchAll(/`([\w-]+(?:\/[\w-]+)*\/(?:[\w-]+\.tsx?)?)`/g)];
  const paths = found.map(([, path]) => FOLDERS.test(path!) ? path! : `src/${path}`);
  assert(paths.length > 60, `only ${paths.length} paths were found`);
  assertEquals(paths.filter((path) => !exists(path)), []);
});
