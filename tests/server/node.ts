/**
 * A node of an app: a server on a port of its own, in this process.
 *
 * @module
 */
import { Hono } from "hono";
import { createVango, type Page, type Vango, type VangoOptions } from "@vango/vango";
import { deno, type RunningServer, serve } from "@vango/vango/deno";

/** The secret that all nodes of a test share. */
export const SECRETS = ["the secret of the tests, 32 characters long"];

/** A served app. */
export interface Node extends AsyncDisposable {
  readonly app: Hono;
  readonly vango: Vango;
  readonly server: RunningServer;
  readonly origin: string;
  readonly errors: unknown[];
}

/** Serves pages by their paths. @param options The port, too, for a node that is started again. */
export function startNode(
  pages: Readonly<Record<string, Page>>,
  { port = 0, ...options }: Partial<VangoOptions> & { port?: number } = {},
): Node {
  const errors: unknown[] = [];
  const app = new Hono();
  const vango = createVango({
    app,
    platform: deno(),
    secrets: SECRETS,
    development: false,
    onError: (error) => void errors.push(error),
    ...options,
  });
  for (const [path, page] of Object.entries(pages)) app.get(path, vango.page(page));
  const server = serve(app, {
    port,
    hostname: "127.0.0.1",
    signals: false,
    onListen: () => {},
  });
  return {
    app,
    vango,
    server,
    errors,
    origin: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
