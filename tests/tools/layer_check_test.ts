import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkTree, type Violation } from "../../tools/layer_check.ts";
import { tempTree } from "./temp_tree.ts";

const CONFIG = JSON.stringify({
  name: "@vango/vango",
  version: "0.0.0",
  exports: { ".": "./mod.ts", "./jsx-runtime": "./src/jsx/jsx_runtime.ts" },
  compilerOptions: { jsx: "precompile", jsxImportSource: "@vango/vango" },
});

/** A tree that breaks no rule. */
const SOUND = {
  "deno.json": CONFIG,
  "mod.ts": `export * from "./src/tree/diff.ts";\n`,
  "src/internal/ids.ts": `export const id = 1;\n`,
  "src/contract/session.ts": `export interface Session { id: string }\n`,
  "src/jsx/jsx_runtime.ts": `export const jsx = 1;\n`,
  "src/tree/diff.ts": `import { id } from "../internal/ids.ts";\nexport const diff: number = id;\n`,
};

async function violationsOf(files: Record<string, string>): Promise<Violation[]> {
  await using tree = await tempTree({ ...SOUND, ...files });
  return await checkTree(tree.root);
}

/** Asserts that the sound tree with these files breaks one rule, once. */
async function assertBreaks(
  rule: Violation["rule"],
  file: string,
  words: string,
  files: Record<string, string>,
): Promise<void> {
  const violations = await violationsOf(files);
  assertEquals(violations.map((v) => [v.rule, v.file]), [[rule, file]], JSON.stringify(violations));
  assertStringIncludes(violations[0]?.message ?? "", words);
}

Deno.test("the project's own tree keeps its architecture", async () => {
  const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
  assertEquals(await checkTree(root), []);
});

Deno.test("checkTree finds nothing wrong with a sound tree", async () => {
  assertEquals(
    await violationsOf({
      // Same layer, but types that everyone shares.
      "src/jsx/element.ts": `import type { Session } from "../contract/session.ts";
export type Element = { of: Session };\n`,
      // Names in comments and strings are no uses; neither is another object's property.
      "src/live/mailbox.ts": `/* Deno.serve */ // Deno.env
export const say = (x: { Deno: string }) => "Deno.serve: " + x.Deno;\n`,
      "src/adapters/deno/serve.ts": `import * as fs from "node:fs";
import { diff } from "../../tree/diff.ts";\nexport const files = [fs, Deno.env, diff];\n`,
      "src/ui/badge.tsx": `export const badge = <b>new</b>;\n`,
      "client/main.ts": `import { id } from "../src/internal/ids.ts";\nconsole.log(id);\n`,
      "client/client.gen.ts": `export const code = "";\n` + "\n".repeat(700),
      "src/server/assets.ts": `export { code } from "../../client/client.gen.ts";\n`,
      "examples/hello/main.tsx": `import { diff } from "@vango/vango";
import { part } from "./part.ts";\nexport default [diff, part];\n`,
      "examples/hello/part.ts": `export const part = 1;\n`,
    }),
    [],
  );
});

Deno.test("checkTree refuses an import upwards", () =>
  assertBreaks("layer", "src/tree/up.ts", "up, from layer 2 (tree) to layer 4 (live)", {
    "src/live/mailbox.ts": `export const mailbox = 1;\n`,
    "src/tree/up.ts": `export { mailbox } from "../live/mailbox.ts";\n`,
  }));

Deno.test("checkTree refuses an import upwards of types alone", () =>
  assertBreaks("layer", "src/tree/up.ts", "src/live/mailbox.ts", {
    "src/live/mailbox.ts": `export type Mailbox = 1;\n`,
    "src/tree/up.ts": `import type { Mailbox } from "../live/mailbox.ts";
export type Tree = Mailbox;\n`,
  }));

Deno.test("checkTree refuses a dynamic import upwards", () =>
  assertBreaks("layer", "src/tree/up.ts", "src/live/mailbox.ts", {
    "src/live/mailbox.ts": `export const mailbox = 1;\n`,
    "src/tree/up.ts": `export const load = () => import("../live/mailbox.ts");\n`,
  }));

Deno.test("checkTree refuses an import sideways", () =>
  assertBreaks("layer", "src/session/cookie.ts", "sideways, from layer 2 (session)", {
    "src/session/cookie.ts": `export { diff } from "../tree/diff.ts";\n`,
  }));

