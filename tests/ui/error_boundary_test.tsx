import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { createVango, ErrorBoundary, type Renderable, signal } from "@vango/vango";
import { mount as openPage } from "@vango/vango/testing";
import { HtmlWriter } from "../../src/html/write.ts";
import { PatchEncoder } from "../../src/tree/encoder.ts";
import { flushTree } from "../../src/tree/flush.ts";
import { Tree } from "../../src/tree/tree.ts";
import { makeApp } from "../server/rig.ts";

/** A mounted page: its markup now, and after updates. */
function mount(root: unknown) {
  const errors: unknown[] = [];
  const tree = new Tree({
    connected: true,
    ctx: {},
    schedule: (task) => task(),
    invalidate: () => {},
    report: (error) => void errors.push(error),
    errorCard: () => "card",
  });
  const region = tree.addRegion();
  const writer = new HtmlWriter(region);
  writer.writeRegion(root);
  writer.settle();
  const encoder = new PatchEncoder(region);
  return {
    errors,
    html(): string {
      flushTree(tree, encoder);
      encoder.out.clear();
      const again = new HtmlWriter(region, { marks: false });
      again.rewriteRegion();
      return again.html;
    },
  };
}

const Broken = () => {
  throw new Error("no data");
};

Deno.test("ErrorBoundary shows its fallback for a child that throws in the first render", () => {
  const page = mount(
    <main>
      <ErrorBoundary fallback={(error) => <i>{(error as Error).message}</i>}>
        <p>before</p>
        <Broken />
      </ErrorBoundary>
      <p>sibling</p>
    </main>,
  );
  assertEquals(page.html(), "<main><i>no data</i><p>sibling</p></main>");
  assertEquals(page.errors.length, 1, "the log has it");
});

Deno.test("ErrorBoundary without a fallback shows the page's card, which tells users an id alone", () => {
  const page = mount(
    <main>
      <ErrorBoundary>
        <Broken />
      </ErrorBoundary>
      <p>sibling</p>
    </main>,
  );
  assertEquals(page.html(), "<main>card<p>sibling</p></main>");
});

Deno.test("ErrorBoundary catches what an update throws, and reset mounts the children anew", () => {
  const bad = signal(false);
  let mounts = 0;
  let reset = () => {};
  const Child = () => {
    mounts++;
    return () => {
      if (bad.value) throw new Error("now");
      return <b>fine</b>;
    };
  };
  const page = mount(
    <ErrorBoundary
      fallback={(error, again) => {
        reset = again;
        return <i>{(error as Error).message}</i>;
      }}
    >
      <Child />
    </ErrorBoundary>,
  );
  assertEquals(page.html(), "<b>fine</b>");
  bad.value = true;
  assertEquals(page.html(), "<i>now</i>");
  bad.value = false;
  reset();
  assertEquals(page.html(), "<b>fine</b>");
  assertEquals(mounts, 2);
});

Deno.test("ErrorBoundary leaves a fallback that throws to the boundary around it", () => {
  const page = mount(
    <ErrorBoundary fallback={(error) => <i>outer {(error as Error).message}</i>}>
      <ErrorBoundary
        fallback={() => {
          throw new Error("fallback");
        }}
      >
        <Broken />
      </ErrorBoundary>
    </ErrorBoundary>,
  );
  assertEquals(page.html(), "<i>outer fallback</i>");
});

Deno.test("ErrorBoundary catches what an async component rejects with", async () => {
  const app = new Hono();
  const vango = createVango({ app, secrets: ["a secret of more than 32 characters, for tests"] });
  const Late = async () => {
    await Promise.resolve();
    throw new Error("late");
  };
  app.get(
    "/",
    vango.page(() => (
      <ErrorBoundary fallback={(error) => <i>{(error as Error).message}</i>}>
        <Late />
      </ErrorBoundary>
    )),
  );
  const response = await app.request("/");
  assertEquals(response.status, 200);
  const html = await response.text();
  assertStringIncludes(html, "late</i>");
  assert(!html.includes("ComponentError"));
});

Deno.test("ErrorBoundary in a layout shows the next page, and tries again when the last one is back", async () => {
  const { app, vango } = makeApp({ development: true });
  const works = signal(false);
  const Layout = (props: { children: Renderable }) => (
    <ErrorBoundary fallback={(_, reset) => <button type="button" onclick={reset}>Again</button>}>
      <section>{props.children}</section>
    </ErrorBoundary>
  );
  const Part = () => works.peek() ? <p>works</p> : <Broken />;
  app.get("/fine", vango.page(() => <p>fine</p>, { layout: Layout }));
  app.get("/broken", vango.page(() => <Part />, { layout: Layout }));
  await using view = await openPage(app, "/broken");
  assert(view.has("button"));
  await view.navigate("/fine");
  assertEquals(view.text("p"), "fine");
  await view.navigate("/broken");
  await view.click("button");
  assert(view.has("button"), "it failed once more");
  works.value = true;
  await view.click("button");
  assertEquals(view.text("p"), "works");
  await view.navigate("/fine?again");
  assertEquals(view.text("p"), "fine");
});
