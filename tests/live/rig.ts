/**
 * A live session and a player of it in one process, without a socket.
 *
 * @module
 */
import type { ComponentNode } from "../../src/jsx/node.ts";
import type { LivePort } from "../../src/live/live_port.ts";
import { LiveSession } from "../../src/live/live_session.ts";
import type { Transport } from "../../src/live/transport.ts";
import type { PlayerElement } from "../../src/player/dom.ts";
import { PlayerPage } from "../../src/player/page.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { decodeDown, type ErrorFrame, type WelcomeFrame } from "../../src/protocol/down.ts";
import type { Hello } from "../../src/protocol/hello.ts";
import { readPatch, WireVocabulary } from "../../src/protocol/patch_reader.ts";
import { encodeEvent, encodeNavigate, encodeNumber } from "../../src/protocol/up.ts";

/** What a live session told the server around it. */
export interface LiveRig {
  readonly live: LiveSession;
  /** The content of the page, as the GET had it. */
  readonly html: string;
  readonly errors: unknown[];
  readonly refused: string[];
  readonly states: string[];
}

/** What a test sets of a live session's port. */
export type RigPort = Partial<LivePort> & { createCtx?: (live: LiveSession) => unknown };

/**
 * Renders a page as a GET does.
 *
 * @param elsewhere Renders it again instead, for a player that got it from another node.
 */
export function startLive(
  root: ComponentNode,
  { createCtx = () => ({}), ...port }: RigPort = {},
  elsewhere = false,
): LiveRig {
  const errors: unknown[] = [];
  const refused: string[] = [];
  const states: string[] = [];
  const live = new LiveSession("page", {
    navigate: (_, url) => Promise.resolve({ kind: "load", url }),
    report: (error) => "e" + errors.push(error),
    errorCard: (_, id) => `error ${id}`,
    changed: (changed) => void states.push(changed.state),
    facts: () => {},
    refused: (what) => void refused.push(what),
    development: false,
    ...port,
  }, createCtx);
  if (elsewhere) live.resumeElsewhere();
  const html = live.render(root);
  if (typeof html !== "string") throw new Error("this page is asynchronous");
  return { live, html, errors, refused, states };
}

/** One connection, kept in memory. */
export class TestTransport implements Transport {
  readonly sent: Uint8Array<ArrayBuffer>[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  bufferedAmount = 0;
  /** Whether the player reads; what is sent meanwhile fills the buffer. */
  reading = true;
  onMessage: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.closed) return;
    this.sent.push(bytes);
    if (this.reading) this.onMessage?.(bytes);
    else this.bufferedAmount += bytes.length;
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }
}

/** A player: applies what it is sent, sends events, reconnects. */
export class TestPlayer {
  readonly page: PlayerPage;
  transport = new TestTransport();
  live: LiveSession | undefined;
  welcome: WelcomeFrame | undefined;
  readonly errors: ErrorFrame[] = [];
  readonly emitted: [name: string, data: unknown][] = [];
  readonly urls: string[] = [];
  /** Numbers of the patches applied, and how many operations each had. */
  readonly patches: { readonly seq: number; readonly acks: number; readonly ops: number }[] = [];
  /** Last PATCH applied, last event used, events acknowledged. */
  applied = 0;
  event = 0;
  acknowledged = 0;
  /** Whether every patch is acknowledged at once. */
  acknowledges = true;
  #pending: { readonly seq: number; readonly bytes: Uint8Array }[] = [];

  constructor(content: string) {
    const html = `<html><head></head><body><!--v0-->${content}<!--/v0--></body></html>`;
    this.page = new PlayerPage(html, {
      emit: (name, data) => void this.emitted.push([name, data]),
      url: (mode, url) => void this.urls.push(`${mode} ${url}`),
      navigate: (mode, url) => void this.urls.push(`load ${mode} ${url}`),
      mismatch: (region) => this.send(encodeNumber(Frame.RENDER, region)),
    });
  }

  /** What a person would read. */
  get text(): string {
    return this.page.body.text;
  }