Deno.test("checkTree refuses the JSX runtime's user below it", () =>
  assertBreaks("layer", "src/protocol/view.tsx", "src/jsx/jsx_runtime.ts: sideways", {
    "src/protocol/view.tsx": `export const view = <b>new</b>;\n`,
  }));

Deno.test("checkTree refuses a folder without a layer", () =>
  assertBreaks("layer", "src/extras/a.ts", "src/extras has no layer", {
    "src/extras/a.ts": `export { id } from "../internal/ids.ts";\n`,
  }));

Deno.test("checkTree refuses an import out of src", () =>
  assertBreaks("layer", "src/server/assets.ts", "src imports nothing outside src", {
    "client/main.ts": `export const main = 1;\n`,
    "src/server/assets.ts": `export { main } from "../../client/main.ts";\n`,
  }));

Deno.test("checkTree refuses server code in the client", () =>
  assertBreaks("layer", "client/main.ts", "which the client may not reach", {
    "src/server/page.ts": `export const page = 1;\n`,
    "client/main.ts": `export { page } from "../src/server/page.ts";\n`,
  }));

Deno.test("checkTree refuses Deno outside the adapters (law L8)", () =>
  assertBreaks("web-standards", "src/live/mailbox.ts", "line 2 uses Deno", {
    "src/live/mailbox.ts": `/** Mail. */\nexport const env = Deno.env;\n`,
  }));

Deno.test("checkTree refuses Deno taken from globalThis", () =>
  assertBreaks("web-standards", "src/live/mailbox.ts", "line 1 uses Deno", {
    "src/live/mailbox.ts": `export const env: unknown = globalThis.Deno?.env;\n`,
  }));

Deno.test("checkTree refuses node: outside the adapters", () =>
  assertBreaks("web-standards", "src/live/mailbox.ts", "imports node:fs", {
    "src/live/mailbox.ts": `export * as fs from "node:fs";\n`,
  }));

Deno.test("checkTree refuses a file name that is not snake_case", () =>
  assertBreaks("name", "src/tree/keyedList.ts", "snake_case", {
    "src/tree/keyedList.ts": `export const keyed = 1;\n`,
  }));

Deno.test("checkTree refuses a file name that says nothing", () =>
  assertBreaks("name", "src/tree/utils.ts", `"utils" says nothing`, {
    "src/tree/utils.ts": `export const keyed = 1;\n`,
  }));

Deno.test("checkTree refuses a long file until a decision note names it", async () => {
  const long = { "tests/tree/diff_test.ts": "\n".repeat(601) };
  await assertBreaks("length", "tests/tree/diff_test.ts", "601 lines", long);
  const note = { "docs/decisions/003_one_table.md": "`tests/tree/diff_test.ts` is one table.\n" };
  assertEquals(await violationsOf({ ...long, ...note }), []);
});

Deno.test("checkTree refuses an example that reaches into the source", () =>
  assertBreaks("example", "examples/hello/main.ts", "outside of its own folder", {
    "examples/hello/main.ts": `export { diff } from "../../src/tree/diff.ts";\n`,
  }));

Deno.test("checkTree refuses an example that imports what a user has not", () =>
  assertBreaks("example", "examples/hello/main.ts", "imports @std/async", {
    "examples/hello/main.ts": `export * as timing from "@std/async";\n`,
  }));

Deno.test("checkTree refuses a driver behind mod.ts and names the way to it", async () => {
  const violations = await violationsOf({
    "mod.ts": `export * from "./src/adapters/sqlite/store.ts";\n`,
    "src/adapters/sqlite/store.ts": `export * as sqlite from "node:sqlite";\n`,
  });
  assertEquals(violations.map((v) => [v.file, v.rule]), [
    ["mod.ts", "root-import"],
    ["mod.ts", "root-import"],
  ]);
  assertStringIncludes(
    violations[0]?.message ?? "",
    "src/adapters/sqlite/store.ts (through mod.ts)",
  );
  assertStringIncludes(
    violations[1]?.message ?? "",
    "node:sqlite (through src/adapters/sqlite/store.ts)",
  );
});

Deno.test("checkTree refuses an import that leads nowhere", () =>
  assertBreaks("unresolved", "src/tree/gone.ts", "./nowhere.ts", {
    "src/tree/gone.ts": `export * from "./nowhere.ts";\n`,
  }));
