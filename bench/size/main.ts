/**
 * Part "size": what the browser player weighs.
 *
 * @module
 */
import { code } from "../../client/client.gen.ts";
import { sizesOf } from "../../tools/bundle.ts";
import { numberText, type PartReport } from "../report.ts";

/** Players of others as they are shipped, gzip -9. */
const OTHERS: readonly (readonly [string, string])[] = [
  ["Phoenix LiveView", "44.6 KB"],
  ["Turbo", "25 KB"],
  ["htmx + ws", "22 KB"],
  ["Vango (Go)", "21.2 KB"],
  ["Datastar", "14.8 KB"],
];

function main(): PartReport {
  const { raw, gzip, brotli } = sizesOf(code);
  return {
    part: "size",
    title: "The browser player's size",
    goals: [
      { what: "browser player, gzip -9", figure: gzip / 1024, most: 8, unit: " KB", digits: 2 },
    ],
    tables: [{
      title: "Bytes of the bundled script",
      head: ["", "raw", "gzip -9", "brotli"],
      rows: [
        ["vango", numberText(raw), numberText(gzip), numberText(brotli)],
        ...OTHERS.map(([name, size]) => [name, "", size, ""]),
      ],
    }],
    notes: ["The others' figures were taken when the goals were set, not in this run."],
    versions: {},
  };
}

if (import.meta.main) console.log(JSON.stringify(main()));
