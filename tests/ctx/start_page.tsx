/** An app of one page, whose context the test gets hold of. */
import type { Ctx, VangoOptions } from "@vango/vango";
import { makeApp, startServer, type TestApp, type TestServer } from "../server/rig.ts";

/** The app, its server, and the context of the page that was rendered last. */
export interface StartedPage extends TestApp {
  readonly server: TestServer;
  readonly ctx: Ctx;
}

/** Serves the page. @param more Adds to the app. */
export function startPage(
  page: (ctx: Ctx) => unknown = () => undefined,
  { more, ...options }: Partial<VangoOptions> & { more?: (test: TestApp) => unknown } = {},
): StartedPage {
  let ctx: Ctx | undefined;
  const test = makeApp(options);
  test.app.get(
    "/",
    test.vango.page((given) => {
      ctx = given;
      return <main>{page(given) as string}</main>;
    }),
  );
  more?.(test);
  return {
    ...test,
    server: startServer(test),
    get ctx() {
      return ctx!;
    },
  };
}
