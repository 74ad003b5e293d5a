/**
 * The socket: handshake, heartbeat, loss and return.
 *
 * @module
 */
import { closeStream, setGreeted } from "./async.ts";
import {
  CLIENT,
  DEFLATED,
  DURABLE,
  ERROR,
  HELLO,
  LARGEST_INFLATED,
  PATCH,
  PING,
  PONG,
  TRANSITION,
  VERSION,
  WELCOME,
} from "./codes.ts";
import { freeControls, tellEdits, untell } from "./controls.ts";
import { hear, startHeartbeat, stopHeartbeat } from "./heartbeat.ts";
import { arrive } from "./navigation.ts";
import {
  acknowledged,
  applied,
  disconnect as loseOutbox,
  doubtApplied,
  lastEvent,
  live,
  restart,
  restore,
  resume,
  setAcknowledged,
  setApplied,
  setDurable,
  transmit,
  utf8,
} from "./outbox.ts";
import { meta, reload, setState, tell } from "./page.ts";
import { applyOperations, mismatch, rendered } from "./patch.ts";
import { regions } from "./places.ts";
import { describePlatform, platformChanges } from "./platform.ts";
import { json, open, peek, split, varint } from "./reader.ts";
import { transition } from "./transition.ts";
import { forgetWords } from "./values.ts";
import type { Handle } from "./main.ts";

declare const vango: Handle;

interface Welcome {
  mode: "adopted" | "resumed" | "mounted" | "restored";
  seq: number;
  ack: number;
  durable?: number;
}

let socket: WebSocket | undefined;
/** Where to connect to. */
const address = new URL(
  document.querySelector<HTMLElement>("script[data-socket]")?.dataset.socket || "/_vango/live",
  location.href,
).href.replace(/^http/, "ws");
let attempt = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
/** Whether what the page shows is in doubt: everything is asked for anew. */
let doubt = false;
/** Whether the server has begun anew and does not know what was typed. */
let mounted = false;
/** What patches up to this one acknowledge, WELCOME has acknowledged. */
let repeated = 0;
/** A frame is being inflated or animated: the next ones wait for it. */
let busy: Promise<void> | undefined;

/** Connects now, unless that is done or under way. */
export function connect(): void {
  clearTimeout(retry);
  if (socket) return;
  const opened = socket = vango.dial?.(address) ?? new WebSocket(address);
  opened.binaryType = "arraybuffer";
  opened.onopen = () => {
    setGreeted(true);
    const places: Record<number, number> = {};
    regions.forEach(({ start, next }, id) => {
      if (start.isConnected) places[id] = next - 1;
      else delete regions[id];
    });
    const hello = {
      v: VERSION,
      token: meta!.content,
      version: "0.1.0",
      ...describePlatform(),
      seq: applied,
      event: lastEvent,
      render: rendered,
      places,
      url: location.pathname + location.search,
      deflate: true,
    };
    transmit([HELLO, ...utf8(JSON.stringify(hello))], opened);
  };
  opened.onmessage = ({ data }) => {
    hear();
    take(data, opened);
  };
  opened.onclose = ({ code }) => lose(code);
  startHeartbeat(() => lose(0));
}

/** Closes the connection and stays away. */
export function disconnect(): void {
  clearTimeout(retry);
  stopHeartbeat();
  loseOutbox();
  if (!socket) return;
  socket.onclose = socket.onmessage = null;
  socket.close();
  socket = undefined;
  setGreeted(false);
}

function lose(code: number): void {
  disconnect();
  if (code === 1002) {
    doubt = true;
    doubtApplied();
    forgetWords();
  }
  if (code === 1008 && reload()) return;
  setState(attempt || !code || !navigator.onLine ? "offline" : "connecting");
  if (code === 1013) attempt += 3;
  retry = setTimeout(connect, Math.random() * Math.min(30_000, 500 * 2 ** attempt++));
}

/** Takes a frame at once, when none is under way: a promise for each costs more than the frame. */
function take(data: ArrayBuffer, from: WebSocket): void {
  if (busy) {
    busy.then(() => take(data, from));
    return;
  }
  const broken = () => {
    if (socket === from) lose(1002);
  };
  try {
    busy = receive(new Uint8Array(data), from)?.catch(broken).then(() => {
      busy = undefined;
    });
  } catch {
    broken();
  }
}

function receive(frame: Uint8Array<ArrayBuffer>, from: WebSocket): Promise<void> | undefined {
  if (socket !== from) return;
  open(frame);
  switch (frame[0]) {
    case DEFLATED:
      return inflate(frame.subarray(1)).then((data) => {
        const inner = new Uint8Array(data);
        if (inner[0] === DEFLATED) throw Error("deflated twice");
        return receive(inner, from);
      });
    case DURABLE:
      setDurable(varint());
      return;
    case WELCOME:
      welcome(json(), from);
      return;
    case PATCH: {
      const seq = varint();
      const acks = varint();
      if (seq <= applied) return;
      if (seq !== applied + 1) throw Error("sequence");
      split();
      const apply = () => patch(seq, acks);
      return (peek() === TRANSITION ? transition(apply) : apply()) as Promise<void> | undefined;
    }
    case ERROR: {
      const error = json<{ code: string }>();
      if (error.code === "reload" && reload()) return;
      tell(error.code === "dropped" ? "vango:event-dropped" : "vango:error", error);
      return;
    }
    case PING:
      transmit([PONG]);
      return;
    case PONG:
      attempt = 0;
      return;
    default:
      throw Error("unknown frame");
  }
}

function inflate(packed: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  let left: number = LARGEST_INFLATED;
  const inflated = new Blob([packed]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .pipeThrough(
      new TransformStream({
        transform(part, rest) {
          left -= part.length;
          if (left < 0) throw Error("too large");
          rest.enqueue(part);
        },
      }),
    );
  return new Response(inflated).arrayBuffer();
}

function welcome({ mode, seq, ack, durable }: Welcome, from: WebSocket): void {
  closeStream();
  setDurable(durable);
  repeated = seq;
  if (mode !== "resumed") forgetWords();
  if (mode === "mounted" || mode === "restored" && doubt) {
    mounted = true;
    untell();
    restart(from, seq, ack);
  } else {
    mode === "restored" ? restore(from, seq, ack) : resume(from, ack);
    freeControls(ack);
    if (doubt) regions.forEach((region) => mismatch(region));
  }
  doubt = false;
  setState("live");
  // What has changed since HELLO.
  tellPlatform();
}

function patch(seq: number, acks: number): void {
  if (seq > repeated) {
    setAcknowledged(acknowledged + acks);
    freeControls(acknowledged);
  }
  applyOperations();
  setApplied(seq);
  arrive(acknowledged);
  if (mounted) tellEdits();
  mounted = false;
  attempt = 0;
}

/** Tells the server which platform facts have changed; a page that is not live does in its HELLO. */
export function tellPlatform(): void {
  const changes = live && platformChanges();
  if (changes) transmit([CLIENT, ...utf8(JSON.stringify(changes))]);
}
