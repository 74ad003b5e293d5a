/** `docs/security.md` names tests for each threat, and they are there. */
import { assert, assertEquals } from "@std/assert";

const DOCUMENT = new URL("../../docs/security.md", import.meta.url);

Deno.test("every threat of the list is shown by tests that are there", async () => {
  const rows = [...(await Deno.readTextFile(DOCUMENT)).matchAll(/^\| (\d+) +\|.*$/gm)];
  const numbers = rows.map(([, number]) => Number(number));
  assertEquals(numbers, Array.from({ length: 39 }, (_, i) => i + 1));
  for (const [row, number] of rows) {
    const links = [...row.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
    assert(links.length > 0, `no test is named for threat ${number}`);
    for (const [, text, path] of links) {
      const name = text!.replaceAll("\\", "");
      const source = await Deno.readTextFile(new URL(path!, DOCUMENT));
      const tests = [...source.matchAll(/Deno\.test\(\s*"([^"]+)"/g)].map(([, name]) => name);
      assert(tests.includes(name), `threat ${number}: ${path} has no test "${name}"`);
    }
  }
});
