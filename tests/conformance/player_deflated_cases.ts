/**
 * DEFLATED frames, good and bad, whoever made them.
 *
 * @module
 */
import { deflatedBytes, type DeflatedVector, readVectors } from "../vectors/vectors.ts";
import { open, type PlayerSubject } from "./play.ts";
import { type Case, Skip } from "./suite.ts";

/** A case for each golden frame. */
export async function deflatedCases(): Promise<Case<PlayerSubject>[]> {
  return (await readVectors<DeflatedVector>("deflated.json")).map(deflatedCase);
}

function deflatedCase(vector: DeflatedVector): Case<PlayerSubject> {
  const { name, after } = vector;
  return {
    name: `deflated: ${name}${after ? "" : " ends the connection"}`,
    async run(subject) {
      const play = await open(subject, `<p v>old</p>`);
      if (play.socket.hello.deflate !== true) throw new Skip("HELLO says no deflate");
      play.socket.send(deflatedBytes(vector));
      if (after) await play.settled();
      else await play.endsConnection();
      await play.shows(after ?? `<p v>old</p>`);
      await subject.player.tell("close");
    },
  };
}
