/**
 * What both contenders do in each round, in this order.
 *
 * @module
 */
import type { Action } from "../table/app.tsx";

/** One step of a round. */
export interface Step {
  /** The button that is clicked. */
  readonly action: Action | "count";
  /** Name of the measured operation; other steps only prepare the next one. */
  readonly operation?: string;
}

/** The nine operations of js-framework-benchmark, and a click above the table. */
export const STEPS: readonly Step[] = [
  { action: "create", operation: "create 1,000" },
  { action: "create", operation: "replace all" },
  { action: "update", operation: "update every 10th" },
  { action: "select", operation: "select row" },
  { action: "swap", operation: "swap rows" },
  { action: "remove", operation: "remove row" },
  { action: "count", operation: "click above the table" },
  { action: "append", operation: "append 1,000" },
  { action: "clear" },
  { action: "create" },
  { action: "clear", operation: "clear rows" },
  { action: "createMany", operation: "create 10,000" },
  { action: "clear" },
];

/** Rounds that count. */
export const ROUNDS = 25;

/** Rounds before, in which the browser compiles what is hot. */
export const WARM_UP = 5;
