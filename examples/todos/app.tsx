/**
 * The app: the same on the server, in a device process and in a browser without a network. So it
 * takes what differs, and imports nothing that only one of them has.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango, type Ctx, type Page, type Renderable, type VangoOptions } from "@vango/vango";
import { Shell } from "./components/shell.tsx";
import { SignIn } from "./components/sign_in.tsx";
import { TodoView } from "./components/view.tsx";
import { listSchema, todoSchema } from "./state/shapes.ts";
import type { View } from "./state/todos.ts";

/** Makes the app. @param host The platform, and where sessions and data are kept. */
export function createApp(host: Omit<VangoOptions, "app"> = {}): Hono {
  const app = new Hono();
  const vango = createVango({
    app,
    csp: true,
    title: "Todos",
    head: (
      <>
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#f6f6f7" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#0b0c0f" media="(prefers-color-scheme: dark)" />
        <meta name="description" content="Todos that work without a network." />
        <link rel="icon" href="/icon.svg" />
        <link rel="apple-touch-icon" href="/icon_192.png" />
        <link rel="manifest" href="/manifest.webmanifest" />
        <link rel="stylesheet" href="/style.css" />
      </>
    ),
    ...host,
    sync: {
      ...host.sync,
      resources: { todos: { schema: todoSchema }, lists: { schema: listSchema } },
    },
  });

  const page = (viewOf: (ctx: Ctx) => View) =>
    vango.page(signedIn(viewOf), { layout: Layout, offline: true });
  app.get("/", page(() => "today"));
  app.get("/all", page(() => "all"));
  app.get("/inbox", page(() => ({ list: "" })));
  app.get("/list/:list", page((ctx) => ({ list: ctx.params.list ?? "" })));
  app.get("/welcome", vango.page(() => <SignIn />));
  app.get(
    "/leave",
    vango.page((ctx) => {
      ctx.session.setUserId(undefined);
      ctx.redirect("/welcome");
      return null;
    }),
  );
  return app;
}

/** A page for those who are signed in; others are asked who they are. */
function signedIn(viewOf: (ctx: Ctx) => View): Page {
  return function Todos(ctx): Renderable {
    if (!ctx.session.isAuthenticated) {
      ctx.redirect("/welcome");
      return null;
    }
    return <TodoView view={viewOf(ctx)} />;
  };
}

/** The frame, for those who are signed in. */
function Layout(props: { children: Renderable }, ctx: Ctx): () => Renderable {
  return () => ctx.session.isAuthenticated ? <Shell>{props.children}</Shell> : props.children;
}
