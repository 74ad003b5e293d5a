import { assert, assertEquals } from "@std/assert";
import { createCollector } from "../../../examples/dashboard/collectors/create_collector.ts";
import { PortableCollector } from "../../../examples/dashboard/collectors/portable_collector.ts";
import { ProcCollector } from "../../../examples/dashboard/collectors/proc_collector.ts";
import type { ProcessReading } from "../../../examples/dashboard/collectors/reading.ts";
import { machineSource } from "../../../examples/dashboard/collectors/source.ts";
import { FixtureSource } from "./fixture_source.ts";

function byPid(processes: readonly ProcessReading[], pid: number): ProcessReading {
  const found = processes.find((process) => process.pid === pid);
  assert(found, `no process ${pid}`);
  return found;
}

Deno.test("ProcCollector names the host", () => {
  assertEquals(new ProcCollector(new FixtureSource()).host, {
    name: "box",
    system: "Linux 6.1.0",
    processor: "Test CPU 3000",
    cores: 2,
  });
});

Deno.test("ProcCollector's first reading is the average since the start, without rates", async () => {
  const reading = await new ProcCollector(new FixtureSource()).collect();
  assertEquals(reading.cpu.used, 0.2);
  assertEquals(reading.cpu.wait, 0.1);
  assertEquals(reading.cpu.cores, [0.2, 0.2]);
  assertEquals(reading.cpu.load, [0.5, 0.25, 0.1]);
  assertEquals(reading.network, { in: 0, out: 0 });
  assertEquals(reading.disk, { in: 0, out: 0 });
  assertEquals(reading.uptime, 1000.5);
  assertEquals(reading.memory, {
    total: 1000 * 1024,
    used: 400 * 1024,
    cached: 300 * 1024,
    swapTotal: 100 * 1024,
    swapUsed: 25 * 1024,
  });
  assertEquals(reading.volumes.map(({ path, used }) => [path, used]), [["/", 400], [
    "/my disk",
    400,
  ]]);
});

Deno.test("ProcCollector's next reading is about the time since the one before", async () => {
  const source = new FixtureSource();
  const collector = new ProcCollector(source);
  await collector.collect();
  source.time += 2000;
  source.files.set(
    "/proc/stat",
    "cpu  200 0 100 1000 100 0 0 0 0 0\ncpu0 150 0 50 450 50 0 0 0\ncpu1 50 0 50 550 50 0 0 0\n",
  );
  source.files.set("/proc/net/dev", "a\nb\neth0: 5000 1 0 0 0 0 0 0 2500 1 0 0 0 0 0 0\n");
  source.files.set(
    "/proc/diskstats",
    "8 0 sda 1 0 13 0 1 0 26 0 0 0 0\n259 0 nvme0n1 1 0 1 0 1 0 2 0 0 0 0\n",
  );
  const { cpu, network, disk } = await collector.collect();
  assertEquals(cpu.used, 0.25);
  assertEquals(cpu.cores, [0.5, 0]);
  assertEquals(network, { in: 2000, out: 250 });
  assertEquals(disk, { in: 768, out: 1536 });
});

Deno.test("ProcCollector shows no negative rates when counters begin again", async () => {
  const source = new FixtureSource();
  const collector = new ProcCollector(source);
  await collector.collect();
  source.time += 1000;
  source.files.set("/proc/net/dev", "a\nb\neth0: 0 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0\n");
  source.files.set("/proc/stat", "cpu  0 0 0 1 0 0 0 0 0 0\n");
  const { cpu, network } = await collector.collect();
  assertEquals(network, { in: 0, out: 0 });
  assertEquals(cpu.used, 0);
});

