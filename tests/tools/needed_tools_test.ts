import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ModuleGraph } from "../../tools/module_graph.ts";
import {
  filesThatNeed,
  type Machine,
  NEEDED_TOOLS,
  provideTools,
} from "../../tools/needed_tools.ts";

/** A machine with these commands; `apt-get` puts the packages of the same name there. */
function fakeMachine(
  commands: string[],
  options: { root?: boolean; env?: Record<string, string>; broken?: boolean } = {},
): Machine & { lines: string[]; installed: string[][] } {
  // Python is everywhere but where a test says otherwise.
  const there = new Set(["python3", ...commands]);
  const lines: string[] = [];
  const installed: string[][] = [];
  return {
    lines,
    installed,
    env: (name) => options.env?.[name],
    which: (command) => Promise.resolve(there.has(command) ? `/bin/${command}` : undefined),
    isRoot: () => options.root ?? false,
    log: (line) => void lines.push(line),
    install: (packages) => {
      installed.push(packages);
      if (!options.broken) { for (const name of packages) there.add(name); }
      return Promise.resolve(!options.broken);
    },
  };
}

Deno.test("provideTools hands the paths on when all tools are there", async () => {
  const machine = fakeMachine(["google-chrome", "nats-server", "apt-get"], { root: true });
  assertEquals(await provideTools(machine), {
    found: {
      VANGO_CHROMIUM: "/bin/google-chrome",
      VANGO_NATS_SERVER: "/bin/nats-server",
      VANGO_PYTHON: "/bin/python3",
    },
    missing: [],
  });
  assertEquals(machine.installed, []);
  assertEquals(machine.lines, []);
});

Deno.test("provideTools takes a path from the environment first", async () => {
  const machine = fakeMachine(["chromium", "nats-server"], {
    env: { VANGO_CHROMIUM: "/opt/chromium" },
  });
  assertEquals((await provideTools(machine)).found.VANGO_CHROMIUM, "/opt/chromium");
});

Deno.test("provideTools installs just what is missing as root on Debian", async () => {
  const machine = fakeMachine(["chromium", "apt-get"], { root: true });
  assertEquals((await provideTools(machine)).missing, []);
  assertEquals(machine.installed, [["nats-server"]]);
});

Deno.test("provideTools asks for an installation where it may not do it itself", async () => {
  for (
    const machine of [
      fakeMachine(["chromium", "apt-get"]),
      fakeMachine(["chromium"], { root: true }),
      fakeMachine(["chromium", "apt-get"], { root: true, broken: true }),
    ]
  ) {
    const { missing, found } = await provideTools(machine);
    assertEquals(missing.map((tool) => tool.name), ["nats-server"]);
    assertEquals(Object.keys(found), ["VANGO_CHROMIUM", "VANGO_PYTHON"]);
    assertStringIncludes(machine.lines.at(-1) ?? "", "sudo apt-get install nats-server");
    assertMatch(machine.lines.at(-1) ?? "", /VANGO_NATS_SERVER/);
  }
});

Deno.test("filesThatNeed finds the tests that reach a tool's user", () => {
  const module = (path: string, ...targets: string[]) =>
    [path, {
      path,
      imports: targets.map((target) => ({
        specifier: target,
        target,
        runs: true,
        dynamic: false,
      })),
    }] as const;
  const graph: ModuleGraph = new Map([
    module("tests/browser/page_test.ts", "tests/browser/browser.ts"),
    module("tests/browser/browser.ts", "npm:playwright-core@^1.65.0"),
    module("tests/cluster/nodes_test.ts", "tests/cluster/server.ts"),
    module("tests/cluster/server.ts"),
    module("tests/adapters/nats_test.ts", "src/adapters/nats/store.ts"),
    module("src/adapters/nats/store.ts", "npm:@nats-io/kv@^3.4.0"),
    module("tests/tree/diff_test.ts"),
  ]);
  const files = [...graph.keys()].filter((path) => path.endsWith("_test.ts"));
  const texts = new Map([
    ["tests/cluster/server.ts", `new Deno.Command("nats-server")`],
    ["src/adapters/nats/store.ts", `// talks to a "nats-server"`],
  ]);
  const [chromium, nats] = NEEDED_TOOLS;
  if (!chromium || !nats) throw new Error("The table lost a tool");
  assertEquals(filesThatNeed([chromium], files, graph, texts), ["tests/browser/page_test.ts"]);
  assertEquals(filesThatNeed([nats], files, graph, texts), ["tests/cluster/nodes_test.ts"]);
  assertEquals(filesThatNeed([], files, graph, texts), []);
});
