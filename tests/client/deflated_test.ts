import { assert, assertEquals } from "@std/assert";
import { deflatedBytes, type DeflatedVector, readVectors } from "../vectors/vectors.ts";
import { openRig } from "./rig.ts";

Deno.test("the golden deflated frames change a browser's page, or end its connection", async () => {
  await using rig = await openRig();
  for (const vector of await readVectors<DeflatedVector>("deflated.json")) {
    const { name, after } = vector;
    const visit = await rig.open("<p v>old</p>");
    visit.peer.send(deflatedBytes(vector));
    if (after) {
      await visit.peer.settled();
      assert((await visit.body()).includes(after), name);
    } else {
      await visit.peer.until(() => visit.peer.closed);
      const hello = await (await visit.connection(1)).hello();
      const text = await visit.page.textContent("p");
      assertEquals([hello.seq, text!.slice(0, 20)], [0, "old"], name);
    }
    await visit.page.close();
  }
});

Deno.test("a frame of a type that the player does not know ends the connection", async () => {
  await using rig = await openRig();
  const visit = await rig.open("<p v>old</p>");
  visit.peer.send(new Uint8Array([0x7f, 1]));
  await visit.peer.until(() => visit.peer.closed);
  await visit.connection(1);
});
