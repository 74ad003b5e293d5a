/** Logging in without a password, for pages that are somebody's. */
import type { TestApp, TestServer } from "./rig.ts";
import { Browser } from "./visitor.ts";

/** Adds a page whose visitor is whoever its address names. */
export function addLogin({ app, vango }: Pick<TestApp, "app" | "vango">): void {
  app.get(
    "/login/:name",
    vango.page((ctx) => {
      ctx.session.setUserId(ctx.params.name);
      return <p>Welcome</p>;
    }),
  );
}

/** A browser whose visitor has logged in. */
export async function login(server: TestServer, name: string): Promise<Browser> {
  const browser = new Browser();
  await (await browser.fetch(`${server.origin}/login/${name}`)).text();
  return browser;
}
