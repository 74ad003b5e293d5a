import { assertEquals } from "@std/assert";
import { Frame } from "../../src/protocol/codes.ts";
import { openRig, type Visit } from "./rig.ts";

Deno.test("the overlay shows what a developer must know of an error", async (t) => {
  await using rig = await openRig({ "/_vango/overlay.js": "client/overlay.ts" });
  const csp = "default-src 'none'; script-src 'self'; connect-src 'self'; " +
    "require-trusted-types-for 'script'; trusted-types vango";
  const open = () =>
    rig.open("<p v>0</p>", {
      csp,
      head: `<script type="module" src="/_vango/overlay.js"></script>`,
    });
  const fail = async (visit: Visit, error: unknown) => {
    visit.peer.sendJson(Frame.ERROR, error);
    await visit.peer.settled();
  };
  const text = (visit: Visit, selector: string) => visit.page.locator(selector).allTextContents();

  await t.step("message, components and stack, as text", async () => {
    const visit = await open();
    const problems: string[] = [];
    visit.page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await fail(visit, {
      code: "handler",
      id: "e7",
      message: "<img src=x onerror=alert(1)> is not a number",
      components: ["Row", "Table"],
      stack: "Error: x\n    at run (file:///app/row.tsx:3:9)\n    at ext:core/01_core.js:1:1",
    });
    assertEquals(await visit.page.locator("section").isVisible(), true);
    assertEquals(await text(visit, "h2"), ["<img src=x onerror=alert(1)> is not a number"]);
    assertEquals(await text(visit, "section p"), ["in <Row>", "in <Table>"]);
    assertEquals(await text(visit, "pre b"), ["    at run (file:///app/row.tsx:3:9)"]);
    assertEquals(await visit.page.evaluate(() => document.body.textContent), "0");
    assertEquals(problems, []);
    await visit.page.keyboard.press("Escape");
    assertEquals(await visit.page.locator("section").isVisible(), false);
  });

  await t.step("several errors, the newest first, and back", async () => {
    const visit = await open();
    await fail(visit, { code: "handler", message: "one", stack: "" });
    await fail(visit, { code: "handler", message: "two", stack: "" });
    assertEquals(await text(visit, "h2"), ["two"]);
    await visit.page.click("button[title='Error before']");
    assertEquals(await text(visit, "h2"), ["one"]);
    await visit.page.click("button[title^=Close]");
    assertEquals(await visit.page.locator("section").isVisible(), false);
  });

  await t.step("an error without details shows nothing", async () => {
    const visit = await open();
    await fail(visit, { code: "handler", id: "e8" });
    assertEquals(await visit.page.locator("section").count(), 0);
  });
});
