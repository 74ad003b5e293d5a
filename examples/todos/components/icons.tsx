/**
 * The icons, drawn with one stroke.
 *
 * @module
 */
import type { Renderable } from "@vango/vango";

const PATHS = {
  sun: "M8 3V1.5M8 14.5V13M3 8H1.5M14.5 8H13M4.5 4.5l-1-1M12.5 12.5l-1-1M4.5 11.5l-1 1" +
    "M12.5 3.5l-1 1M8 5.25a2.75 2.75 0 1 0 0 5.5a2.75 2.75 0 0 0 0-5.5Z",
  inbox: "M2 9.5 4 3h8l2 6.5V13H2V9.5Zm0 0h3.5l1 1.75h3l1-1.75H14",
  all: "M2.5 4h.01M2.5 8h.01M2.5 12h.01M5.5 4h8M5.5 8h8M5.5 12h8",
  plus: "M8 3v10M3 8h10",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9ZM10.5 10.5l3 3",
  check: "m3.5 8.5 3 3 6-7",
  calendar: "M3 4h10v9.5H3zM3 7h10M5.5 2.5V5M10.5 2.5V5",
  note: "M3.5 4.5h9M3.5 8h9M3.5 11.5h5",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  bin: "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.5 9h6l.5-9M7 7v4M9 7v4",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  close: "m4 4 8 8M12 4l-8 8",
  out: "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6",
} as const;

/** Which there are. */
export type IconName = keyof typeof PATHS;

/** One icon; the text beside it says what it means. */
export function Icon({ name }: { name: IconName }): Renderable {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
