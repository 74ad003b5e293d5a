/**
 * An app for one of the specification's usage examples.
 *
 * @module
 */
import type { Page, VangoOptions } from "@vango/vango";
import { makeApp, type TestApp } from "../server/rig.ts";

/** Makes the app of one page. */
export function exampleApp(page: Page, options: Partial<VangoOptions> = {}): TestApp {
  const made = makeApp(options);
  made.app.get("/", made.vango.page(page));
  return made;
}
