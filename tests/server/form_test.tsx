import { assertEquals } from "@std/assert";
import { signal, type VangoOptions } from "@vango/vango";
import { MAX_UPLOADS } from "../../src/live/limits.ts";
import { makeApp, startServer, type Tab, until, Visitor } from "./rig.ts";

/** A page that tells what its form and its button brought. */
async function openForm(options: Partial<VangoOptions> = {}) {
  const test = makeApp(options);
  const log: string[] = [];
  test.app.get(
    "/",
    test.vango.page(() => {
      const said = signal("");
      const note = (text: string): void => {
        log.push(text);
        said.value = text;
      };
      return () => (
        <form
          onsubmit={async (event) => {
            const parts: string[] = [];
            for (const [name, value] of event.data) {
              parts.push(
                value instanceof File
                  ? `${name}=${value.name}:${value.type}:${await value.text()}`
                  : `${name}=${value}`,
              );
            }
            note(parts.join(";"));
          }}
        >
          <button type="button" onclick={() => note("click")}>x</button>
          <p>{said}</p>
        </form>
      );
    }),
  );
  const server = startServer(test);
  const tab = await new Visitor(server).live("/");
  return {
    ...test,
    server,
    tab,
    log,
    async [Symbol.asyncDispose]() {
      await tab.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

type Opened = Awaited<ReturnType<typeof openForm>>;

function someForm(text = "content"): FormData {
  const form = new FormData();
  form.set("title", "Tïtle");
  form.set("file", new File([text], "a.txt", { type: "text/plain" }));
  return form;
}

interface Posting {
  readonly body?: BodyInit;
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
}

/** Posts a form as the page would. */
async function post({ server, tab }: Opened, id: string, more: Posting = {}): Promise<number> {
  const headers: Record<string, string | undefined> = {
    origin: server.origin,
    cookie: tab.visitor.cookie,
    "vango-page": tab.token,
    "vango-upload": id,
    ...more.headers,
  };
  const given = Object.entries(headers).filter((each): each is [string, string] => !!each[1]);
  const response = await fetch(server.origin + "/_vango/form", {
    method: more.method ?? "POST",
    headers: given,
    ...more.method === "GET" ? {} : { body: more.body ?? someForm() },
  });
  await response.body?.cancel();
  return response.status;
}

function submit(tab: Tab, id: string): void {
  tab.fire("submit", "form", {
    p: [["title", "Tïtle"], ["file", ["a.txt", 7, "text/plain"]]],
    u: id,
  });
}

const ALL = "title=Tïtle;file=a.txt:text/plain:content";

Deno.test("a form with files reaches its handler whole, before its event or after it", async () => {
  await using opened = await openForm();
  const { tab, log } = opened;
  assertEquals(await post(opened, "one"), 204);
  submit(tab, "one");
  await tab.until(() => tab.acknowledged === 1);
  submit(tab, "two");
  assertEquals(await post(opened, "two"), 204);
  await tab.until(() => tab.acknowledged === 2);
  assertEquals(log, [ALL, ALL]);
});

Deno.test("a form with files keeps its place among the other events", async () => {
  await using opened = await openForm();
  const { tab, log, vango } = opened;
  tab.fire("click", "button");
  submit(tab, "id");
  tab.fire("click", "button");
  await tab.until(() => tab.acknowledged === 1);
  // Patches for other reasons still come, and nothing else runs.
  assertEquals(log, ["click"]);
  await post(opened, "id");
  await tab.until(() => tab.acknowledged === 3);
  assertEquals(log, ["click", ALL, "click"]);
  assertEquals(vango.stats().refused, {});
});

Deno.test("a form with files that is sent again is taken once", async () => {
  await using opened = await openForm();
  const { tab, log } = opened;
  assertEquals(await post(opened, "id"), 204);
  assertEquals(await post(opened, "id"), 204);
  submit(tab, "id");
  await tab.until(() => tab.acknowledged === 1);
  assertEquals(await post(opened, "id"), 204);
  assertEquals(log.length, 1);
});

Deno.test("a form with files that is larger than allowed is refused, and its event is told", async () => {
  await using opened = await openForm({ uploads: { maxBytes: 1_000 } });
  const { tab, log } = opened;
  submit(tab, "stated");
  assertEquals(await post(opened, "stated", { body: someForm("x".repeat(2_000)) }), 413);
  await tab.until(() => tab.acknowledged === 1);
  submit(tab, "streamed");
  const { body, headers } = new Response(someForm("x".repeat(2_000)));
  const type = headers.get("content-type")!;
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  // Without a stated length.
  const pieces = ReadableStream.from([bytes.slice(0, 900), bytes.slice(900)]);
  const status = await post(opened, "streamed", {
    body: pieces,
    headers: { "content-type": type },
  });
  assertEquals(status, 413);
  await tab.until(() => tab.acknowledged === 2);
  assertEquals(tab.errors.map(({ code, seq, message }) => [code, seq, message]), [
    ["upload", 1, "upload-too-large"],
    ["upload", 2, "upload-too-large"],
  ]);
  await tab.act("click", "button");
  assertEquals(log, ["click"]);
});

Deno.test("a body that is no form is refused, and its event is told", async () => {
  await using opened = await openForm();
  const { tab, log } = opened;
  submit(tab, "id");
  const headers = { "content-type": "multipart/form-data; boundary=x" };
  assertEquals(await post(opened, "id", { body: "no form", headers }), 400);
  await tab.until(() => tab.acknowledged === 1);
  assertEquals(tab.errors.map(({ message }) => message), ["upload-malformed"]);
  const many = new FormData();
  for (let i = 0; i < 1_001; i++) many.append("f" + i, "");
  assertEquals(await post(opened, "many", { body: many }), 400);
  assertEquals(log, []);
});

Deno.test("a form from elsewhere is refused before it is read: origin, token, cookie, shape", async () => {
  await using opened = await openForm();
  await using other = await openForm();
  const { log, tab, vango } = opened;
  const stranger = await new Visitor(opened.server).open("/");
  const cases: [Posting, number][] = [
    [{ headers: { origin: undefined } }, 403],
    [{ headers: { origin: "https://evil.example" } }, 403],
    [{ headers: { origin: "null" } }, 403],
    [{ headers: { cookie: undefined } }, 403],
    [{ headers: { cookie: stranger.visitor.cookie } }, 403],
    [{ headers: { "vango-page": undefined } }, 403],
    [{ headers: { "vango-page": stranger.token } }, 403],
    [{ headers: { "vango-page": other.tab.token } }, 403],
    [{ headers: { "vango-page": tab.token.slice(1) } }, 403],
    [{ headers: { "vango-upload": undefined } }, 400],
    [{ headers: { "vango-upload": "../x" } }, 400],
    [{ headers: { "vango-upload": "x".repeat(65) } }, 400],
    [{ body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415],
    [{ body: "{}", headers: { "content-type": "application/json" } }, 415],
    [{ method: "GET" }, 405],
    [{ method: "PUT" }, 405],
  ];
  for (const [more, status] of cases) {
    assertEquals(await post(opened, "id", more), status, JSON.stringify(more.headers));
  }
  assertEquals(log, []);
  assertEquals(vango.stats().refused.form, 9);
});

Deno.test("a page that is not here is asked for again; one that sends without end is refused", async () => {
  await using opened = await openForm({ resumeWindow: 0 });
  const { tab, vango } = opened;
  for (let i = 0; i < MAX_UPLOADS; i++) assertEquals(await post(opened, `f${i}`), 204);
  assertEquals(await post(opened, "more"), 429);
  tab.socket!.close();
  await until(() => vango.stats().live + vango.stats().detached === 0);
  assertEquals(await post(opened, "later"), 503);
});

Deno.test("a connection that breaks in the middle of a form leaves its event waiting for another try", async () => {
  await using opened = await openForm();
  const { tab, log, server } = opened;
  submit(tab, "id");
  const connection = await Deno.connect({ port: server.port, hostname: "127.0.0.1" });
  await connection.write(new TextEncoder().encode([
    "POST /_vango/form HTTP/1.1",
    `Host: 127.0.0.1:${server.port}`,
    `Origin: ${server.origin}`,
    `Cookie: ${tab.visitor.cookie}`,
    `vango-page: ${tab.token}`,
    "vango-upload: id",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Length: 5000",
    "",
    "--x\r\n",
  ].join("\r\n")));
  connection.close();
  // Until the server has noticed, the form counts as on its way.
  await until(async () => {
    await post(opened, "id");
    return log.length > 0;
  });
  assertEquals(log, [ALL]);
  assertEquals(opened.errors, []);
});
