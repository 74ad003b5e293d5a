/**
 * What is kept of a live page, so that another node can go on with it: the values of its signals,
 * each under its component's address, and which places have handlers.
 *
 * ```json
 * {"v":1,"i":"<session>","u":"/notes","n":42,"r":0,"m":[],
 *  "c":{"/c/c":["2.k3f9z1",[[["a",1]],0]]},
 *  "h":{"":[[2890423,1,1,4,999]]}}
 * ```
 *
 * `n` is the last event whose effects are in it, `r` the last PATCH that had a RENDER. `c` holds, for each component, its fingerprint and
 * its signals: a value as the session codec writes it (and its key, if it has one), or 0. `h` holds,
 * for each part of each region, its hash and the places with handlers: differences, each with how
 * often it comes in a row, so that a thousand rows alike take two numbers.
 *
 * @module
 */
import { EncodedValue } from "../session/codec.ts";
import type { OwnedSignal } from "../signals/owner.ts";
import { fingerprintOf, type HandlerPlaces, shapeOfPlaces, walkPage } from "../tree/addresses.ts";
import type { Instance, Region } from "../tree/live.ts";
import type { PlaceChain } from "./place_chain.ts";

/** Bytes of one page's snapshot at most: a session holds as much. */
export const MAX_SNAPSHOT = 256 * 1024;

/** A signal's value and key, decoded. */
export interface KeptSignal {
  readonly value: unknown;
  readonly key: string | undefined;
}

/** What a component's signals held. */
export interface KeptComponent {
  readonly fingerprint: string;
  /** By position; `undefined` for one that was not kept. */
  readonly signals: readonly (KeptSignal | undefined)[];
}

/** A hash of what the handlers of a page's first render depend on: for a page not saved yet. */
export function shapeOf(region: Region): number {
  return shapeOfPlaces(walkPage(region.root).get("")!);
}

/** A hash of markup, of 53 bits: two renders with the same one are the same. */
export function hashOfMarkup(html: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < html.length; i++) {
    const code = html.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
  }
  low ^= high >>> 15;
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

/** A snapshot, decoded. */
export interface PageSnapshot {
  /** The session that the page belongs to. */
  readonly session: string;
  /** Path and query of the page. */
  readonly url: string;
  /** The last event whose effects are in it. */
  readonly done: number;
  /** The last PATCH with a RENDER that is known: `handlers` and `chain` name places up to it. */
  readonly render: number;
  readonly components: ReadonlyMap<string, KeptComponent>;
  readonly handlers: ReadonlyMap<string, HandlerPlaces>;
  /** Where places of earlier numberings are in this one. */
  readonly chain: PlaceChain["entries"];
  /** Instead of `handlers`, of a page that was not saved yet: its first render has this shape. */
  readonly shape?: number;
}

