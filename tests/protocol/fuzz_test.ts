/**
 * THREATS 8: every truncation and every single-bit flip of valid frames, and random bytes. A
 * decoder gives a frame or a {@linkcode ProtocolError}; nothing else leaves it, and a page stays a
 * page.
 *
 * `VANGO_SOAK=1` goes on with random damage for longer.
 *
 * @module
 */
import { assert } from "@std/assert";
import { PlayerPage } from "../../src/player/page.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown } from "../../src/protocol/down.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { parseHello } from "../../src/protocol/hello.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { decodeUp } from "../../src/protocol/up.ts";
import { Random } from "../properties/random.ts";
import { documentOf } from "../tree/live_page.ts";
import {
  type DownVector,
  type PatchVector,
  readVectors,
  type UpVector,
} from "../vectors/vectors.ts";

const SOAK = Boolean(Deno.env.get("VANGO_SOAK"));
const ROUNDS = SOAK ? 400_000 : 4_000;

/** All truncations and single-bit flips. */
function* damaged(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.slice(0, length);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = bytes.slice();
    copy[bit >> 3]! ^= 1 << (bit & 7);
    yield copy;
  }
}

/** Random damage: bytes changed, cut out, put in. */
function mangled(bytes: Uint8Array, random: Random): Uint8Array {
  const out = [...bytes];
  for (let i = random.int(4); i >= 0; i--) {
    const at = random.int(out.length + 1);
    if (random.chance(0.4)) out[Math.min(at, out.length - 1)] = random.int(256);
    else if (random.chance(0.5)) out.splice(at, random.int(5));
    else out.splice(at, 0, ...Array.from({ length: random.int(6) }, () => random.int(256)));
  }
  return new Uint8Array(out);
}

/** @returns Whether it was taken. */
function tried(read: () => unknown, what: Uint8Array): boolean {
  try {
    read();
    return true;
  } catch (error) {
    assert(error instanceof ProtocolError, `${what.toHex()}: ${error}`);
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u001f]/.test(error.message), "the peer's bytes are not repeated");
    return false;
  }
}

function tryUp(bytes: Uint8Array): boolean {
  return tried(() => {
    const frame = decodeUp(bytes);
    if (frame.frame === Frame.HELLO) parseHello(frame.payload);
  }, bytes);
}

function tryDown(bytes: Uint8Array): boolean {
  return tried(() => decodeDown(bytes), bytes);
}

async function frames<T extends { hex: string }>(name: string): Promise<Uint8Array[]> {
  return (await readVectors<T>(name)).map(({ hex }) => Uint8Array.fromHex(hex));
}

Deno.test("decodeUp takes any damage of any frame (THREATS 8)", async () => {
  let refused = 0;
  for (const frame of await frames<UpVector>("up.json")) {
    for (const bytes of damaged(frame)) if (!tryUp(bytes)) refused++;
  }
  assert(refused > 100);
});

Deno.test("decodeDown takes any damage of any frame (THREATS 8)", async () => {
  let refused = 0;
  for (const frame of await frames<DownVector>("down.json")) {
    for (const bytes of damaged(frame)) if (!tryDown(bytes)) refused++;
  }
  assert(refused > 100);
});

Deno.test("a page takes any damage of any patch: a typed error, a mismatch, or another page", async () => {
  let refused = 0;
  for (const { before, frames } of await readVectors<PatchVector>("patches.json")) {
    const good = frames.map(({ hex }) => Uint8Array.fromHex(hex));
    for (const [number, frame] of good.entries()) {
      for (const bytes of damaged(frame)) {
        const page = new PlayerPage(documentOf(before));
        for (const earlier of good.slice(0, number)) page.apply(earlier);
        if (!tried(() => page.apply(bytes), bytes)) refused++;
      }
    }
  }
  assert(refused > 1_000);
});

Deno.test("decoders take random bytes, and frames with random damage", async () => {
  const random = new Random(1);
  const up = await frames<UpVector>("up.json");
  const down = await frames<DownVector>("down.json");
  const patches = (await readVectors<PatchVector>("patches.json"))
    .flatMap(({ frames }) => frames.map(({ hex }) => Uint8Array.fromHex(hex)));
  for (let round = 0; round < ROUNDS; round++) {
    tryUp(mangled(random.pick(up), random));
    tryDown(mangled(random.pick(down), random));
    const patch = mangled(random.pick(patches), random);
    tried(() => readPatch(patch, new WireVocabulary()), patch);
    const noise = Uint8Array.from({ length: random.int(40) }, () => random.int(256));
    tryUp(noise);
    tryDown(noise);
    noise[0] = Frame.PATCH;
    tried(() => readPatch(noise, new WireVocabulary()), noise);
  }
  if (SOAK) {
    console.log(`soak: decoders: ${ROUNDS} rounds of random damage, nothing untyped thrown`);
  }
});
