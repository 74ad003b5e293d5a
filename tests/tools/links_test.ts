import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";
import { abortable, deadline, debounce, delay, pooledMap, retry, RetryError } from "@std/async";
import { delay as delayAlone } from "@std/async/delay";

// The local stand-ins must behave as the real packages do: these cases hold for both.

/** Asserts without the assertions under test. */
function mustFail(fn: () => void): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("The assertion held, and it must not");
}

Deno.test("assertEquals compares contents deeply", () => {
  assertEquals({ a: [1, { b: new Map([["k", new Set([1])]]) }] }, {
    a: [1, { b: new Map([["k", new Set([1])]]) }],
  });
  assertEquals(new Uint8Array([1, 2]), new Uint8Array([1, 2]));
  assertEquals(NaN, NaN);
  assertEquals(0, -0);
  assertEquals({ n: [0] }, { n: [-0] });
  assertEquals(Object.assign(Object.create(null), { a: 1 }), { a: 1 });
  assertEquals(new Date(5), new Date(5));
  assertEquals(/a/g, /a/g);
  assertEquals(new Error("a"), new Error("a"));
  assertEquals(new URL("http://a/b"), new URL("http://a/b"));
});

Deno.test("assertEquals fails on every kind of difference and shows it", () => {
  const differing: [unknown, unknown][] = [
    [1, "1"],
    [{ a: undefined }, {}],
    [[1, 2], [2, 1]],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Set([1]), new Set([2])],
    [new Uint8Array([1]), new Uint8Array([2])],
    [new Date(5), new Date(6)],
    [/a/g, /a/i],
    [new Error("a"), new Error("b")],
    [new URL("http://a/b"), new URL("http://a/c")],
    [new (class A {})(), new (class B {})()],
    [null, undefined],
  ];
  for (const [a, b] of differing) mustFail(() => assertEquals(a, b));
  const message = mustFail(() => assertEquals({ a: 1, b: 2 }, { a: 1, b: 3 }, "the reason"));
  assertStringIncludes(message, "the reason");
  assertMatch(message, /[-+]\s+b: 2/);
  assertMatch(message, /[-+]\s+b: 3/);
});

Deno.test("each assertion holds for the right value and fails for the wrong one", () => {
  const object = {};
  const pairs: [() => void, () => void][] = [
    [() => assert(1), () => assert(0)],
    [() => assertFalse(0), () => assertFalse(1)],
    [() => assertExists(0), () => assertExists(null)],
    [() => assertNotEquals([1], [2]), () => assertNotEquals([1], [1])],
    [() => assertStrictEquals(object, object), () => assertStrictEquals(object, {})],
    [() => assertNotStrictEquals(object, {}), () => assertNotStrictEquals(object, object)],
    [() => assertMatch("abc", /b/), () => assertMatch("abc", /x/)],
    [() => assertNotMatch("abc", /x/), () => assertNotMatch("abc", /b/)],
    [() => assertStringIncludes("abc", "b"), () => assertStringIncludes("abc", "x")],
    [() => assertArrayIncludes([{ a: 1 }, 2], [{ a: 1 }]), () => assertArrayIncludes([1], [2])],
    [() => assertInstanceOf([], Array), () => assertInstanceOf({}, Array)],
    [() => assertGreater(2, 1), () => assertGreater(1, 1)],
    [() => assertGreaterOrEqual(1, 1), () => assertGreaterOrEqual(0, 1)],
    [() => assertLess(1, 2), () => assertLess(1, 1)],
    [() => assertLessOrEqual(1, 1), () => assertLessOrEqual(2, 1)],
    [() => assertAlmostEquals(1, 1 + 1e-9), () => assertAlmostEquals(1, 1.1)],
    [() => assertAlmostEquals(1, 1.1, 0.2), () => assertAlmostEquals(1, 1.3, 0.2)],
    [
      () => assertObjectMatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: 1 } }),
      () => assertObjectMatch({ a: { b: 1 } }, { a: { b: 1, c: 2 } }),
    ],
  ];
  for (const [holds, fails] of pairs) {
    holds();
    mustFail(fails);
  }
  mustFail(() => fail());
  mustFail(() => unreachable());
});