  hello(more: Partial<Hello> = {}): Hello {
    const counts = Object.entries(this.page.regions.counts());
    return {
      v: 1,
      token: "t",
      platform: "web",
      version: "0",
      capabilities: {},
      screen: { width: 0, height: 0 },
      seq: this.applied,
      event: this.event,
      render: 0,
      places: new Map(counts.map(([region, count]) => [Number(region), count])),
      url: "",
      deflate: false,
      ...more,
    };
  }

  /** Connects, with a new connection each time; patches are flushed when this resolves. */
  async connect(live: LiveSession, more: Partial<Hello> = {}): Promise<TestTransport> {
    const transport = this.transport = new TestTransport();
    transport.onMessage = (bytes) => this.#take(transport, bytes);
    this.live = live;
    live.attach(transport, this.hello(more));
    await settled();
    return transport;
  }

  /** The connection is lost, without a word. */
  lose(): void {
    this.transport.closed ??= { code: 1006, reason: "" };
    this.live?.detach(this.transport);
  }

  /** Reads what the connection has kept back. */
  read(): void {
    const { transport } = this;
    transport.reading = true;
    transport.bufferedAmount = 0;
    for (const bytes of transport.sent.splice(0)) this.#take(transport, bytes);
  }

  send(bytes: Uint8Array): void {
    if (!this.transport.closed) this.live!.receive(this.transport, bytes);
  }

  /** Sends an event of the first element that `select` is true of; kept until acknowledged. */
  fire(type: string, tag: string | ((element: PlayerElement) => boolean), payload?: unknown): void {
    const matches = typeof tag === "string" ? (e: PlayerElement) => e.tag === tag : tag;
    const element = [...this.page.body.descendants()].find(matches);
    if (!element) throw new Error(`nothing in the page for ${type} on ${tag}`);
    this.#send((seq) =>
      encodeEvent({
        seq,
        ack: this.applied,
        region: element.region,
        place: element.place,
        type,
        payload,
      })
    );
  }

  /** Sends an event of a place by number. */
  fireAt(place: number, type = "click", payload?: unknown, region = 0): void {
    this.#send((seq) => encodeEvent({ seq, ack: this.applied, region, place, type, payload }));
  }

  navigate(url: string, mode: "push" | "replace" | "pop" = "push"): void {
    this.#send((seq) => encodeNavigate({ seq, ack: this.applied, url, mode }));
  }

  #send(encode: (seq: number) => Uint8Array): void {
    const seq = ++this.event;
    const bytes = encode(seq);
    this.#pending.push({ seq, bytes });
    this.send(bytes);
  }

  acknowledge(seq: number = this.applied): void {
    this.send(encodeNumber(Frame.ACK, seq));
  }

  #take(transport: TestTransport, bytes: Uint8Array): void {
    if (bytes[0] !== Frame.PATCH) {
      const frame = decodeDown(bytes);
      if (frame.frame === Frame.WELCOME) this.#welcome(frame);
      else if (frame.frame === Frame.ERROR) this.errors.push(frame);
      return;
    }
    const patch = readPatch(bytes, this.page.words);
    if (patch.seq <= this.applied) return;
    if (patch.seq !== this.applied + 1) throw new Error(`patch ${patch.seq} is out of order`);
    this.page.applyOps(patch.ops);
    this.applied = patch.seq;
    this.patches.push({ seq: patch.seq, acks: patch.acks, ops: patch.ops.length });
    if (patch.seq > this.welcome!.seq) this.#acknowledged(this.acknowledged + patch.acks);
    if (this.acknowledges && !transport.closed) this.acknowledge();
  }

  #welcome(frame: WelcomeFrame): void {
    this.welcome = frame;
    if (frame.mode !== "resumed") this.page.words = new WireVocabulary();
    this.#acknowledged(frame.ack);
    if (frame.mode === "mounted") {
      this.applied = frame.seq;
      this.event = frame.ack;
      this.#pending = [];
    }
    for (const { bytes } of this.#pending) this.send(bytes);
  }

  #acknowledged(event: number): void {
    this.acknowledged = event;
    this.#pending = this.#pending.filter(({ seq }) => seq > event);
  }
}

/** Lets flushes and promises run. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve();
}
