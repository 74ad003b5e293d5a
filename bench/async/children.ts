/** What a component may be given between its tags; the peers' builds put their own here. */
export type { Renderable as Children } from "../../src/contract/component.ts";
