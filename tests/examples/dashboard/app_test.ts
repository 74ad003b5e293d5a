import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sampler } from "../../../examples/dashboard/state/machine.ts";
import { app } from "./test_app.ts";

Deno.test("the page arrives with this machine's figures in it, and leaves nothing running", async () => {
  const response = await app.request("/");
  assertEquals(response.status, 200);
  const html = await response.text();
  assertStringIncludes(html, Deno.hostname());
  assertMatch(html, /<title>\d+% · /);
  assertStringIncludes(html, 'aria-sort="descending"');
  const rows = html.match(/<th [^>]*scope="row"/g) ?? [];
  assert(rows.length > 0 && rows.length <= 16, `${rows.length} rows`);
  assertEquals(sampler.watchers, 0, "a page that is only fetched watches nothing");
});

Deno.test("the page can be used by keyboard and read aloud", async () => {
  const html = await (await app.request("/")).text();
  assertEquals(html.match(/<h1/g)?.length, 1);
  for (const [control] of html.matchAll(/<(?:input|textarea)[^>]*>/g)) {
    const labelled = html.slice(0, html.indexOf(control)).lastIndexOf("<label") >
      html.slice(0, html.indexOf(control)).lastIndexOf("</label>");
    assert(labelled, `no label around ${control}`);
  }
  for (const [svg] of html.matchAll(/<svg[^>]*>/g)) {
    const hidden = svg.includes('aria-hidden="true"') ||
      html.slice(0, html.indexOf(svg)).endsWith('<div v class="chart" aria-hidden="true">');
    assert(hidden, `a drawing that is read aloud: ${svg}`);
  }
  assertMatch(html, /<caption[^>]*>\s*Running processes/);
  assertMatch(html, /<meter[^>]* aria-label="Memory"/);
});

Deno.test("the page holds its strict policy: scripts and styles by nonce, no handlers in markup", async () => {
  const response = await app.request("/");
  const policy = response.headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "script-src 'nonce-");
  assert(!/(?:script|style)-src [^;]*'unsafe-inline'/.test(policy), policy);
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
  const html = await response.text();
  for (const [tag] of html.matchAll(/<(?:style|script)[^>]*>/g)) {
    assertStringIncludes(tag, `nonce="${nonce}"`);
  }
  assert(!/ on[a-z]+="/.test(html));
});

Deno.test("the stylesheet is kept for ever, under the hash of its content", async () => {
  const html = await (await app.request("/")).text();
  const path = /<link rel="stylesheet" href="([^"]+)"/.exec(html)?.[1] ?? "";
  assertMatch(path, /^\/assets\/style\.[0-9a-f]{12}\.css$/);
  const response = await app.request(path);
  assertEquals(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assertStringIncludes(await response.text(), "prefers-reduced-motion");
});
