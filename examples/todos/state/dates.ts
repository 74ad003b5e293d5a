/**
 * Days, as people say them.
 *
 * @module
 */

/** Today: `2030-12-31`. @param zone Such as `Europe/Berlin`; where this runs if it is `""`. */
export function today(zone = "", now: Date = new Date()): string {
  // Swedes write days as they are kept.
  return now.toLocaleDateString("sv-SE", zone === "" ? {} : { timeZone: zone });
}

/** Days from one day to another; negative when it is over. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** `Today`, `Yesterday`, `Friday`, `3 Mar`. */
export function sayDay(day: string, from: string): string {
  const days = daysBetween(from, day);
  if (days === 0) return "Today";
  if (days === 1) return "Tomorrow";
  if (days === -1) return "Yesterday";
  const date = new Date(day);
  const say = (options: Intl.DateTimeFormatOptions) =>
    date.toLocaleDateString("en-GB", { timeZone: "UTC", ...options });
  if (days > 1 && days < 7) return say({ weekday: "long" });
  const sameYear = day.slice(0, 4) === from.slice(0, 4);
  return say({ day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
}
