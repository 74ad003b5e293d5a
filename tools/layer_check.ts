/**
 * Holds the tree to its architecture: layers, web standards, names, lengths, and what examples and
 * `mod.ts` may import. Run by the tests and by the gate; `deno run -A tools/layer_check.ts` prints
 * what is wrong, one line each.
 *
 * @module
 */
import {
  CLIENT_MAY_IMPORT,
  EMPTY_NAMES,
  EXAMPLE_PACKAGES,
  LAYERS,
  MOST_LINES,
  OFFLINE_FOLDER,
  OFFLINE_MAY_IMPORT,
  PLATFORM_FOLDERS,
  ROOT_PACKAGES,
  SHARED_FOLDERS,
} from "./layers.ts";
import { type Import, type ModuleGraph, reachableFrom, readModuleGraph } from "./module_graph.ts";
import { listFiles } from "./source_files.ts";

/** One place where the tree breaks a rule. */
export interface Violation {
  /** A path from the root. */
  file: string;
  rule: "layer" | "unresolved" | "web-standards" | "name" | "length" | "example" | "root-import";
  message: string;
}

const SOURCE_FOLDERS = ["src", "client", "tests", "tools", "bench", "examples"];
const SNAKE_CASE = /^[a-z0-9]+(?:_[a-z0-9]+)*(?:\.(?:gen|d))?$/;
const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/**
 * Checks the tree under `root` against every rule.
 *
 * @returns All violations, sorted by file; empty when the tree is sound.
 */
export async function checkTree(root: string): Promise<Violation[]> {
  const files = (await listFiles(root, SOURCE_FOLDERS)).filter((file) => SCRIPT.test(file));
  const texts = new Map<string, string>();
  for (const file of files) texts.set(file, await Deno.readTextFile(`${root}/${file}`));

  const hasRoot = await exists(`${root}/mod.ts`);
  const graphed = files.filter((file) => /^(?:src|client|examples)\//.test(file));
  const graph = await readModuleGraph(root, hasRoot ? ["mod.ts", ...graphed] : graphed);

  const violations = [
    ...checkNames(files),
    ...checkLengths(texts, await decisionNotes(root)),
    ...checkWebStandards(texts),
    ...checkImports(graph, graphed),
    ...(hasRoot ? checkRootImport(graph) : []),
  ];
  return violations.sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : 0);
}

function checkNames(files: string[]): Violation[] {
  return files.flatMap((file): Violation[] => {
    const name = file.slice(file.lastIndexOf("/") + 1).replace(SCRIPT, "");
    if (!SNAKE_CASE.test(name)) {
      return [{ file, rule: "name", message: `rename it: file names are snake_case` }];
    }
    if (EMPTY_NAMES.has(name)) {
      return [{
        file,
        rule: "name",
        message: `rename it after its main export: "${name}" says nothing`,
      }];
    }
    return [];
  });
}

function checkLengths(texts: Map<string, string>, notes: string): Violation[] {
  const violations: Violation[] = [];
  for (const [file, text] of texts) {
    const lines = text.split("\n").length - 1;
    if (lines <= MOST_LINES || isGenerated(file) || notes.includes(file)) continue;
    violations.push({
      file,
      rule: "length",
      message: `${lines} lines, ${MOST_LINES} allowed: split it, or say why not in docs/decisions/`,
    });
  }
  return violations;
}

function checkWebStandards(texts: Map<string, string>): Violation[] {
  const violations: Violation[] = [];
  for (const [file, text] of texts) {
    const folder = sourceFolder(file);
    if (folder === undefined || PLATFORM_FOLDERS.has(folder)) continue;
    codeOnly(text).split("\n").forEach((line, i) => {
      if (!/(?<![\w$.])Deno\b(?!\??:)|globalThis\??\.Deno\b/.test(line)) return;
      violations.push({
        file,
        rule: "web-standards",
        message: `line ${i + 1} uses Deno: only src/adapters may, take it through a port`,
      });
    });
  }
  return violations;
}

function checkImports(graph: ModuleGraph, files: string[]): Violation[] {
  const violations: Violation[] = [];
  for (const file of files) {
    const module = graph.get(file);
    if (module?.error !== undefined) {
      violations.push({ file, rule: "unresolved", message: module.error });
      continue;
    }
    for (const imported of module?.imports ?? []) {
      const missing = graph.get(imported.target)?.error;
      if (missing !== undefined) {
        violations.push({ file, rule: "unresolved", message: `${imported.specifier}: ${missing}` });
      }
      const folder = sourceFolder(file);
      const found = file.startsWith("examples/")
        ? checkExampleImport(file, imported)
        : folder === undefined
        ? checkClientImport(imported, file.startsWith(OFFLINE_FOLDER))
        : checkSourceImport(folder, imported);
      if (found) violations.push({ file, ...found });
    }
  }
  return violations;
}

type Finding = Omit<Violation, "file">;

