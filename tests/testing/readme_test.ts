/** The first app that somebody copies. */
import { assert, assertEquals } from "@std/assert";
import { mount } from "@vango/vango/testing";

Deno.test("the README's first app has at most 20 lines and counts clicks as it stands", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const source = readme.match(/```tsx ignore\n\/\/ main\.tsx\n(.+?)```/s)![1]!;
  assert(source.trim().split("\n").length <= 20);
  const before = Deno.env.get("VANGO_SECRET");
  // So that the app makes none, and no file for it.
  Deno.env.set("VANGO_SECRET", "a secret of at least 32 characters");
  try {
    const { default: app } = await import(`data:text/tsx,${encodeURIComponent(source)}`);
    await using view = await mount(app, "/");
    assertEquals(view.title, "Counter");
    await view.click({ role: "button", name: "Clicked 0 times" });
    assertEquals(view.text("button"), "Clicked 1 times");
  } finally {
    if (before === undefined) Deno.env.delete("VANGO_SECRET");
    else Deno.env.set("VANGO_SECRET", before);
  }
});
