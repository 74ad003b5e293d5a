/** A server that tests kill and start again on the same port. */
import { Hono } from "hono";
import { createVango, signal, Title } from "@vango/vango";
import { deno, serve } from "@vango/vango/deno";

const app = new Hono();
const vango = createVango({ app, platform: deno(), csp: true });

function Form() {
  const count = signal(0);
  const text = signal("");
  return () => (
    <main>
      <Title>Form</Title>
      <form id="f">
        <input id="told" value={text} oninput={(event) => text.value = event.value} />
        <input id="untold" />
        <textarea id="area"></textarea>
        <input type="checkbox" id="check" />
        <input type="radio" name="r" id="r1" value="1" checked />
        <input type="radio" name="r" id="r2" value="2" />
        <select id="select">
          <option value="a">a</option>
          <option value="b">b</option>
        </select>
        <details id="details">
          <summary>more</summary>
          text
        </details>
      </form>
      <button type="button" id="b" onclick={() => count.value++}>{count}</button>
      <div id="box" style={{ height: "100px", overflow: "auto" }}>
        <div style={{ height: "2000px" }}>inner</div>
      </div>
      <div style={{ height: "3000px" }}>long</div>
      <a href="/two" id="l">two</a>
    </main>
  );
}

app.get("/", vango.page(Form));
app.get("/two", vango.page((ctx) => <p id="two">two of {ctx.url.pathname}</p>));
app.get("/favicon.ico", (c) => c.body(null, 204));

serve(app, {
  port: Number(Deno.env.get("PORT")),
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`listening on ${port}`),
});
