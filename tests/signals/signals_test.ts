import { assertEquals, assertThrows } from "@std/assert";
import { currentOwner, Owner, runWithOwner } from "../../src/signals/owner.ts";
import {
  batch,
  computed,
  effect,
  onCleanup,
  onMount,
  signal,
  watch,
} from "../../src/signals/signals.ts";
import { TestHost } from "../tree/live_page.ts";

Deno.test("a signal belongs to the owner that is set up, at its position", () => {
  const owner = new Owner(new TestHost());
  runWithOwner(owner, () => {
    signal(1);
    signal("x", { key: "name", durable: false });
  });
  assertEquals(owner.signals?.map(({ signal, options }) => [signal.value, options]), [
    [1, undefined],
    ["x", { key: "name", durable: false }],
  ]);
});

Deno.test("a signal outside of a component belongs to nobody", () => {
  assertEquals(currentOwner(), undefined);
  assertEquals(signal(1).value, 1);
});

Deno.test("an owner is current in synchronous code alone, also when it throws", async () => {
  const owner = new Owner(undefined);
  let later: Owner | undefined;
  const done = runWithOwner(owner, async () => {
    assertEquals(currentOwner(), owner);
    await Promise.resolve();
    later = currentOwner();
  });
  assertEquals(currentOwner(), undefined);
  await done;
  assertEquals(later, undefined);
  assertThrows(() =>
    runWithOwner(owner, () => {
      throw new Error("x");
    })
  );
  assertEquals(currentOwner(), undefined);
});

Deno.test("two set-ups that interleave at every await own what is theirs (THREATS 25)", async () => {
  const owners = [new Owner(undefined), new Owner(undefined)];
  const setUp = (owner: Owner, name: string): Promise<void> =>
    runWithOwner(owner, async () => {
      signal(name);
      for (let i = 0; i < 10; i++) {
        await Promise.resolve();
        assertEquals(currentOwner(), undefined);
      }
    });
  await Promise.all([setUp(owners[0]!, "a"), setUp(owners[1]!, "b")]);
  assertEquals(owners.map((owner) => owner.signals?.map(({ signal }) => signal.value)), [
    ["a"],
    ["b"],
  ]);
});

Deno.test("effects and mounts wait for a player, run as tasks, and end with their owner", () => {
  const host = new TestHost();
  host.connected = false;
  const owner = new Owner(host);
  const log: string[] = [];
  const count = signal(0);
  runWithOwner(owner, () => {
    effect(() => {
      const now = count.value;
      log.push(`effect ${now}`);
      return () => log.push(`end ${now}`);
    });
    onMount(() => {
      log.push("mount");
      return () => log.push("unmount");
    });
    onCleanup(() => log.push("cleanup"));
  });
  assertEquals(log, []);
  host.connected = true;
  owner.connect();
  assertEquals(log.splice(0), ["effect 0", "mount"]);
  count.value = 1;
  assertEquals(log, [], "not inside the write");
  host.runTasks();
  assertEquals(log.splice(0), ["end 0", "effect 1"]);
  owner.dispose();
  assertEquals(log.splice(0), ["unmount", "cleanup", "end 1"]);
  count.value = 2;
  host.runTasks();
  owner.dispose();
  assertEquals(log, []);
});

Deno.test("an owner that ends before the player comes has run nothing", () => {
  const host = new TestHost();
  host.connected = false;
  const owner = new Owner(host);
  const log: string[] = [];
  runWithOwner(owner, () => {
    onMount(() => void log.push("mount"));
    effect(() => void log.push("effect"));
  });
  owner.dispose();
  owner.connect();
  assertEquals(log, []);
});

Deno.test("errors of effects, mounts and clean-ups are reported, and the others go on", () => {
  const host = new TestHost();
  const owner = new Owner(host);
  const log: string[] = [];
  const fail = (what: string) => (): never => {
    throw new Error(what);
  };
  runWithOwner(owner, () => {
    effect(fail("effect"));
    onMount(fail("mount"));
    onCleanup(() => log.push("cleaned"));
    onCleanup(fail("cleanup"));
  });
  host.runTasks();
  owner.dispose();
  assertEquals(host.reported.map((error) => (error as Error).message), [
    "effect",
    "mount",
    "cleanup",
  ]);
  assertEquals(log, ["cleaned"]);
});

Deno.test("an effect that fails once runs again when what it read changes", () => {
  const host = new TestHost();
  const bad = signal(true);
  let runs = 0;
  runWithOwner(new Owner(host), () =>
    effect(() => {
      runs++;
      if (bad.value) throw new Error("bad");
    }));
  host.runTasks();
  bad.value = false;
  host.runTasks();
  assertEquals([runs, host.reported.length], [2, 1]);
});

Deno.test("hooks without a component, or in a render function, say where they belong", () => {
  assertThrows(() => onMount(() => {}), Error, "no component is being set up");
  assertThrows(() => onCleanup(() => {}), Error, "no component is being set up");
  const owner = new Owner(new TestHost());
  owner.rendering = true;
  for (const hook of [onMount, onCleanup, effect]) {
    assertThrows(
      () => runWithOwner(owner, () => hook(() => {})),
      Error,
      "in a render function",
    );
  }
  runWithOwner(owner, () => signal(1));
  assertEquals(owner.signals, undefined, "such a signal is a local of the run");
});

Deno.test("an effect outside of a component runs at once, until it is stopped", () => {
  const count = signal(1);
  const double = computed(() => count.value * 2);
  const seen: number[] = [];
  const stop = effect(() => void seen.push(double.value));
  batch(() => {
    count.value = 2;
    count.value = 3;
  });
  stop();
  count.value = 4;
  assertEquals(seen, [2, 6]);
});

Deno.test("watch marks once, inside of the write, and watches no more", () => {
  const count = signal(0);
  let marks = 0;
  const { value } = watch(() => count.value, () => void marks++);
  count.value = 1;
  count.value = 2;
  assertEquals([value, marks], [0, 1]);
});

Deno.test("watch gives what was thrown, and still marks", () => {
  const count = signal(0);
  let marks = 0;
  const { error, dispose } = watch(() => {
    throw new Error("x" + count.value);
  }, () => void marks++);
  assertEquals((error!.cause as Error).message, "x0");
  count.value = 1;
  assertEquals(marks, 1);
  dispose();
});