Deno.test("assertThrows checks class and message and returns the error", () => {
  const thrown = new TypeError("no such door");
  const error = assertThrows(
    () => {
      throw thrown;
    },
    TypeError,
    "such door",
  );
  assertStrictEquals(error, thrown);
  mustFail(() => void assertThrows(() => 1));
  const boom = () => {
    throw thrown;
  };
  mustFail(() => void assertThrows(boom, RangeError));
  mustFail(() => void assertThrows(boom, TypeError, "window"));
});

Deno.test("assertRejects checks class and message and refuses a synchronous throw", async () => {
  const error = await assertRejects(() => Promise.reject(new TypeError("late")), TypeError, "late");
  assertEquals(error.message, "late");
  await assertRejects(() => assertRejects(() => Promise.resolve()), AssertionError);
  await assertRejects(
    () => assertRejects(() => Promise.reject(new Error("a")), TypeError),
    AssertionError,
  );
  const sync = () => {
    throw new Error("sync");
  };
  await assertRejects(() => assertRejects(sync), AssertionError);
});

Deno.test("delay ends early with the signal's reason", async () => {
  await delay(0);
  await delayAlone(0);
  const ending = new AbortController();
  const waiting = delay(60_000, { signal: ending.signal });
  ending.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => delay(0, { signal: ending.signal }), Error, "enough");
});

Deno.test("deadline passes a result on and rejects with a TimeoutError when it is late", async () => {
  assertEquals(await deadline(Promise.resolve(7), 60_000), 7);
  const error = await assertRejects(
    () => deadline(new Promise<never>(() => {}), 1),
    DOMException,
  );
  assertEquals(error.name, "TimeoutError");
});

Deno.test("abortable lets go of a promise and of an iteration", async () => {
  const ending = new AbortController();
  const never = abortable(new Promise<never>(() => {}), ending.signal);
  async function* endless(): AsyncGenerator<number> {
    yield 1;
    await new Promise<never>(() => {});
  }
  const items = abortable(endless(), ending.signal);
  assertEquals((await items.next()).value, 1);
  const next = items.next();
  ending.abort();
  await assertRejects(() => never, DOMException);
  await assertRejects(() => next, DOMException);
});

Deno.test("retry tries again until the attempts are used up", async () => {
  let calls = 0;
  const third = () => {
    calls++;
    if (calls < 3) throw new Error("not yet");
    return calls;
  };
  assertEquals(await retry(third, { minTimeout: 0 }), 3);

  const never = () => Promise.reject(new Error("never"));
  const error = await assertRejects(
    () => retry(never, { minTimeout: 0, maxAttempts: 2 }),
    RetryError,
  );
  assertInstanceOf(error.cause, Error);
  await assertRejects(() => retry(never, { isRetriable: () => false }), Error, "never");
  await assertRejects(() => retry(never, { maxAttempts: 0 }), RangeError);
});

Deno.test("debounce makes the newest call once, when flushed or left alone", async () => {
  const calls: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const later = debounce((word: string) => {
    calls.push(word);
    if (word === "last") resolve();
  }, 1);
  later("a");
  later("b");
  assert(later.pending);
  later.flush();
  later.flush();
  later("c");
  later.clear();
  assertFalse(later.pending);
  later("last");
  await promise;
  assertEquals(calls, ["b", "last"]);
});

Deno.test("pooledMap keeps the order, bounds the calls and gathers failures", async () => {
  let running = 0;
  let most = 0;
  const doubled = await Array.fromAsync(pooledMap(2, [3, 1, 2], async (n) => {
    most = Math.max(most, ++running);
    await delay(n);
    running--;
    return n * 2;
  }));
  assertEquals(doubled, [6, 2, 4]);
  assertEquals(most, 2);
  const error = await assertRejects(
    () => Array.fromAsync(pooledMap(1, [1, 2], () => Promise.reject(new Error("no")))),
    AggregateError,
  );
  assertEquals(error.errors.length, 1);
});
