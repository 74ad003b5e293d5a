import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BundleError, bundleOffline } from "@vango/vango/deno";

/** Bundles an entry with this source, beside a module that it may import. */
async function bundle(source: string, beside = ""): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "bundle_offline_" });
  const imports = {
    "@vango/vango/deno": import.meta.resolve("@vango/vango/deno"),
    "@vango/vango/server-only": import.meta.resolve("@vango/vango/server-only"),
  };
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports }));
    await Deno.writeTextFile(`${folder}/beside.ts`, beside);
    await Deno.writeTextFile(`${folder}/entry.tsx`, source);
    return await bundleOffline(`${folder}/entry.tsx`)();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("bundleOffline makes one classic script, once", async () => {
  const make = bundleOffline(import.meta.resolve("../../browser/offline_entry.tsx"));
  const [first, second] = await Promise.all([make(), make()]);
  assert(first === second);
  assert(!/^\s*(import|export)\b/m.test(first));
  new Function(first);
});

Deno.test("bundleOffline refuses modules that only a server may have, and says who imports them", async () => {
  const refusals: [source: string, beside: string, message: RegExp][] = [
    [`import "./beside.ts";`, `import "@vango/vango/server-only";`, /beside\.ts is for servers/],
    [`import { a } from "./beside.ts"; a;`, `import "node:fs"; export const a = 1;`, /node:fs is/],
    [`import { deno } from "@vango/vango/deno"; deno();`, "", /@vango\/vango\/deno is for servers/],
  ];
  for (const [source, beside, message] of refusals) {
    const error = await assertRejects(() => bundle(source, beside), BundleError);
    assertEquals(error.code, "server-only");
    assert(message.test(error.message), error.message);
    assertStringIncludes(error.message, "entry.tsx");
  }
});

Deno.test("bundleOffline takes types of a module that only a server may have", async () => {
  const source = `import type { DenoOptions } from "@vango/vango/deno";
    globalThis.name = ({ secretFile: "kept" } satisfies DenoOptions).secretFile;`;
  assertStringIncludes(await bundle(source), "kept");
});

Deno.test("bundleOffline says what the bundler says of a module that is not there", async () => {
  const error = await assertRejects(() => bundle(`import "./gone.ts";`), BundleError);
  assertEquals(error.code, "failed");
  assertStringIncludes(error.message, "gone.ts");
});
