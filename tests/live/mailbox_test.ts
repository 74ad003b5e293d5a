import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { HandlerTimeoutError, Mailbox } from "../../src/live/mailbox.ts";
import { FakeTime } from "./fake_time.ts";

/** A task that notes what becomes of it. */
function task(log: string[], name: string, run: () => unknown) {
  return {
    run: () => {
      log.push(`run ${name}`);
      return run();
    },
    abort: () => void log.push(`abort ${name}`),
    done: (error?: unknown) => void log.push(error ? `failed ${name}` : `done ${name}`),
  };
}

Deno.test("Mailbox runs synchronous tasks at once and in order", () => {
  const log: string[] = [];
  const mailbox = new Mailbox(100);
  mailbox.push(task(log, "a", () => mailbox.push(task(log, "b", () => {}))));
  assertEquals(log, ["run a", "done a", "run b", "done b"]);
  assert(!mailbox.busy);
});

Deno.test("Mailbox holds tasks back while an asynchronous one runs", async () => {
  using time = new FakeTime();
  const log: string[] = [];
  const mailbox = new Mailbox(100);
  const slow = Promise.withResolvers<void>();
  mailbox.push(task(log, "slow", () => slow.promise));
  mailbox.push(task(log, "next", () => {}));
  mailbox.push(task(log, "last", () => {}));
  await time.tick(99);
  assertEquals(log, ["run slow"]);
  assertEquals(mailbox.length, 2);
  slow.resolve();
  await time.tick();
  assertEquals(log, ["run slow", "done slow", "run next", "done next", "run last", "done last"]);
  assertEquals(time.timers, 0);
});

Deno.test("Mailbox goes on after a task that throws, rejects, or rejects with nothing", async () => {
  using time = new FakeTime();
  const log: string[] = [];
  const mailbox = new Mailbox(100);
  mailbox.push(task(log, "throws", () => {
    throw new Error("no");
  }));
  mailbox.push(task(log, "rejects", () => Promise.reject(new Error("no"))));
  mailbox.push(task(log, "empty", () => Promise.reject(undefined)));
  mailbox.push(task(log, "fine", () => {}));
  await time.tick();
  assertEquals(log.filter((line) => !line.startsWith("run")), [
    "failed throws",
    "failed rejects",
    "failed empty",
    "done fine",
  ]);
});

Deno.test("Mailbox gives a task up at its deadline, once, and runs the next", async () => {
  using time = new FakeTime();
  const errors: unknown[] = [];
  const log: string[] = [];
  const mailbox = new Mailbox(100);
  const never = Promise.withResolvers<void>();
  mailbox.push({
    run: () => never.promise,
    abort: () => void log.push("abort"),
    done: (error) => void errors.push(error),
  });
  mailbox.push(task(log, "next", () => {}));
  await time.tick(100);
  assertInstanceOf(errors[0], HandlerTimeoutError);
  assertEquals(errors[0].code, "handler-timeout");
  assertEquals(log, ["abort", "run next", "done next"]);
  never.reject(new Error("too late to matter"));
  await time.tick();
  assertEquals(errors.length, 1);
});

Deno.test("Mailbox drops what waits when it is closed, and reports nothing any more", async () => {
  using time = new FakeTime();
  const log: string[] = [];
  const mailbox = new Mailbox(100);
  const slow = Promise.withResolvers<void>();
  mailbox.push(task(log, "slow", () => slow.promise));
  mailbox.push(task(log, "never", () => {}));
  mailbox.close();
  mailbox.push(task(log, "later", () => {}));
  slow.resolve();
  await time.tick(1000);
  assertEquals(log, ["run slow"]);
  assertEquals(time.timers, 0);
});
