/**
 * Icons: decoration beside a text, so hidden from screen readers.
 *
 * @module
 */
import type { Renderable } from "@vango/vango";

const PATHS = {
  auto: "M8 2.5a5.5 5.5 0 0 1 0 11zM8 2.5a5.5 5.5 0 0 0 0 11",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2" +
    "M3.5 3.5l.8.8M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.4 10.4l3.1 3.1",
  minus: "M3.5 8h9",
  plus: "M8 3.5v9M3.5 8h9",
  chevron: "M6 4l4 4-4 4",
  arrow: "M8 12.5v-9M4.5 7L8 3.5 11.5 7",
  offline: "M2 6.2a9 9 0 0 1 12 0M4.4 8.9a5.4 5.4 0 0 1 7.2 0M8 12.2h.01M2.5 2.5l11 11",
} as const;

/** Names of icons. */
export type IconName = keyof typeof PATHS;

/** A line icon, as large as the text around it. */
export function Icon({ name }: { name: IconName }): Renderable {
  return (
    <svg class={["icon", `icon-${name}`]} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
