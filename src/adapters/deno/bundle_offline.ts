/**
 * Makes the script that browsers run while the network is away.
 *
 * On a server that has the sources and may run `deno`, {@linkcode bundleOffline} does it when the
 * script is first asked for. Elsewhere (Deno Deploy) it is made beforehand:
 *
 * ```sh
 * deno run -A jsr:@vango/vango/bundle-offline offline.tsx offline.js
 * ```
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";

/** The bundle cannot be made. */
export class BundleError extends Error {
  /** Name of the class. */
  override readonly name = "BundleError";
  /** `server-only`: something in it must not reach a browser; `failed`: the bundler says why. */
  readonly code: "server-only" | "failed";

  /** Made by {@linkcode bundleOffline}. */
  constructor(code: "server-only" | "failed", message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Bundles a module that calls `serveOffline`, with all that it imports, once.
 *
 * @param entry The module, as a path or a `file:` URL.
 * @returns What `createVango({ offline: { script } })` takes. Calling it throws
 * {@linkcode BundleError} when a module is in it that only a server may have, or when it fails.
 *
 * @example
 * ```ts ignore
 * import { bundleOffline } from "@vango/vango/deno";
 * createVango({ app, offline: { script: bundleOffline(import.meta.resolve("./offline.tsx")) } });
 * ```
 */
export function bundleOffline(entry: string | URL): () => Promise<string> {
  let bundle: Promise<string> | undefined;
  return () => bundle ??= makeBundle(String(entry));
}

async function makeBundle(entry: string): Promise<string> {
  const path = entry.startsWith("file:") ? fileURLToPath(entry) : entry;
  const graph: Graph = JSON.parse(await run(["info", "--json", path]));
  const chain = findServerOnly(graph);
  if (chain) {
    throw new BundleError(
      "server-only",
      `Cannot bundle ${path} for browsers: ${chain.at(-1)} is for servers alone, and is imported ` +
        `by ${chain.slice(0, -1).reverse().join(", by ")}; hand in what needs it from the module ` +
        `that starts the server`,
    );
  }
  const flags = ["--quiet", "--platform", "browser", "--format", "iife", "--minify"];
  return await run(["bundle", ...flags, path]);
}

/** What is used of `deno info --json`. */
interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
}

const MARK = new URL("../../server_only.ts", import.meta.url).href;
const ADAPTERS = new URL("../", import.meta.url).href;

/** How the entry reaches something that only a server may have, first to last. */
function findServerOnly({ roots, modules }: Graph): string[] | undefined {
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const from = new Map<string, string | undefined>(roots.map((root) => [root, undefined]));
  for (const name of from.keys()) {
    for (const { specifier, code } of byName.get(name)?.dependencies ?? []) {
      const target = code?.specifier;
      if (target === undefined) continue;
      const chain = (): string[] => chainTo(name, from);
      if (target === MARK) return chain();
      if (target.startsWith(ADAPTERS) || /^(?:node:|npm:\/?@nats-io)/.test(target)) {
        return [...chain(), specifier];
      }
      if (!from.has(target)) from.set(target, name);
    }
  }
  return undefined;
}

function chainTo(name: string, from: Map<string, string | undefined>): string[] {
  const chain: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = from.get(at)) {
    chain.unshift(at.startsWith("file:") ? at.slice(at.lastIndexOf("/") + 1) : at);
  }
  return chain;
}

/** @throws {BundleError} `failed`, with what Deno says */
async function run(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new BundleError(
    "failed",
    `Cannot bundle ${args.at(-1)} for browsers: ${decoder.decode(stderr).trim()}`,
  );
}

if (import.meta.main) {
  const [entry, output] = Deno.args;
  if (!entry || !output) {
    console.error("Usage: bundle-offline ENTRY OUTPUT");
    Deno.exit(2);
  }
  try {
    await Deno.writeTextFile(output, await bundleOffline(pathToFileURL(entry))());
  } catch (error) {
    console.error(error instanceof BundleError ? error.message : error);
    Deno.exit(1);
  }
}
