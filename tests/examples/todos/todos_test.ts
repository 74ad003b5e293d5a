/** The todo lists, as somebody uses them, in process; `tests/browser` cuts the network. */
import { deno } from "@vango/vango/deno";
import { createMemoryAuthorityStore } from "@vango/vango/sync";
import { mount, type View } from "@vango/vango/testing";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Hono } from "hono";
import { createApp } from "../../../examples/todos/app.tsx";
import { daysBetween, sayDay, today } from "../../../examples/todos/state/dates.ts";
import { todoSchema } from "../../../examples/todos/state/shapes.ts";
import { tokenOf, userOf } from "../../../examples/todos/state/token.ts";

function makeApp(): Hono {
  return createApp({
    platform: deno(),
    secrets: ["at least 32 characters, no secret"],
    sync: { store: createMemoryAuthorityStore() },
  });
}

function open(app: Hono, path = "/all", userId = "ana"): Promise<View> {
  return mount(app, path, { session: { userId } });
}

async function add(view: View, title: string): Promise<void> {
  await view.fill({ role: "textbox", name: "New todo" }, title);
  await view.click({ role: "button", name: "Add" });
  await view.until(() => titles(view).includes(title));
}

function titles(view: View): string[] {
  return view.findAll(".title").map((title) => title.text);
}

Deno.test("whoever is not signed in is asked for a name, and sees the own todos then", async () => {
  const app = makeApp();
  const response = await app.request("/all");
  assertEquals([response.status, response.headers.get("location")], [302, "/welcome"]);
  await using view = await mount(app, "/welcome");
  await view.fill({ role: "textbox", name: "Your name" }, "<b>");
  await view.click({ role: "button", name: "Go on" });
  assertStringIncludes(view.text(), "Letters and digits");
  await view.fill({ role: "textbox", name: "Your name" }, "Ana");
  await view.click({ role: "button", name: "Go on" });
  await view.until(() => view.url.pathname === "/");
  assertStringIncludes(view.text("h1"), "Today");
});

Deno.test("todos are added, ticked off, found and cleared", async () => {
  const app = makeApp();
  await using view = await open(app);
  assertStringIncludes(view.text(".nothing"), "All done.");
  for (const title of ["Milk", "Garage", "Plants"]) await add(view, title);
  assertEquals(titles(view), ["Plants", "Garage", "Milk"]);
  assertEquals(view.valueOf({ role: "textbox", name: "New todo" }), "");
  await view.click({ role: "checkbox", name: "Done: Garage" });
  assertEquals(titles(view), ["Plants", "Milk"]);
  assertEquals(view.title, "All todos (2)");
  await view.type({ role: "searchbox", name: "Search" }, "mil");
  await view.pass(500);
  assertEquals(titles(view), ["Milk"]);
  await view.fill({ role: "searchbox", name: "Search" }, "");
  await view.pass(500);
  await view.click({ role: "button", name: "Show 1 done" });
  assertEquals(titles(view), ["Plants", "Milk", "Garage"]);
  await view.click({ role: "button", name: "Clear" });
  assertEquals(titles(view), ["Plants", "Milk"]);
  // The data is in the first answer of the next page already.
  assertStringIncludes(await (await view.load("/inbox"), view.html("main")), "Plants");
});

Deno.test("todos are put into order by buttons, and by dragging", async () => {
  const app = makeApp();
  await using view = await open(app);
  for (const title of ["C", "B", "A"]) await add(view, title);
  await view.click({ role: "button", name: "C" });
  await view.click({ role: "button", name: "Move Up" });
  assertEquals(titles(view), ["A", "C", "B"]);
  await view.click({ role: "button", name: "Move Down" });
  assertEquals(titles(view), ["A", "B", "C"]);
  await view.click({ role: "button", name: "Cancel" });
  const rows = view.findAll(".todo");
  await view.dispatch(rows[2]!, "dragstart");
  await view.dispatch(rows[0]!, "drop");
  assertEquals(titles(view), ["C", "A", "B"]);
});

Deno.test("a todo is edited, deleted, and brought back", async () => {
  const app = makeApp();
  await using view = await open(app);
  await add(view, "Milk");
  await view.click({ role: "button", name: "Milk" });
  await view.fill({ role: "textbox", name: "Title" }, "");
  await view.click({ role: "button", name: "Save" });
  assertStringIncludes(view.text(".editor"), "A todo needs a title.");
  await view.fill({ role: "textbox", name: "Title" }, "Oat milk");
  await view.fill({ role: "textbox", name: "Note" }, "Two of them");
  await view.fill(".editor input[name=due]", today());
  await view.click({ role: "button", name: "Save" });
  assert(!view.has(".editor"));
  assertEquals(titles(view), ["Oat milk"]);
  assertStringIncludes(view.text(".due"), "Today");
  assert(view.has(".has-note"));
  await view.navigate("/");
  assertEquals(titles(view), ["Oat milk"]);
  await view.click(".text");
  await view.click({ role: "button", name: "Delete" });
  assertEquals(titles(view), []);
  await view.click({ role: "button", name: "Undo" });
  assertEquals(titles(view), ["Oat milk"]);
});

