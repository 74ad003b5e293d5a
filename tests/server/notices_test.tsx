// deno-lint-ignore-file jsx-key
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ConfigError, createVango, type Ctx } from "@vango/vango";
import { Hono } from "hono";
import { Refusals } from "../../src/server/refusals.ts";
import { SECRET } from "./rig.ts";

/** What is written to the console as a warning meanwhile. */
async function warnings(work: () => unknown): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (...values: unknown[]) => void said.push(values.join(" "));
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return said;
}

Deno.test("an app without a platform says once, to a browser's visit, that its pages stay static", async () => {
  const app = new Hono();
  const vango = createVango({ app, secrets: [SECRET] });
  app.get("/", vango.page(() => <p>static</p>));
  const said = await warnings(async () => {
    await app.request("/");
    for (let visit = 0; visit < 2; visit++) {
      await app.request("/", { headers: { "sec-fetch-mode": "navigate" } });
    }
  });
  assertEquals(said.length, 1);
  assertMatch(said[0]!, /pages are static.*no platform.*pass one/);
});

Deno.test("a refusal is said in words, once a minute for each kind", async () => {
  const refusals = new Refusals(undefined);
  const said = await warnings(() => {
    for (const kind of ["dropped", "origin", "dropped"] as const) refusals.note(kind);
  });
  assertEquals(said, [
    "vango: refused an event on what has left the page, such as the second of two quick clicks " +
    "(dropped: 1 so far)",
    "vango: refused a connection or form from another site; name yours in the option origins " +
    "(origin: 1 so far)",
  ]);
  assertEquals(refusals.counts(), { dropped: 2, origin: 1 });
});

Deno.test("page refuses what is no function of ctx alone, and says what to write", () => {
  const vango = createVango({ app: new Hono(), secrets: [SECRET] });
  const Cart = (_: object, ctx: Ctx) => <p>{ctx.route}</p>;
  for (
    const [page, message] of [
      [<p>home</p>, "cannot make a page of object: a page is a function that gets ctx"],
      [Cart, "cannot make a page of Cart: it takes props and ctx, and a page gets ctx alone"],
    ] as const
  ) assertThrows(() => vango.page(page as never), ConfigError, message);
});