/** What a snapshot needs to know besides the tree. */
export interface SnapshotFacts {
  readonly session: string;
  readonly url: string;
  readonly done: number;
  readonly render: number;
  readonly chain: PlaceChain["entries"];
  /** Told of a value that cannot be kept, and why. */
  readonly refused: (component: string, error: unknown) => void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Encoded values by their signals, while the value is the same object. */
const encoded: WeakMap<object, { readonly value: unknown; readonly text: string | undefined }> =
  new WeakMap();

/** Takes a snapshot of a region and all regions in it; `undefined` when it would be too large. */
export function takeSnapshot(region: Region, facts: SnapshotFacts): Uint8Array | undefined {
  const components: string[] = [];
  const handlers = walkPage(region.root, {
    component(instance, address) {
      const kept = encodeSignals(instance, facts);
      if (kept) components.push(`${JSON.stringify(address)}:${kept}`);
    },
  });
  const { session: i, url: u, done: n, render: r } = facts;
  const head = JSON.stringify({ v: 1, i, u, n, r });
  const places: string[] = [];
  for (const [id, parts] of handlers) {
    if (parts.size === 0) continue;
    const packed = [...parts].map(([hash, list]) => [hash, ...packRuns(list)]);
    places.push(`"${id}":${JSON.stringify(packed)}`);
  }
  const bytes = encoder.encode(
    `${head.slice(0, -1)},"m":${JSON.stringify(facts.chain.map(packMoves))},` +
      `"c":{${components.join()}},"h":{${places.join()}}}`,
  );
  return bytes.length <= MAX_SNAPSHOT ? bytes : undefined;
}

function encodeSignals(instance: Instance, facts: SnapshotFacts): string | undefined {
  const { signals } = instance;
  if (!signals) return undefined;
  const texts = signals.map((owned) => encodeSignal(owned, instance, facts));
  if (texts.every((text) => text === "0")) return undefined;
  return `["${fingerprintOf(instance, instance.output)}",${texts.join()}]`;
}

function encodeSignal(owned: OwnedSignal, instance: Instance, facts: SnapshotFacts): string {
  const { signal, options } = owned;
  if (options?.durable === false) return "0";
  const value = signal.peek();
  let known = encoded.get(signal);
  if (!known || known.value !== value || known.text === undefined) {
    let text: string | undefined;
    try {
      ({ text } = EncodedValue.of(options?.key ?? "a signal", value));
    } catch (error) {
      if (known?.value !== value) facts.refused(instance.type.name || "(anonymous)", error);
    }
    encoded.set(signal, known = { value, text });
  }
  if (known.text === undefined) return "0";
  return options?.key === undefined
    ? `[${known.text}]`
    : `[${known.text},${JSON.stringify(options.key)}]`;
}

/**
 * Reads a snapshot.
 *
 * @returns `undefined` for bytes that are not one: then the page begins anew.
 */
export function readSnapshot(bytes: Uint8Array): PageSnapshot | undefined {
  try {
    if (bytes.length > MAX_SNAPSHOT) return undefined;
    const { v, i, u, n, r, c, h, m } = JSON.parse(decoder.decode(bytes)) as Record<string, unknown>;
    if (v !== 1 || typeof i !== "string" || typeof u !== "string") return undefined;
    if (!isCount(n) || !isCount(r)) return undefined;
    const components = new Map<string, KeptComponent>();
    for (const [address, kept] of Object.entries(c as object)) {
      components.set(address, readComponent(kept as readonly unknown[]));
    }
    const handlers = new Map<string, HandlerPlaces>();
    for (const [id, parts] of Object.entries(h as Record<string, [number, ...number[]][]>)) {
      handlers.set(id, new Map(parts.map(([hash, ...runs]) => [hash, unpackRuns(runs)])));
    }
    const chain = (m as PackedMoves[]).map(unpackMoves);
    return { session: i, url: u, done: n, render: r, components, handlers, chain };
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readComponent([fingerprint, ...signals]: readonly unknown[]): KeptComponent {
  return {
    fingerprint: String(fingerprint),
    signals: signals.map((entry) => {
      if (!Array.isArray(entry)) return undefined;
      // What the codec reads is frozen; a signal's value is the app's to change.
      const value = structuredClone(EncodedValue.fromParsed(entry[0]).value);
      return { value, key: typeof entry[1] === "string" ? entry[1] : undefined };
    }),
  };
}

type PackedMoves = [below: number, ...regions: [id: string, from: number[], to: number[]][]];

function packMoves({ below, moves }: PlaceChain["entries"][number]): PackedMoves {
  const regions = [...moves].map(([id, places]): [string, number[], number[]] => [
    id,
    packRuns([...places.keys()]),
    packRuns([...places.values()]),
  ]);
  return [below, ...regions];
}

function unpackMoves([below, ...regions]: PackedMoves): PlaceChain["entries"][number] {
  const moves = new Map(regions.map(([id, from, to]) => {
    const places = unpackRuns(to);
    return [id, new Map(unpackRuns(from).map((place, i) => [place, places[i]!]))];
  }));
  return { below, moves };
}

/** `1 5 9 13` becomes `1,1 4,3`: each difference and how often it comes. */
function packRuns(numbers: readonly number[]): number[] {
  const runs: number[] = [];
  let before = 0;
  for (const number of numbers) {
    const step = number - before;
    before = number;
    const last = runs.length - 2;
    if (last >= 0 && runs[last] === step) runs[last + 1]!++;
    else runs.push(step, 1);
  }
  return runs;
}

function unpackRuns(runs: readonly number[]): number[] {
  const numbers: number[] = [];
  let at = 0;
  for (let i = 0; i + 1 < runs.length; i += 2) {
    for (let count = runs[i + 1]!; count > 0; count--) {
      numbers.push(at += runs[i]!);
      // More than any page has that fits into a snapshot's limits elsewhere.
      if (numbers.length > MAX_SNAPSHOT) throw new RangeError("too many places");
    }
  }
  return numbers;
}