function checkSourceImport(folder: string, imported: Import): Finding | undefined {
  const { specifier, target } = imported;
  const layer = LAYERS[folder];
  if (layer === undefined) {
    return { rule: "layer", message: `src/${folder} has no layer: put it into tools/layers.ts` };
  }
  if (!PLATFORM_FOLDERS.has(folder)) {
    const driver = /^(?:node:|jsr:@db\/|npm:\/?(?:@nats-io|playwright))/.test(target);
    if (driver) {
      return {
        rule: "web-standards",
        message: `imports ${specifier}: only src/adapters may, take it through a port`,
      };
    }
  }
  if (!isLocal(target) || isLinked(target)) return undefined;
  if (/^client\/[^/]+\.gen\.ts$/.test(target)) return undefined;
  const other = sourceFolder(target);
  if (other === undefined) {
    return { rule: "layer", message: `imports ${target}: src imports nothing outside src` };
  }
  if (other === folder) return undefined;
  const otherLayer = LAYERS[other];
  if (otherLayer === undefined) {
    return { rule: "layer", message: `imports ${target}, whose folder stands in no layer` };
  }
  if (otherLayer < layer) return undefined;
  if (otherLayer === layer && (SHARED_FOLDERS.has(other) || SHARED_FOLDERS.has(folder))) {
    return undefined;
  }
  const direction = otherLayer === layer ? "sideways" : "up";
  return {
    rule: "layer",
    message: `imports ${target}: ${direction}, from layer ${layer} (${folder}) to layer ` +
      `${otherLayer} (${other})`,
  };
}

function checkClientImport(
  { specifier, target }: Import,
  isOffline: boolean,
): Finding | undefined {
  if (/^(?:node:|npm:\/?@nats-io)/.test(target)) {
    return { rule: "web-standards", message: `imports ${specifier}: the client runs in browsers` };
  }
  if (!isLocal(target) || isLinked(target) || target.startsWith("client/")) return undefined;
  const other = sourceFolder(target);
  if (other !== undefined && (isOffline ? OFFLINE_MAY_IMPORT : CLIENT_MAY_IMPORT).has(other)) {
    return undefined;
  }
  return { rule: "layer", message: `imports ${target}, which the client may not reach` };
}

function checkExampleImport(file: string, { specifier }: Import): Finding | undefined {
  if (specifier.startsWith("./") || specifier.startsWith("../")) {
    const own = file.split("/").slice(0, file.split("/").length > 2 ? 2 : 1).join("/") + "/";
    const to = new URL(specifier, `file:///${file}`).pathname.slice(1);
    if (to.startsWith(own)) return undefined;
    return { rule: "example", message: `imports ${specifier}: outside of its own folder` };
  }
  if (EXAMPLE_PACKAGES.has(packageOf(specifier)) || specifier.startsWith("node:")) return undefined;
  return {
    rule: "example",
    message: `imports ${specifier}: an example uses ${[...EXAMPLE_PACKAGES].join(", ")}, what ` +
      `Deno has, and its own files, as a user would`,
  };
}

/** `.` must load without a driver, so that it runs wherever web standards do. */
function checkRootImport(graph: ModuleGraph): Violation[] {
  const violations: Violation[] = [];
  for (const path of reachableFrom(graph, "mod.ts")) {
    const folder = sourceFolder(path);
    const allowed = path === "mod.ts" || /^client\/[^/]+\.gen\.ts$/.test(path) ||
      (folder !== undefined && !PLATFORM_FOLDERS.has(folder)) ||
      (/^(?:npm|jsr):/.test(path) && ROOT_PACKAGES.has(packageOf(path)));
    if (allowed) continue;
    const importer = [...graph.values()].find((module) =>
      module.imports.some((imported) => imported.target === path && imported.runs)
    );
    violations.push({
      file: "mod.ts",
      rule: "root-import",
      message:
        `importing it loads ${path} (through ${importer?.path}): make that a sub-path export`,
    });
  }
  return violations;
}

/** `src/tree/diff.ts` → `tree`; a file straight in `src/` is its own, unknown, folder. */
function sourceFolder(path: string): string | undefined {
  return /^src\/([^/]+)/.exec(path)?.[1];
}

function isLocal(target: string): boolean {
  return !/^[a-z]+:/.test(target);
}

/** A stand-in for a package: to its importer it is that package. */
function isLinked(target: string): boolean {
  return target.startsWith("tests/links/");
}

function isGenerated(file: string): boolean {
  return file.endsWith(".gen.ts");
}

/** `npm:/hono@^4.13.7/html` → `hono`, `@vango/vango/deno` → `@vango/vango`. */
function packageOf(specifier: string): string {
  const bare = specifier.replace(/^[a-z]+:\/?/, "");
  return /^(?:@[^/]+\/)?[^/@]+/.exec(bare)?.[0] ?? bare;
}

/**
 * The source without comments and plain strings, lines kept. Good enough to look for one global's
 * name: it does not know regular expressions, whose quotes can at worst hide the rest of a line.
 */
function codeOnly(text: string): string {
  const skipped = /\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*/g;
  return text.replace(skipped, (found) => found.replace(/[^\n]/g, " "));
}

async function decisionNotes(root: string): Promise<string> {
  const notes = await listFiles(root, ["docs/decisions"]);
  const texts = notes.map((note) => Deno.readTextFile(`${root}/${note}`));
  return (await Promise.all(texts)).join("\n");
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

if (import.meta.main) {
  const violations = await checkTree(Deno.cwd());
  for (const { file, rule, message } of violations) console.log(`${file} [${rule}] ${message}`);
  console.log(
    violations.length === 0
      ? "The tree keeps its architecture."
      : `${violations.length} violations: docs/contributing.md says what each rule is for.`,
  );
  Deno.exit(violations.length === 0 ? 0 : 1);
}
