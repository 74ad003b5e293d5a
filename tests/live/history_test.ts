import { assertEquals, assertStrictEquals } from "@std/assert";
import { History } from "../../src/live/history.ts";

function frame(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size);
}

Deno.test("History gives the frames behind a number", () => {
  const history = new History(100);
  const frames = [frame(1), frame(2), frame(3)];
  for (const each of frames) history.push(each);
  assertEquals(history.after(0), frames);
  assertEquals(history.after(2), [frames[2]!]);
  assertEquals(history.after(3), []);
});

Deno.test("History has nothing for a number whose frames were acknowledged", () => {
  const history = new History(100);
  for (let i = 0; i < 3; i++) history.push(frame(1));
  history.trim(2);
  assertStrictEquals(history.after(1), undefined);
  assertEquals(history.after(2)?.length, 1);
  history.trim(99);
  assertEquals(history.after(3), []);
});

Deno.test("History drops the oldest frames past its limit, even a single one", () => {
  const history = new History(10);
  history.push(frame(6));
  history.push(frame(6));
  assertStrictEquals(history.after(0), undefined);
  assertEquals(history.after(1)?.length, 1);
  history.push(frame(11));
  assertStrictEquals(history.after(2), undefined);
  assertEquals(history.after(3), []);
});

Deno.test("History begins with the number that it is given", () => {
  const history = new History(100, 8);
  assertStrictEquals(history.after(6), undefined);
  assertEquals(history.after(7), []);
  history.push(frame(1));
  assertEquals(history.after(7)?.length, 1);
});
