/**
 * As much of a player as the load generator needs: it opens a page, goes live and clicks.
 *
 * @module
 */
import { Frame } from "../../src/protocol/codes.ts";
import { encodeEvent, encodeJson } from "../../src/protocol/up.ts";
import { countPlaces } from "../table/places.ts";
import { RawSocket } from "./raw_socket.ts";

/** A connection on which one round trip after the other can be made. */
export interface Trips {
  /** Sends a message and waits for the answer. */
  trip(): Promise<void>;
  close(): void;
}

/** A connection to the echo. */
export async function openEcho(port: number): Promise<Trips> {
  const socket = await RawSocket.open(port, "/");
  // As long as the click on a counter.
  const message = new Uint8Array(7);
  return {
    async trip() {
      await socket.send(message);
      await socket.receive();
    },
    close: () => socket.close(),
  };
}

/**
 * A live page of ours whose element `#count` is clicked.
 *
 * @throws {Error} when the page does not become live as it was rendered.
 */
export async function openPage(port: number, path: string): Promise<Trips> {
  const origin = `http://127.0.0.1:${port}`;
  const response = await fetch(origin + path);
  const html = await response.text();
  const cookie = response.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ");
  const token = /<meta name="vango" content="([^"]+)">/.exec(html)?.[1];
  if (!token) throw new Error(`${path} is not a live page: ${html.slice(0, 200)}`);
  const content = html.slice(html.indexOf("<!--v0-->"), html.indexOf("<!--/v0-->"));
  const { count, byId } = countPlaces(content);
  const socket = await RawSocket.open(port, "/_vango/live", { cookie, origin });
  const places = { 0: count };
  await socket.send(
    encodeJson(Frame.HELLO, { v: 1, token, version: "bench", places, deflate: false }),
  );
  const welcome = await socket.receive();
  const { mode } = JSON.parse(new TextDecoder().decode(welcome.subarray(1)));
  if (welcome[0] !== Frame.WELCOME || mode !== "adopted") {
    throw new Error(`${path} was not adopted: ${new TextDecoder().decode(welcome)}`);
  }
  const place = byId.get("count") ?? 0;
  let seq = 0;
  return {
    async trip() {
      const event = { seq: seq + 1, ack: seq, region: 0, place, type: "click", payload: undefined };
      await socket.send(encodeEvent(event));
      const frame = await socket.receive();
      if (frame[0] !== Frame.PATCH) throw new Error(`the answer is of type ${frame[0]}`);
      seq++;
    },
    close: () => socket.close(),
  };
}