Deno.test("ProcCollector tells what each process used since the reading before", async () => {
  const source = new FixtureSource();
  const collector = new ProcCollector(source);
  source.setProcess(10, {
    name: "old",
    ticks: 500,
    pages: 3,
    uid: 1000,
    command: "/bin/old\0-x\0",
  });
  await collector.collect();
  source.time += 2000;
  source.setProcess(10, { name: "old", ticks: 800, pages: 4, uid: 1000, threads: 2 });
  source.setProcess(11, { name: "new", ticks: 100, start: 100_000 });
  const { processes } = await collector.collect();
  const old = byPid(processes, 10);
  assertEquals(old.cpu, 1.5);
  assertEquals(old.cpuTime, 8);
  assertEquals(old.memory, 4 * 16_384, "pages of 16 KiB, as /proc/self says");
  assertEquals([old.user, old.command, old.threads], ["ada", "/bin/old -x", 2]);
  assertEquals(old.startedAt, (1_799_999_000 + 1) * 1000);
  assertEquals(old.recent.length, 2);
  assertEquals(byPid(processes, 11).cpu, 0.5);
});

Deno.test("ProcCollector takes a process id that came back for another process", async () => {
  const source = new FixtureSource();
  const collector = new ProcCollector(source);
  source.setProcess(10, { name: "first", ticks: 5000 });
  const before = await collector.collect();
  source.time += 1000;
  source.setProcess(10, { name: "second", ticks: 30, start: 200 });
  const after = await collector.collect();
  assert(byPid(before.processes, 10).id !== byPid(after.processes, 10).id);
  assertEquals(byPid(after.processes, 10).cpu, 0.3);
  assertEquals(byPid(after.processes, 10).recent.length, 1);
});

Deno.test("ProcCollector reads the command line again after exec", async () => {
  const source = new FixtureSource();
  const collector = new ProcCollector(source);
  source.setProcess(10, { name: "sh", command: "sh\0" });
  await collector.collect();
  source.time += 1000;
  source.setProcess(10, { name: "deno", command: "deno\0run\0" });
  assertEquals(byPid((await collector.collect()).processes, 10).command, "deno run");
});

Deno.test("ProcCollector leaves out what ended between being listed and being read", async () => {
  const source = new FixtureSource();
  const collector = new ProcCollector(source);
  source.setProcess(10, {});
  source.setProcess(11, {});
  await collector.collect();
  source.files.set("/proc/10/stat", "");
  source.endProcess(11);
  source.time += 1000;
  assertEquals((await collector.collect()).processes, []);
});

Deno.test({
  name: "createCollector measures this machine by /proc, and finds this very process",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const collector = createCollector();
    await collector.collect();
    // Work that shows: the clock of processes ticks a hundred times a second.
    const until = performance.now() + 60;
    while (performance.now() < until) { /* busy */ }
    const reading = await collector.collect();
    assertEquals(reading.source, "proc");
    assertEquals(reading.cpu.cores.length, collector.host.cores);
    for (const share of [reading.cpu.used, ...reading.cpu.cores]) assert(share >= 0 && share <= 1);
    assert(reading.memory.used > 0 && reading.memory.used < reading.memory.total);
    assert(reading.processes.length > 1);
    const own = byPid(reading.processes, Deno.pid);
    assert(own.cpu > 0, `cpu ${own.cpu}`);
    assert(own.memory > 1e6 && own.memory < reading.memory.total);
    assert(own.command.includes("deno"), own.command);
    // One process runs all test modules: it began before this one, and not before the machine.
    const machineStart = Date.now() - Deno.osUptime() * 1000;
    assert(own.startedAt <= performance.timeOrigin + 1000, "before this module");
    assert(own.startedAt >= machineStart - 2000, "after the machine");
    assert(reading.volumes.every(({ total, used }) => used >= 0 && used <= total));
  },
});

Deno.test("PortableCollector tells what Deno knows, and says that it is no more", async () => {
  const collector = new PortableCollector(machineSource());
  const reading = await collector.collect();
  assertEquals(reading.source, "portable");
  assertEquals(reading.network, undefined);
  assertEquals(reading.cpu.cores, []);
  assert(reading.cpu.used >= 0 && reading.cpu.used <= 1);
  assert(reading.memory.total > reading.memory.used);
  const own = byPid(reading.processes, Deno.pid);
  assertEquals(reading.processes.length, 1);
  assert(own.cpuTime > 0 && own.cpu > 0 && own.memory > 1e6);
  assertEquals(collector.host.name, Deno.hostname());
});
