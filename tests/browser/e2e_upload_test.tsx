/** Forms with files in a real browser. */
import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { signal } from "@vango/vango";
import { openSite, shows, textOf } from "./e2e_rig.ts";
import type { TestApp } from "../server/rig.ts";

function routes({ app, vango }: TestApp): void {
  app.get(
    "/",
    vango.page(() => {
      const log = signal<string[]>([]);
      const add = (text: string): void => {
        log.value = [...log.value, text];
      };
      return () => (
        <form
          onsubmit={async (event) => {
            const file = event.data.get("file");
            const { name, size } = file instanceof File ? file : { name: "none", size: 0 };
            const start = file instanceof File ? await file.slice(0, 5).text() : "";
            add(`${event.data.get("title")} ${name} ${size} ${start} ${event.data.get("go")}`);
          }}
        >
          <input id="title" name="title" onchange={(event) => add(`title ${event.value}`)} />
          <input
            type="file"
            id="file"
            name="file"
            multiple
            onchange={(e) => add(e.files[0]!.name)}
          />
          <button type="submit" name="go" value="now" id="go">send</button>
          <button type="button" id="b" onclick={() => add("click")}>click</button>
          <p id="p">{log.value.join(", ")}</p>
        </form>
      );
    }),
  );
}

Deno.test("a form with a file is sent with its content, in its turn, and without one as before", async () => {
  await using site = await openSite(routes);
  const page = await site.open();
  await page.fill("#title", "Photo");
  await page.click("#go");
  await shows(page, "#p", "title Photo, Photo none 0  now");
  const size = 3_000_000;
  await page.setInputFiles("#file", {
    name: "big ö.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("start".padEnd(size, "x")),
  });
  await page.evaluate(() => {
    document.getElementById("go")!.click();
    document.getElementById("b")!.click();
  });
  const expected =
    `title Photo, Photo none 0  now, big ö.bin, Photo big ö.bin ${size} start now, click`;
  await shows(page, "#p", expected);
  assertEquals(site.complaints, []);
  assertEquals(site.errors, []);
});

Deno.test("a form with a file that is too large is told to the page, which goes on", async () => {
  await using site = await openSite(routes, { uploads: { maxBytes: 100_000 } });
  const page = await site.open();
  await page.evaluate(() => {
    document.addEventListener("vango:error", (event) => {
      document.title = (event as CustomEvent).detail.message;
    });
  });
  await page.setInputFiles("#file", {
    name: "big.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.alloc(200_000),
  });
  await page.click("#go");
  await page.waitForFunction(() => document.title === "upload-too-large");
  await page.click("#b");
  await shows(page, "#p", "big.bin, click");
  assertEquals(await textOf(page, "#p"), "big.bin, click");
});
