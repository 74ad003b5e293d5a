import { assert, assertEquals, assertMatch } from "@std/assert";
import { mount } from "@vango/vango/testing";
import { sampler } from "../../../examples/dashboard/state/machine.ts";
import { app } from "./test_app.ts";

const COUNTER = { role: "status", name: "Shared counter" } as const;
const NOTE = { role: "textbox", name: "Shared note" } as const;
const FILTER = { role: "searchbox", name: /^Filter processes/ } as const;

Deno.test("two visitors count and write together, and see who watches", async () => {
  await using ada = await mount(app, "/");
  await using bob = await mount(app, "/");
  await ada.settle();
  assertEquals(ada.text(".presence output"), "2 people watching");
  assertEquals(sampler.watchers, 2);

  const before = Number(ada.text(COUNTER));
  await ada.click({ role: "button", name: "Count up" });
  await ada.click({ role: "button", name: "Count up" });
  await bob.click({ role: "button", name: "Count down" });
  await ada.settle();
  assertEquals([ada.text(COUNTER), bob.text(COUNTER)], [`${before + 1}`, `${before + 1}`]);

  await bob.type(NOTE, "Deploy at four");
  await ada.settle();
  assertEquals(ada.valueOf(NOTE), "Deploy at four");
});

Deno.test("a filter belongs to its page; nothing found is said", async () => {
  await using view = await mount(app, "/");
  await using other = await mount(app, "/", { session: view });
  await view.type(FILTER, "no process is called like this");
  assertEquals(view.text(".empty"), "No process matches no process is called like this.");
  assert(!other.has(".empty"));
  await view.type(FILTER, "");
  assert(view.has("tbody tr"));
});

Deno.test("a column header sorts, and turns the order at the second press", async () => {
  await using view = await mount(app, "/");
  const pids = (): number[] => view.findAll("td.col-pid").map((cell) => Number(cell.text));
  const sort = (): string | undefined => view.find("th.col-pid").get("aria-sort");
  await view.click("th.col-pid button");
  const first = sort();
  assertMatch(first ?? "", /^(?:a|de)scending$/);
  assertEquals(pids(), pids().toSorted((a, b) => first === "ascending" ? a - b : b - a));
  await view.click("th.col-pid button");
  assert(sort() !== first && sort() !== "none");
});

Deno.test("the theme is the session's: every tab of a visitor follows", async () => {
  await using view = await mount(app, "/");
  await using tab = await mount(app, "/", { session: view });
  await view.click({ role: "radio", name: "Dark" });
  await tab.settle();
  assertEquals(tab.find(".page").get("data-theme"), "dark");
  assert(tab.has({ role: "radio", name: "Dark", checked: true }));
});

Deno.test("a page that is closed is measured for no more", () => {
  assertEquals(sampler.watchers, 0);
});
