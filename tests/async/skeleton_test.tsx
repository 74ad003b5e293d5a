import { assertEquals, assertStringIncludes } from "@std/assert";
import { documentStart } from "../../src/server/document.ts";
import { Skeleton } from "../../src/ui/skeleton.tsx";
import { plain, startAsync } from "./fixture.tsx";

function markup(element: unknown): string {
  const rig = startAsync(() => <p>{element as string}</p>);
  rig.live.end();
  return plain(rig.html).replace(/^<p>|<\/p>$/g, "");
}

Deno.test("Skeleton is one bar that screen readers do not meet", () => {
  assertEquals(
    markup(<Skeleton />),
    `<span class="vango-skeleton" aria-hidden="true">` +
      `<span class="vango-skeleton-bar" style="height:1em;border-radius:0.35em"></span></span>`,
  );
});

Deno.test("Skeleton has as many bars as lines, the last one shorter, and the sizes that it is given", () => {
  const html = markup(
    <Skeleton lines={3} width="12rem" height="2em" radius="50%" class="avatar" />,
  );
  const bar = `<span class="vango-skeleton-bar" style="height:2em;border-radius:50%"></span>`;
  const short =
    `<span class="vango-skeleton-bar" style="height:2em;border-radius:50%;width:60%"></span>`;
  assertEquals(
    html,
    `<span class="vango-skeleton avatar" style="width:12rem" aria-hidden="true">` +
      `${bar}${bar}${short}</span>`,
  );
});

Deno.test("every document has the styles of placeholders and skeletons, motion for those who like it", () => {
  const start = documentStart({
    lang: "en",
    htmlAttributes: {},
    bodyAttributes: {},
    head: "",
    token: "",
    noScript: "",
    nonce: "n",
  });
  assertStringIncludes(start, `<style nonce="n">.vango-async-placeholder{min-height:100px;`);
  assertStringIncludes(start, "position:relative}");
  assertStringIncludes(
    start,
    "@media(prefers-reduced-motion:no-preference){.vango-async-replacing{animation:" +
      "vango-fade-out .15s ease-out forwards}",
  );
  assertStringIncludes(start, ".vango-skeleton-bar{");
});
