import { assertEquals } from "@std/assert";
import type { ProcessReading } from "../../../examples/dashboard/collectors/reading.ts";
import {
  COLUMNS,
  matching,
  nextOrder,
  sorted,
} from "../../../examples/dashboard/components/process_columns.ts";

function process(pid: number, fields: Partial<ProcessReading> = {}): ProcessReading {
  return {
    id: `${pid}-1`,
    pid,
    parent: 1,
    name: `p${pid}`,
    command: "",
    user: "root",
    state: "S",
    cpu: 0,
    cpuTime: 0,
    memory: 0,
    threads: 1,
    startedAt: 0,
    recent: [],
    ...fields,
  };
}

const pids = (processes: readonly ProcessReading[]) => processes.map(({ pid }) => pid);
const column = (name: string) => COLUMNS.find((column) => column.name === name)!;

Deno.test("sorted orders by any column, both ways", () => {
  const all = [
    process(1, { cpu: 0.5, memory: 10, name: "b2" }),
    process(2, { cpu: 0.1, memory: 30, name: "B10" }),
    process(3, { cpu: 0.9, memory: 20, name: "a" }),
  ];
  assertEquals(pids(sorted(all, { column: "cpu", descending: true })), [3, 1, 2]);
  assertEquals(pids(sorted(all, { column: "memory", descending: false })), [1, 3, 2]);
  assertEquals(pids(sorted(all, { column: "name", descending: false })), [3, 1, 2]);
  assertEquals(pids(all), [1, 2, 3], "what is given stays as it is");
});

Deno.test("sorted keeps rows in place whose figures differ by less than is shown", () => {
  const all = [process(1, { cpu: 0.101 }), process(2, { cpu: 0.104 }), process(3, { memory: 5 })];
  assertEquals(pids(sorted(all, { column: "cpu", descending: true })), [1, 2, 3]);
  assertEquals(pids(sorted(all, { column: "threads", descending: true })), [3, 1, 2]);
});

Deno.test("nextOrder begins with the column's own direction and then turns", () => {
  const byCpu = { column: "cpu", descending: true } as const;
  assertEquals(nextOrder(byCpu, column("name")), { column: "name", descending: false });
  assertEquals(nextOrder(byCpu, column("memory")), { column: "memory", descending: true });
  assertEquals(nextOrder(byCpu, column("cpu")), { column: "cpu", descending: false });
});

Deno.test("matching wants every word, in the name, user, command or id", () => {
  const all = [
    process(10, { name: "Deno", command: "deno run main.ts", user: "ada" }),
    process(11, { name: "deno", command: "deno test" }),
    process(120, { name: "sh" }),
  ];
  assertEquals(pids(matching(all, " DENO ada ")), [10]);
  assertEquals(pids(matching(all, "deno")), [10, 11]);
  assertEquals(pids(matching(all, "120")), [120]);
  assertEquals(pids(matching(all, "(")), []);
  assertEquals(matching(all, "  "), all);
});
