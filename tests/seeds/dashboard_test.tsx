/** The specification's 16.2 usage example: a dashboard with two slow parts. */
import { assert, assertEquals } from "@std/assert";
import { type Ctx, ErrorCard, Skeleton } from "@vango/vango";
import { mount } from "@vango/vango/testing";
import { exampleApp } from "./rig.ts";

/** What the dashboard asks; a test answers. */
interface Sources {
  readonly analytics: PromiseWithResolvers<number[]>;
  readonly users: PromiseWithResolvers<string[]>;
  readonly signals: AbortSignal[];
}

function makeSources(): Sources {
  return { analytics: Promise.withResolvers(), users: Promise.withResolvers(), signals: [] };
}

const QuickStats = (_: unknown, ctx: Ctx) => <p class="stats">{ctx.route} has 3 orders</p>;

const AnalyticsChart = ({ data }: { data: number[] }) => (
  <ol class="chart">{data.map((value, i) => <li key={i}>{value}</li>)}</ol>
);

const UserList = ({ users }: { users: string[] }) => (
  <ul class="users">{users.map((user) => <li key={user}>{user}</li>)}</ul>
);

function dashboard({ analytics, users, signals }: Sources) {
  return (ctx: Ctx) => (
    <main class="grid grid-cols-3 gap-4">
      {/* Fast local data: there at once. */}
      <QuickStats />

      {/* A slow call: streamed when it is ready. */}
      {ctx.async.render(
        <Skeleton class="h-48" lines={4} />,
        async (signal) => {
          signals.push(signal);
          return <AnalyticsChart data={await analytics.promise} />;
        },
      )}

      {/* Another one, with a view of its own for errors. */}
      {ctx.async.renderWithError(
        <Skeleton class="h-48" lines={4} />,
        async (signal) => {
          signals.push(signal);
          return <UserList users={await users.promise} />;
        },
        (error) => <ErrorCard title="Failed to load users" message={(error as Error).message} />,
      )}
    </main>
  );
}

Deno.test("the dashboard's fast part is there with two skeletons; each slow part follows on its own", async () => {
  const sources = makeSources();
  const { app, errors } = exampleApp(dashboard(sources));
  const response = await app.request("/");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let html = "";
  const readUntil = async (text: string) => {
    while (!html.includes(text)) {
      const { value, done } = await reader.read();
      assert(!done, `the response ended without ${text}`);
      html += value;
    }
  };
  await readUntil("has 3 orders");
  assertEquals(html.match(/class="vango-skeleton h-48"/g)?.length, 2);
  assertEquals(html.match(/data-async-id=/g)?.length, 2);

  // The second is ready first, and does not wait for the first.
  sources.users.resolve(["ada", "bob"]);
  await readUntil(">bob</li>");
  assert(!html.includes('class="chart"'));
  sources.analytics.resolve([3, 1, 4]);
  await readUntil("</html>");
  assert(html.indexOf('class="users"') < html.indexOf('class="chart"'));
  assertEquals(errors, []);
});

Deno.test("the dashboard goes live with both parts, each of whose functions ran once", async () => {
  const sources = makeSources();
  const { app, errors } = exampleApp(dashboard(sources));
  await using view = await mount(app, "/", { settle: false });
  assertEquals(view.findAll(".vango-skeleton").length, 2);
  sources.analytics.resolve([3, 1, 4]);
  sources.users.resolve(["ada"]);
  await view.settle();
  assertEquals(view.text(".chart"), "3 1 4");
  assertEquals(view.text(".users"), "ada");
  assertEquals(view.findAll(".vango-skeleton").length, 0);
  assertEquals(sources.signals.length, 2);
  assertEquals(errors, []);
});

Deno.test("a part of the dashboard that fails shows its error card, and the others stay", async () => {
  const sources = makeSources();
  const { app } = exampleApp(dashboard(sources));
  await using view = await mount(app, "/", { settle: false });
  sources.users.reject(new Error("The service is away."));
  sources.analytics.resolve([3]);
  await view.settle();
  assertEquals(view.text({ role: "alert" }), "Failed to load users The service is away.");
  assertEquals(view.text(".chart"), "3");
});

Deno.test("whoever leaves the dashboard is not worked for", async () => {
  const sources = makeSources();
  const { app } = exampleApp(dashboard(sources));
  const response = await app.request("/");
  await response.body!.cancel();
  assertEquals(sources.signals.map(({ aborted }) => aborted), [true, true]);
});
