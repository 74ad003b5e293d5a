/**
 * Our contender's page: the real player, with a socket that hands it the frames of a real server,
 * taken down beforehand.
 *
 * @module
 */
import { present, snapshotOf, timed } from "./contender.ts";
import { STEPS } from "./script.ts";

/** What the server recorded: base64. */
interface Recording {
  /** Frames that followed the handshake. */
  readonly opening: readonly string[];
  /** The frame that answers each step of each round. */
  readonly steps: readonly string[];
}

function bytesOf(base64: string): ArrayBuffer {
  // As a socket hands it over: a small array's buffer would be made when it is first asked for.
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

const recording: Recording = await (await fetch("/recording.json")).json();
const frames = recording.steps.map(bytesOf);

/** As much of a WebSocket as the player uses. */
class RecordedSocket {
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  #greeted = false;

  constructor() {
    socket = this;
    setTimeout(() => this.onopen?.());
  }

  send(): void {
    sent++;
    if (this.#greeted) return;
    this.#greeted = true;
    for (const frame of recording.opening) this.receive(bytesOf(frame));
    // A while later the player is live and its place counter idle.
    setTimeout(start, 50);
  }

  receive(data: ArrayBuffer): void {
    this.onmessage!({ data });
  }

  close(): void {
    throw new Error("the player closed its socket");
  }
}

let socket: RecordedSocket;
let sent = 0;
let at = 0;

function start(): void {
  const main = document.querySelector("main")!;
  const counter = document.getElementById("count")!;
  present({
    step() {
      const frame = frames[at]!;
      const { action } = STEPS[at++ % STEPS.length]!;
      return timed(() => {
        if (action === "count") {
          const before = sent;
          counter.click();
          if (sent !== before + 1) throw new Error("the player sent no event");
        }
        socket.receive(frame);
      });
    },
    snapshot: () => snapshotOf(main),
  });
}

Object.assign(globalThis, { WebSocket: RecordedSocket });
