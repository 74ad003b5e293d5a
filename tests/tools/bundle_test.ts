import { assert, assertEquals, assertFalse, assertMatch, assertRejects } from "@std/assert";
import { generate, hashOf, isStale, sizesOf, TARGETS } from "../../tools/bundle.ts";
import { tempTree } from "./temp_tree.ts";

const TARGET = { what: "A script", entry: "client/main.ts", output: "client/client.gen.ts" };

/** Stands in for the bundler, which needs a download on its first run. */
async function plainBundler(root: string, entry: string): Promise<string> {
  return await Deno.readTextFile(`${root}/${entry}`);
}

/** Imports a generated module's text. */
async function load(
  text: string,
): Promise<{ code: string; hash: string; sizes: Record<string, number> }> {
  return await import(
    `data:application/typescript;base64,${new TextEncoder().encode(text).toBase64()}`
  );
}

Deno.test("generate gives a module with the script, its hash and its sizes", async () => {
  const script = 'console.log("`${a}` \\\\ </script> \u2028 é");\n'.repeat(20);
  await using tree = await tempTree({ "client/main.ts": script });
  const module = await load(await generate(tree.root, TARGET, plainBundler));
  assertEquals(module.code, script);
  assertEquals(module.hash, await hashOf(script));
  assertMatch(module.hash, /^[0-9a-f]{10}$/);
  assertEquals(module.sizes, { ...sizesOf(script) });
  assertEquals(module.sizes.raw, new TextEncoder().encode(script).length);
  assert((module.sizes.gzip ?? 0) < (module.sizes.raw ?? 0));
  assert((module.sizes.brotli ?? 0) < (module.sizes.gzip ?? 0));
});

Deno.test("generate says in the module that it is generated and how", async () => {
  await using tree = await tempTree({ "client/main.ts": "1;\n" });
  const text = await generate(tree.root, TARGET, plainBundler);
  assertMatch(text, /^\/\/ Generated from client\/main\.ts by `deno task bundle`/);
});

Deno.test("isStale compares with what the sources give now", async () => {
  await using tree = await tempTree({ "client/main.ts": "1;\n" });
  assert(await isStale(tree.root, TARGET, plainBundler), "a missing module is stale");
  await tree.write(TARGET.output, await generate(tree.root, TARGET, plainBundler));
  assertFalse(await isStale(tree.root, TARGET, plainBundler));
  await tree.write("client/main.ts", "2;\n");
  assert(await isStale(tree.root, TARGET, plainBundler));
});

Deno.test("generate gives the same bytes again", async () => {
  await using tree = await tempTree({ "client/main.ts": "const a = 1;\n" });
  assertEquals(
    await generate(tree.root, TARGET, plainBundler),
    await generate(tree.root, TARGET, plainBundler),
  );
});

Deno.test("generate passes the bundler's complaint on", async () => {
  await using tree = await tempTree({ "deno.json": "{}" });
  await assertRejects(() => generate(tree.root, TARGET), Error, "Cannot bundle client/main.ts");
});

Deno.test("every committed bundle holds what its hash and sizes say", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  for (const { output } of TARGETS) {
    const module = await load(await Deno.readTextFile(root + output));
    assertEquals(module.hash, await hashOf(module.code), output);
    assertEquals(module.sizes, { ...sizesOf(module.code) }, output);
  }
});
