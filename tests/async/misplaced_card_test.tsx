import { assert, assertEquals, assertMatch } from "@std/assert";
import { createVango, type Ctx } from "@vango/vango";
import { deno } from "@vango/vango/deno";
import { mount } from "@vango/vango/testing";
import { Hono } from "hono";

Deno.test("a region whose error card may not stand where it is ends with nothing, not for ever", async () => {
  const app = new Hono();
  const errors: unknown[] = [];
  const vango = createVango({
    app,
    platform: deno(),
    // Nesting is looked at in development alone.
    development: true,
    secrets: ["a secret of at least 32 characters"],
    onError: (error) => {
      errors.push(error);
      assert(errors.length < 10, "it goes on for ever");
    },
  });
  app.get(
    "/",
    vango.page((ctx: Ctx) => (
      <table>
        <tbody>
          {ctx.async.render(<td>Wait</td>, () => {
            throw new Error("no rows");
          })}
        </tbody>
      </table>
    )),
  );
  await using view = await mount(app, "/");
  assertEquals(view.html("tbody"), "<tbody></tbody>");
  assertEquals(errors.length, 1);
  assertMatch(String(errors[0]), /no rows/);
});
