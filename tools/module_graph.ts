/**
 * Which module imports which, as Deno itself resolves it: type imports, dynamic imports and the
 * JSX runtime that a compiler option adds are all there, which reading the source text would miss.
 *
 * @module
 */
import { relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** One import of one module. */
export interface Import {
  /** As it is written in the source, e.g. `./frames.ts` or `hono`. */
  specifier: string;
  /** A path from the root when it is a file below it, else a URL, e.g. `npm:hono@^4.13.7`. */
  target: string;
  /** False for `import type`, which leaves nothing behind at run time. */
  runs: boolean;
  /** True for `import()`, which loads nothing until it is called. */
  dynamic: boolean;
}

/** One module and what it imports. */
export interface Module {
  /** A path from the root when it is a file below it, else a URL. */
  path: string;
  imports: Import[];
  /** Why it could not be loaded, or undefined. */
  error?: string;
}

/** Every reachable module by its path. */
export type ModuleGraph = Map<string, Module>;

interface InfoReport {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: {
      specifier: string;
      code?: { specifier?: string; error?: string };
      type?: { specifier?: string; error?: string };
      isDynamic?: boolean;
    }[];
  }[];
}

/**
 * Reads the graph of `files` and of all that they reach.
 *
 * @param root The folder whose `deno.json` counts.
 * @param files Paths from the root.
 * @throws {Error} When Deno cannot read the graph at all; a single missing module is no such case,
 * it gets an `error` of its own.
 */
export async function readModuleGraph(root: string, files: string[]): Promise<ModuleGraph> {
  if (files.length === 0) return new Map();
  // `deno info` takes one entry: a module that imports them all. It lies outside the tree, so that
  // a watcher over the tree does not see it come and go.
  const folder = await Deno.makeTempDir({ prefix: "module_graph_" });
  try {
    const entry = resolve(folder, "entry.ts");
    const lines = files.map((file) => `import ${JSON.stringify(urlOf(root, file))};\n`);
    await Deno.writeTextFile(entry, lines.join(""));
    const report = await info(root, entry);
    const graph: ModuleGraph = new Map();
    for (const module of report.modules) {
      if (module.specifier === pathToFileURL(entry).href) continue;
      const path = pathOf(root, module.specifier);
      graph.set(path, {
        path,
        imports: (module.dependencies ?? []).map((dependency) => ({
          specifier: dependency.specifier,
          target: pathOf(
            root,
            dependency.code?.specifier ?? dependency.type?.specifier ?? dependency.specifier,
          ),
          runs: dependency.code !== undefined,
          dynamic: dependency.isDynamic === true,
        })),
        ...(module.error === undefined ? {} : { error: module.error }),
      });
    }
    return graph;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The modules that loading `start` runs, `start` included.
 *
 * @param follow Which imports count; by default those that run when the module is loaded.
 */
export function reachableFrom(
  graph: ModuleGraph,
  start: string,
  follow: (imported: Import) => boolean = (imported) => imported.runs && !imported.dynamic,
): Set<string> {
  const reached = new Set([start]);
  for (const path of reached) {
    for (const imported of graph.get(path)?.imports ?? []) {
      if (follow(imported)) reached.add(imported.target);
    }
  }
  return reached;
}

async function info(root: string, entry: string): Promise<InfoReport> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", "--config", resolve(root, "deno.json"), entry],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    throw new Error(`Cannot read the module graph: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}

function urlOf(root: string, file: string): string {
  return pathToFileURL(resolve(root, file)).href;
}

function pathOf(root: string, specifier: string): string {
  if (!specifier.startsWith("file:")) return specifier;
  const path = relative(resolve(root), fileURLToPath(specifier)).replaceAll("\\", "/");
  return path.startsWith("..") ? specifier : path;
}
