/**
 * Programs that some tests drive and that Deno does not bring: found, installed where that is
 * possible without asking, else said loudly.
 *
 * @module
 */
import { type ModuleGraph, reachableFrom } from "./module_graph.ts";

/** A program that some tests need. */
export interface NeededTool {
  name: string;
  /** The names under which it may stand on the PATH, best first. */
  commands: readonly string[];
  /** Where tests read its path; a value that is set wins over the search. */
  variable: string;
  /** The Debian package that holds it. */
  debianPackage: string;
  /** Tests that reach such a module need the tool. */
  isUsedBy(path: string, text: string): boolean;
}

/** Every program that some test needs. */
export const NEEDED_TOOLS: readonly NeededTool[] = [
  {
    name: "Chromium",
    commands: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    variable: "VANGO_CHROMIUM",
    debianPackage: "chromium",
    isUsedBy: (path) => path.startsWith("npm:") && path.includes("playwright-core"),
  },
  {
    name: "nats-server",
    commands: ["nats-server"],
    variable: "VANGO_NATS_SERVER",
    debianPackage: "nats-server",
    // A test that starts the server names it; the adapter itself does not, and the tests of these
    // tools start nothing.
    isUsedBy: (path, text) =>
      /^tests\/(?!tools\/)/.test(path) && /["'`]nats-server["'`]/.test(text),
  },
  {
    name: "Python",
    commands: ["python3"],
    variable: "VANGO_PYTHON",
    debianPackage: "python3",
    // The example player in Python, which proves that the protocol's document is enough.
    isUsedBy: (path, text) =>
      /^tests\/(?!tools\/)/.test(path) && /["'`]VANGO_PYTHON["'`]/.test(text),
  },
];

/** What the search and the installation see of the machine. */
export interface Machine {
  env(name: string): string | undefined;
  /** Absolute path of a command on the PATH, or undefined. */
  which(command: string): Promise<string | undefined>;
  isRoot(): boolean;
  /** Installs Debian packages; false when that failed. */
  install(packages: string[]): Promise<boolean>;
  log(line: string): void;
}

/** The outcome of {@linkcode provideTools}. */
export interface ProvidedTools {
  /** Variable → path, for the tests' environment. */
  found: Record<string, string>;
  missing: NeededTool[];
}

/**
 * Finds the tools; as root on Debian it installs those that are missing.
 */
export async function provideTools(
  machine: Machine,
  tools: readonly NeededTool[] = NEEDED_TOOLS,
): Promise<ProvidedTools> {
  let provided = await findTools(machine, tools);
  if (provided.missing.length === 0) return provided;
  if (machine.isRoot() && await machine.which("apt-get") !== undefined) {
    const packages = provided.missing.map((tool) => tool.debianPackage);
    machine.log(`Installing ${packages.join(" and ")}, which tests need.`);
    if (await machine.install(packages)) provided = await findTools(machine, tools);
  }
  for (const tool of provided.missing) {
    machine.log(
      `${tool.name} is missing. Install it: sudo apt-get install ${tool.debianPackage} ` +
        `(or say where it is: ${tool.variable}=…)`,
    );
  }
  return provided;
}

async function findTools(machine: Machine, tools: readonly NeededTool[]): Promise<ProvidedTools> {
  const provided: ProvidedTools = { found: {}, missing: [] };
  for (const tool of tools) {
    let path = machine.env(tool.variable);
    for (const command of tool.commands) path ||= await machine.which(command);
    if (path) provided.found[tool.variable] = path;
    else provided.missing.push(tool);
  }
  return provided;
}

/**
 * The test files that cannot run without one of these tools.
 *
 * @param texts Path from the root → source, of all modules under `tests/`.
 */
export function filesThatNeed(
  tools: readonly NeededTool[],
  testFiles: string[],
  graph: ModuleGraph,
  texts: Map<string, string>,
): string[] {
  return testFiles.filter((file) =>
    [...reachableFrom(graph, file, () => true)].some((path) =>
      tools.some((tool) => tool.isUsedBy(path, texts.get(path) ?? ""))
    )
  );
}

/** The machine that this runs on. */
export const thisMachine: Machine = {
  env: (name) => Deno.env.get(name),
  isRoot: () => Deno.build.os === "linux" && Deno.uid() === 0,
  log: (line) => console.log(line),
  async which(command) {
    const separator = Deno.build.os === "windows" ? ";" : ":";
    // Debian puts servers where a user's PATH does not lead.
    const extra = Deno.build.os === "linux" ? ["/usr/sbin", "/usr/local/sbin"] : [];
    for (const folder of [...(Deno.env.get("PATH") ?? "").split(separator), ...extra]) {
      const path = `${folder}/${command}`;
      const isThere = await Deno.stat(path).then((info) => info.isFile, () => false);
      if (folder !== "" && isThere) return path;
    }
    return undefined;
  },
  async install(packages) {
    const options = ["-y", "-q", "--no-install-recommends"];
    return await runQuietly("apt-get", ["update", "-q"]) &&
      await runQuietly("apt-get", ["install", ...options, ...packages]);
  },
};

/** Runs a command and shows what it said only when it failed. */
async function runQuietly(command: string, args: string[]): Promise<boolean> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
  }).output();
  if (!success) {
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    console.error(`${command} ${args[0]} failed:\n${said}`);
  }
  return success;
}
