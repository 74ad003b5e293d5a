import { assertEquals } from "@std/assert";
import {
  parseCommand,
  parseDisks,
  parseMounts,
  parseNetwork,
  parseProcessStat,
  parseSizes,
  parseSystemStat,
  parseUserId,
  parseUsers,
} from "../../../examples/dashboard/collectors/parse.ts";
import { FixtureSource } from "./fixture_source.ts";

const machine = new FixtureSource();
const file = (path: string) => machine.read(path)!;

Deno.test("parseSystemStat adds up what processors did, guests not twice", () => {
  const { all, cores, bootTime } = parseSystemStat(
    "cpu  10 5 20 100 7 1 2 3 50 5\ncpu0 1 0 0 1 0 0 0 0 0 0\nbtime 42\n",
  );
  assertEquals(all, { user: 15, system: 23, wait: 7, busy: 41, total: 148 });
  assertEquals(cores.length, 1);
  assertEquals(bootTime, 42);
});

Deno.test("parseProcessStat reads names with spaces and parentheses", () => {
  const text = "42 (a) (b c)) R 7 42 42 0 -1 0 0 0 0 0 30 12 0 0 20 0 3 0 900 1 25 0";
  assertEquals(parseProcessStat(text), {
    pid: 42,
    name: "a) (b c)",
    state: "R",
    parent: 7,
    ticks: 42,
    threads: 3,
    start: 900,
    pages: 25,
  });
});

Deno.test("parseProcessStat answers undefined for what is no process's stat", () => {
  for (const text of ["", "1", "1 (x", ") 1 (", "1 (x) R 1 2 3"]) {
    assertEquals(parseProcessStat(text), undefined, text);
  }
});

Deno.test("parseNetwork counts neither loopback nor bridges", () => {
  assertEquals(parseNetwork(file("/proc/net/dev")), { in: 1000, out: 2000 });
});

Deno.test("parseNetwork reads interfaces whose first number touches the colon", () => {
  const text = "a\nb\n eth0:123 1 0 0 0 0 0 0 456 1 0 0 0 0 0 0\n";
  assertEquals(parseNetwork(text), { in: 123, out: 456 });
});

Deno.test("parseDisks counts whole disks once, in bytes", () => {
  assertEquals(parseDisks(file("/proc/diskstats")), { in: 11 * 512, out: 22 * 512 });
});

Deno.test("parseMounts keeps local file systems, each once, with their real names", () => {
  assertEquals(parseMounts(file("/proc/mounts")), [
    { device: "/dev/sda1", path: "/", kind: "ext4" },
    { device: "/dev/sdb1", path: "/my disk", kind: "xfs" },
    { device: "/dev/sdc1", path: "/gone", kind: "ext4" },
  ]);
});

Deno.test("parseMounts keeps the root of a container, which has no device", () => {
  const text = "overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n";
  assertEquals(parseMounts(text).map(({ path }) => path), ["/"]);
});

Deno.test("parseSizes, parseCommand and parseUserId read their lines", () => {
  assertEquals(parseSizes("MemTotal:  2 kB\nHugePages: 3\n"), new Map([["MemTotal", 2048]]));
  assertEquals(parseCommand("deno\0run\0-A\0\0"), "deno run -A");
  assertEquals(parseUserId("Name:\tx\nUid:\t1000\t1001\t0\t0\n"), "1001");
  assertEquals(parseUsers(file("/etc/passwd")).get("1000"), "ada");
});
