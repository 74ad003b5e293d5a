/**
 * Figures as people read them.
 *
 * @module
 */

const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

/** A number and its unit, kept apart so that the unit can be set smaller. */
export interface Amount {
  readonly number: string;
  readonly unit: string;
}

/** Bytes with three digits, in steps of 1024: `1.44 MB`. */
export function bytes(value: number): Amount {
  let step = 0;
  let rest = Math.max(0, value);
  // From 1000 on: "1.01 KB" is shorter than "1034 B".
  while (rest >= 999.5 && step < UNITS.length - 1) {
    rest /= 1024;
    step++;
  }
  const digits = step === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return { number: rest.toFixed(digits), unit: UNITS[step]! };
}

/** `1.44 MB` */
export function bytesText(value: number): string {
  const { number, unit } = bytes(value);
  return `${number} ${unit}`;
}

/** `1.44 MB/s` */
export function rateText(value: number): string {
  return `${bytesText(value)}/s`;
}

/** A share from 0 to 1 as `12.5`; whole from ten on where `fine` is not asked for. */
export function percent(share: number, fine = false): string {
  const value = share * 100;
  return fine && value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}

/** Seconds by their two largest units: `3d 4h`, `12m 5s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  if (minutes > 0) return `${minutes}m ${whole % 60}s`;
  return `${whole}s`;
}

/** How long ago something was, in one unit, changing ever more slowly. */
export function ago(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds / 5) * 5} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** The same without trailing zeros: `5 KB/s`. */
export function rateLabel(value: number): string {
  const { number, unit } = bytes(value);
  return `${Number(number)} ${unit}/s`;
}

/** The next round number of bytes that holds `value`: a chart's upper end. */
export function niceCeiling(value: number): number {
  for (let unit = 1;; unit *= 1024) {
    for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500]) {
      if (step * unit >= value) return step * unit;
    }
  }
}
