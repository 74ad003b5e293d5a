/**
 * The visitor's day. A server elsewhere has another one, so the page says where it is (`here.js`),
 * and the session remembers: also the first answer of the next visit is right.
 *
 * @module
 */
import type { Ctx, Session, Signal } from "@vango/vango";
import { today } from "./dates.ts";

/** Where the visitor is, and which day it was there when that was said. */
interface Here {
  /** `Europe/Berlin`; `""` until the page has said it. */
  readonly zone: string;
  readonly day: string;
}

function hereOf({ session }: Pick<Ctx, "session">): Signal<Here> {
  return (session as unknown as Session<{ here: Here }>).signal("here", { zone: "", day: "" });
}

/** Where the page has said that it is. */
export function zoneOf(ctx: Pick<Ctx, "session">): string {
  return hereOf(ctx).value.zone;
}

/** Every row asks, and asking the calendar of another zone is slow: what it said this minute. */
let said = { zone: "", minute: 0, day: "" };

/** Today, where the visitor is: `2030-12-31`. */
export function dayOf(ctx: Pick<Ctx, "session">): string {
  const zone = zoneOf(ctx);
  const minute = Math.floor(Date.now() / 60_000);
  if (said.zone !== zone || said.minute !== minute) said = { zone, minute, day: today(zone) };
  return said.day;
}

/** The page says where it is: when it is there, and when a day is over. */
export function noteZone(ctx: Pick<Ctx, "session">, zone: unknown): void {
  if (typeof zone !== "string" || !isZone(zone)) return;
  const here = hereOf(ctx);
  const day = today(zone);
  const { zone: before, day: lastDay } = here.peek();
  if (zone !== before || day !== lastDay) here.value = { zone, day };
}

function isZone(zone: string): boolean {
  try {
    return zone !== "" && new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