Deno.test("a list has its own todos, and leaves them to the inbox when it goes", async () => {
  const app = makeApp();
  await using view = await open(app);
  await view.fill({ role: "textbox", name: "New list" }, "Holidays");
  await view.submit(".add-list");
  await view.until(() => view.url.pathname.startsWith("/list/"));
  assertEquals(view.text("h1"), "Holidays");
  await add(view, "Ferry");
  await view.navigate("/inbox");
  assertEquals(titles(view), []);
  await view.navigate("/all");
  assertStringIncludes(view.text(".of-list"), "Holidays");
  await view.click({ role: "button", name: "Delete the list Holidays" });
  await view.until(() => !view.has(".of-list"));
  await view.navigate("/inbox");
  assertEquals(titles(view), ["Ferry"]);
  // An old link to it leads where its todos are.
  await view.navigate("/list/gone");
  assertEquals([view.text("h1"), titles(view)], ["Inbox", ["Ferry"]]);
  await add(view, "Tram");
  await view.navigate("/inbox");
  assertEquals(titles(view), ["Tram", "Ferry"]);
});

Deno.test("two open pages follow each other; who changes the same is asked, and nobody is overwritten", async () => {
  const app = makeApp();
  await using here = await open(app);
  await using there = await open(app);
  await using other = await open(app, "/all", "bob");
  await add(here, "Milk");
  await there.until(() => titles(there).includes("Milk"));
  assertEquals(titles(other), []);
  for (const view of [here, there]) await view.click(".text");
  await here.fill({ role: "textbox", name: "Title" }, "Oat milk");
  await there.fill({ role: "textbox", name: "Title" }, "Two milk");
  await here.click({ role: "button", name: "Save" });
  await there.click({ role: "button", name: "Save" });
  await there.until(() => there.has(".vango-conflict"));
  assertStringIncludes(there.text(".vango-conflict"), "MineTwo milkTheirsOat milk");
  assertEquals(titles(there), ["Oat milk"]);
  await there.click({ role: "button", name: "Keep mine" });
  await here.until(() => titles(here).includes("Two milk"));
  assertEquals(here.text(".vango-sync-status"), "Synced");
});

Deno.test("days are said as people say them", () => {
  const from = "2030-12-30";
  const said = (day: string) => sayDay(day, from);
  assertEquals(said("2030-12-30"), "Today");
  assertEquals(said("2030-12-31"), "Tomorrow");
  assertEquals(said("2030-12-29"), "Yesterday");
  assertEquals(said("2031-01-03"), "Friday");
  assertEquals(said("2030-12-01"), "1 Dec");
  assertEquals(said("2031-02-01"), "1 Feb 2031");
  assertEquals(daysBetween("2030-02-28", "2030-03-01"), 1);
  assertEquals(today("", new Date(2030, 0, 5, 23, 59)), "2030-01-05");
  const noon = new Date("2030-01-05T12:00:00Z");
  assertEquals(today("Pacific/Kiritimati", noon), "2030-01-06");
  assertEquals(today("Pacific/Pago_Pago", noon), "2030-01-05");
});

Deno.test("what is no todo is refused with the field that is wrong", () => {
  const good = { title: "Milk", note: "", done: false, due: "", list: "", order: 1 };
  const check = (value: unknown) => {
    const result = todoSchema["~standard"].validate(value);
    assert(!(result instanceof Promise));
    return result.issues?.map(({ path, message }) => `${path?.join() ?? ""} ${message}`);
  };
  assertEquals(check(good), undefined);
  assertEquals(check({ ...good, title: "" }), ["title must not be empty"]);
  assertEquals(check({ ...good, due: "tomorrow" }), ["due must be a date"]);
  assertEquals(check({ ...good, order: NaN }), ["order must be a number"]);
  assertEquals(check({ ...good, isAdmin: true }), ["isAdmin is not known"]);
  assertEquals(check(null), [" must be an object"]);
  const { done: _, ...rest } = good;
  assertEquals(check(rest), ["done must be true or false"]);
});

Deno.test("a device's token says whose it is", () => {
  const request = (authorization: string) =>
    new Request("http://localhost/", { headers: { authorization } });
  assertEquals(userOf(request(`Bearer ${tokenOf("Ana María")}`)), { userId: "Ana María" });
  assertEquals(userOf(request("Bearer todos.%E0%A4%A")), undefined);
  assertEquals(userOf(request("Bearer other")), undefined);
});
