import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { MAX_UPLOADS, UPLOAD_PATIENCE } from "../../src/live/limits.ts";
import { Mailbox } from "../../src/live/mailbox.ts";
import { UploadError, Uploads, type UploadSlot } from "../../src/live/uploads.ts";
import { FakeTime } from "./fake_time.ts";

function begin(uploads: Uploads, id: string): UploadSlot {
  const slot = uploads.begin(id);
  if (slot === undefined || slot === "known") throw new Error(`${id} is ${slot}`);
  return slot;
}

function form(text: string): FormData {
  const data = new FormData();
  data.set("text", text);
  return data;
}

Deno.test("Uploads gives the form to its event, whichever comes first", async () => {
  using time = new FakeTime();
  const uploads = new Uploads();
  begin(uploads, "a").arrived(form("first"));
  assertEquals((await uploads.take("a")).get("text"), "first");
  const taken = uploads.take("b");
  begin(uploads, "b").arrived(form("later"));
  assertEquals((await taken).get("text"), "later");
  assertEquals(time.timers, 0);
});

Deno.test("Uploads gives an event up whose form does not begin to arrive in time", async () => {
  using time = new FakeTime();
  const uploads = new Uploads();
  const taken = assertRejects(() => uploads.take("a"), UploadError);
  await time.tick(UPLOAD_PATIENCE);
  assertEquals((await taken).code, "upload-late");
  assertEquals(time.timers, 0);
});

Deno.test("Uploads waits for a form that is being read as long as that takes, and again when it breaks off", async () => {
  using time = new FakeTime();
  const uploads = new Uploads();
  const taken = uploads.take("a");
  const first = begin(uploads, "a");
  assertEquals(uploads.begin("a"), "known");
  await time.tick(10 * UPLOAD_PATIENCE);
  first.lost();
  await time.tick(UPLOAD_PATIENCE - 1);
  begin(uploads, "a").arrived(form("second"));
  assertEquals((await taken).get("text"), "second");
});

Deno.test("Uploads knows forms that are over, and tells the event of one that failed", async () => {
  using _ = new FakeTime();
  const uploads = new Uploads();
  begin(uploads, "a").failed(new UploadError("upload-too-large", "no"));
  const error = await assertRejects(() => uploads.take("a"), UploadError);
  assertEquals(error.code, "upload-too-large");
  assertEquals(uploads.begin("a"), "known");
});

Deno.test("Uploads keeps few forms, and none that no event asks for", async () => {
  using time = new FakeTime();
  const uploads = new Uploads();
  for (let i = 0; i < MAX_UPLOADS; i++) begin(uploads, `f${i}`).arrived(form("x"));
  assertEquals(uploads.begin("more"), undefined);
  assertInstanceOf(await assertRejects(() => uploads.take("other")), UploadError);
  await time.tick(UPLOAD_PATIENCE);
  begin(uploads, "more").arrived(form("y"));
  uploads.close();
  assertEquals(uploads.begin("late"), undefined);
  assertEquals(time.timers, 0);
});

Deno.test("Mailbox holds a task until what it needs is there, and the tasks behind it, too", async () => {
  using time = new FakeTime();
  const log: string[] = [];
  const mailbox = new Mailbox(100);
  const needed = Promise.withResolvers<void>();
  const task = (name: string, ready?: () => Promise<void>) => ({
    ...ready ? { ready } : {},
    pin: () => void log.push(`pin ${name}`),
    run: () => void log.push(`run ${name}`),
    done: (error?: unknown) => void log.push(`${error ? "failed" : "done"} ${name}`),
  });
  mailbox.push(task("first"));
  mailbox.push(task("held", () => needed.promise));
  mailbox.push(task("behind"));
  // Longer than a handler may take: that clock starts when it runs.
  await time.tick(10_000);
  mailbox.pin();
  assertEquals(log.splice(0), ["run first", "done first", "pin held", "pin behind"]);
  needed.resolve();
  await time.tick();
  assertEquals(log.splice(0), ["run held", "done held", "run behind", "done behind"]);
  mailbox.push(task("refused", () => Promise.reject(new Error("no"))));
  mailbox.push(task("next"));
  await time.tick();
  assertEquals(log, ["failed refused", "run next", "done next"]);
  assertEquals(mailbox.busy, false);
});
