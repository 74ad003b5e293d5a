import { assert, assertEquals, assertRejects } from "@std/assert";
import { PlayerPage } from "../../src/player/page.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown, inflate } from "../../src/protocol/down.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { documentOf } from "../tree/live_page.ts";
import { deflatedBytes, type DeflatedVector, readVectors } from "../vectors/vectors.ts";

/** A page that was sent a DEFLATED frame, and the frame in it. */
async function receive(bytes: Uint8Array): Promise<{ frame: Uint8Array; page: PlayerPage }> {
  const page = new PlayerPage(documentOf("<p v>old</p>"));
  const outer = decodeDown(bytes);
  assert(outer.frame === Frame.DEFLATED);
  const frame = await inflate(outer.payload);
  const inner = decodeDown(frame);
  if (inner.frame !== Frame.PATCH) throw new ProtocolError("unknown-frame", "cannot be in it");
  page.apply(frame);
  return { frame, page };
}

Deno.test("the golden deflated frames are the patches they say, or are refused", async () => {
  for (const vector of await readVectors<DeflatedVector>("deflated.json")) {
    const { name, frame, after, code } = vector;
    const bytes = deflatedBytes(vector);
    if (code) {
      const error = await assertRejects(() => receive(bytes), ProtocolError, "cannot", name);
      assertEquals(error.code, code, name);
    } else {
      const received = await receive(bytes);
      assertEquals(received.frame.toHex(), frame, name);
      assertEquals(innerMarkup(received.page.body, { marks: true }).slice(9, -10), after, name);
    }
  }
});

Deno.test("inflate refuses every truncation of a deflated frame (THREATS 8)", async () => {
  for (const vector of await readVectors<DeflatedVector>("deflated.json")) {
    if (!vector.frame) continue;
    const payload = deflatedBytes(vector).subarray(1);
    for (let length = 0; length < payload.length; length++) {
      const cut = payload.subarray(0, length);
      const error = await assertRejects(() => inflate(cut), ProtocolError, "cannot", vector.name);
      assertEquals(error.code, "truncated", vector.name);
    }
  }
});
