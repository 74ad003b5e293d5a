/**
 * Who is there? A name is enough for an example; an app of yours puts its own log-in here.
 *
 * @module
 */
import { type Ctx, type Renderable, Script, signal, Title } from "@vango/vango";
import { noteZone, zoneOf } from "../state/day.ts";

/** Asks for a name. Whoever gives the same one sees the same todos. */
export function SignIn(_: Record<never, never>, ctx: Ctx): () => Renderable {
  const problem = signal("");
  const enter = (data: FormData) => {
    const name = String(data.get("name") ?? "").trim().toLowerCase();
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u.test(name)) {
      problem.value = "Letters and digits, at most 40.";
      return;
    }
    ctx.session.setUserId(name);
    ctx.redirect("/");
  };
  return () => (
    <main
      class="sign-in"
      data-here={zoneOf(ctx)}
      on:here={(event) => noteZone(ctx, event.detail)}
    >
      <Script src="/here.js" type="module" />
      <Title>Todos</Title>
      <form class="card" onsubmit={(event) => enter(event.data)}>
        <svg class="logo" viewBox="0 0 28 28" aria-hidden="true">
          <rect width="28" height="28" rx="8" />
          <path d="m8 14.5 4 4 8-9" />
        </svg>
        <h1>Todos</h1>
        <p>Your lists, on every device, with and without a network.</p>
        <label class="field">
          <span>Your name</span>
          <input name="name" autocomplete="username" autofocus maxlength={40} required />
        </label>
        {problem.value !== "" && <p class="problem" role="alert">{problem.value}</p>}
        <button type="submit" class="primary">Go on</button>
      </form>
    </main>
  );
}
