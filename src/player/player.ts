/**
 * The headless player: a page and a connection, without a browser.
 *
 * ```
 *  HTML ──▶ PlayerPage ◀── patches ── Player ◀── frames ─── Connection ◀──▶ transport ◀──▶ server
 *               │                        ▲                                      ▲
 *               └── user: click, type ───┴─▶ HeldEvents ─▶ Outbox ── events ────┘
 * ```
 *
 * It speaks the whole protocol (`docs/protocol.md`): what a browser or a native player does with
 * nodes and timers, it does with a plain tree and a clock that can be given. Tests drive pages
 * with it, and native players are compared with it.
 *
 * @module
 */
import { CloseCode, Frame, PROTOCOL_VERSION } from "../protocol/codes.ts";
import { decodeDown, type WelcomeFrame } from "../protocol/down.ts";
import { ProtocolError } from "../protocol/errors.ts";
import { readPatch, WireVocabulary } from "../protocol/patch_reader.ts";
import { encodeJson, encodeNumber } from "../protocol/up.ts";
import { type PlayerClock, systemClock, type Timer } from "./clock.ts";
import { Connection } from "./connection.ts";
import { resetForm } from "./controls.ts";
import type { PlayerElement } from "./dom.ts";
import { type EventInit, type EventOutcome, hear } from "./events.ts";
import { HeldEvents } from "./held_events.ts";
import type { NativeComponent, PlayerFacts, PlayerOptions } from "./options.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { PlayerPage } from "./page.ts";
import { queryAll } from "./query.ts";
import type { PlayerRecord, PlayerState, RecordOf } from "./record.ts";
import type { PlayerTransport } from "./transport.ts";
import { filesIn, upload, withUpload } from "./upload.ts";
import { PlayerUser } from "./user.ts";
import { Watchers } from "./watchers.ts";

/** Patches after which the server is told, when no event says so. */
const ACK_EVERY = 32;
const ACK_AFTER = 1_000;

/**
 * A player of one page.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Player } from "./player.ts";
 * const sent: Uint8Array[] = [];
 * const html = `<head><meta name="vango" content="t"></head><body><!--v0-->` +
 *   `<button v=a>0</button><!--/v0--></body>`;
 * const player = new Player(html, {
 *   open: () => ({ send: (frame) => void sent.push(frame), close() {} }),
 * });
 * assertEquals(player.find("button").text, "0");
 * player.close();
 * ```
 */
export class Player {
  /** What is shown. */
  readonly page: PlayerPage;
  /** Does what a person does: clicks, types, submits. */
  readonly user: PlayerUser;
  /** Everything that happened besides patches, in order. */
  readonly records: PlayerRecord[] = [];
  /** PATCH frames applied. */
  patches = 0;
  readonly #options: PlayerOptions;
  readonly #clock: PlayerClock;
  readonly #outbox = new Outbox();
  readonly #held: HeldEvents;
  readonly #connection: Connection;
  readonly #watchers = new Watchers();
  readonly #components: Map<string, NativeComponent>;
  /** Forms that were posted so far: each has a name of its own. */
  #uploads = 0;
  #facts: PlayerFacts;
  #url: URL;
  #token: string;
  #ack: Timer;
  /** Whether what the page shows is in doubt: everything is asked for anew. */
  #doubt = false;
  /** Whether the page is about to be rendered anew, so that typed text is to be told again. */
  #mounted = false;
  /** The last PATCH that had a RENDER in it. */
  #rendered = 0;
  /** Patches up to this one were sent before this connection. */
  #repeated = 0;
  /** Whether the device has changed since HELLO, before there was a WELCOME. */
  #changed = false;
  /** Tickets that wait for their cookie. */
  #redeeming = 0;

  /**
   * Reads a page. Nothing is connected yet.
   *
   * @param html The document, as the server answered the GET.
   */
  constructor(html: string, options: PlayerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#held = new HeldEvents(this.#clock);
    this.#connection = new Connection(
      {
        hello: () => this.#hello(),
        receive: (frame, from) => this.#receive(frame, from),
        ping: () => {
          this.#outbox.send(encodeNumber(Frame.PING));
          return this.#outbox.live;
        },
        gone: (code) => this.#gone(code),
        stateChanged: (state) => this.#record({ kind: "state", state }),
        changed: () => this.#watchers.tell(),
      },
      (listener) => options.open(listener),
      this.#clock,
    );
    this.#components = new Map(Object.entries(options.components ?? {}));
    this.#url = new URL(options.url ?? "http://localhost/");
    this.#facts = {
      platform: "web",
      capabilities: { hover: true, keyboard: true },
      screen: { width: 1280, height: 800 },
      ...options.facts,
    };
    this.page = new PlayerPage(html, {
      mismatch: (region) => {
        this.#record({ kind: "mismatch", region });
        this.#outbox.send(encodeNumber(Frame.RENDER, region));
      },
      emit: (name, data) => this.#record({ kind: "emit", name, data }),
      url: (mode, url) => {
        this.#url = new URL(url, this.#url);
        this.#record({ kind: "url", mode, url });
      },
      navigate: (mode, url) => this.#record({ kind: "load", mode, url }),
      ticket: (ticket) => this.#redeem(ticket),
      nativeView: (component, data) => {
        const show = this.#components.get(component);
        this.#record({ kind: "native-view", component, data, shown: show !== undefined });
        show?.(data);
      },
      native: (what, data) => this.#record({ kind: "native", what, data }),
    });
    this.#token = this.page.token ?? "";
    this.user = new PlayerUser(this.page, {
      dispatch: (element, type, init) => this.dispatch(element, type, init),
      navigate: (url, mode) => this.navigate(url, mode),
      url: () => this.#url,
    });
  }

  /** The page's address now. */
  get url(): URL {
    return this.#url;
  }

  /** How it stands to its server. */
  get state(): PlayerState {
    return this.#connection.state;
  }

  /** Events that the server has not acknowledged yet. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** Events that another server may have to be sent again. */
  get kept(): number {
    return this.#outbox.kept;
  }

  /** Last PATCH applied, last event used, last event acknowledged. */
  get numbers(): { readonly patch: number; readonly event: number; readonly acknowledged: number } {
    const { applied, lastEvent, acknowledged } = this.#outbox;
    return { patch: applied, event: lastEvent, acknowledged };
  }

  /** What happened of one kind. */
  recordsOf<K extends PlayerRecord["kind"]>(kind: K): RecordOf<K>[] {
    return this.records.filter((record): record is RecordOf<K> => record.kind === kind);
  }

  // Looking

  /** The first element that a selector names. @throws {Error} when there is none. */
  find(selector: string): PlayerElement {
    const [found] = this.findAll(selector);
    if (found) return found;
    throw new Error(`cannot find ${selector}: nothing in the page matches`);
  }

  /** All elements that a selector names, in document order. */
  findAll(selector: string): PlayerElement[] {
    return queryAll(this.page.document, selector);
  }

  // Connection

  /** Connects now, unless that is done or under way. */
  connect(): void {
    this.#connection.connect();
  }

  /** Ends the connection as a lost network would: the player comes back by itself. */
  drop(): void {
    this.#connection.drop();
  }

  /** Ends the connection for good, unless {@linkcode Player.connect} is called again. */
  close(): void {
    this.#held.flush();
    this.#connection.close();
  }

  #gone(code: number | undefined): void {
    this.#clock.stop(this.#ack);
    this.#ack = undefined;
    this.#outbox.disconnect();
    if (code !== CloseCode.PROTOCOL) return;
    this.#doubt = true;
    this.#outbox.doubt();
    this.page.words = new WireVocabulary();
  }

  #hello(): Uint8Array<ArrayBuffer> {
    this.#changed = false;
    const { applied, lastEvent } = this.#outbox;
    return encodeJson(Frame.HELLO, {
      v: PROTOCOL_VERSION,
      token: this.#token,
      ...this.#facts,
      version: this.#options.version ?? "headless",
      seq: applied,
      event: lastEvent,
      render: this.#rendered,
      places: this.page.regions.counts(),
      url: this.#url.pathname + this.#url.search,
      deflate: this.#options.deflate !== false,
    });
  }

  // Frames

  #receive(bytes: Uint8Array, from: PlayerTransport): void {
    const frame = decodeDown(bytes);
    switch (frame.frame) {
      case Frame.WELCOME:
        return this.#welcome(frame, from);
      case Frame.PATCH:
        return this.#patch(bytes);
      case Frame.DURABLE:
        return this.#outbox.keep(frame.event);
      case Frame.PING:
        return this.#outbox.send(encodeNumber(Frame.PONG));
      case Frame.PONG:
        return;
      case Frame.ERROR:
        this.#record({ kind: "error", error: frame });
        if (frame.code === "reload") this.#connection.lose(CloseCode.REFUSED);
        return;
      case Frame.DEFLATED:
        throw new ProtocolError("unknown-frame", "cannot inflate a frame twice");
    }
  }

  #welcome({ mode, seq, ack, durable }: WelcomeFrame, from: PlayerTransport): void {
    const { edited } = this.page;
    const send = (frame: Uint8Array<ArrayBuffer>): void => from.send(frame);
    this.#repeated = seq;
    this.#record({ kind: "welcome", mode });
    if (mode !== "resumed") this.page.words = new WireVocabulary();
    if (mode === "mounted" || mode === "restored" && this.#doubt) {
      this.#mounted = true;
      edited.untell();
      const events = this.#outbox.restart(send, seq, ack);
      if (events > 0) this.#record({ kind: "dropped", events, why: "mounted" });
    } else {
      const events = mode === "restored" ? this.#outbox.restore(send, seq, ack) : 0;
      if (events > 0) this.#record({ kind: "dropped", events, why: "mounted" });
      if (mode === "resumed" || mode === "adopted") this.#outbox.resume(send, ack);
      edited.acknowledge(ack);
      edited.applyKept();
      if (this.#doubt) this.page.distrust();
    }
    this.#outbox.keep(durable);
    if (this.#changed) send(encodeJson(Frame.CLIENT, this.#facts));
    this.#changed = false;
    this.#doubt = false;
    this.#connection.welcome();
  }

  #redeem(ticket: string): void {
    this.#record({ kind: "ticket", ticket });
    const { redeem } = this.#options;
    if (!redeem) return;
    this.#redeeming++;
    redeem(ticket, this.#token).then((token) => {
      this.#token = token;
    }, () => this.#connection.lose(CloseCode.REFUSED)).finally(() => {
      this.#redeeming--;
      this.#watchers.tell();
    });
  }

  #patch(bytes: Uint8Array): void {
    const outbox = this.#outbox;
    const { edited } = this.page;
    if (!outbox.live) {
      throw new ProtocolError("state", "cannot apply a patch: there was no WELCOME");
    }
    const patch = readPatch(bytes, this.page.words);
    if (patch.seq <= outbox.applied) return;
    if (patch.seq !== outbox.applied + 1) {
      throw new ProtocolError("sequence", "cannot apply a patch: the one before it is missing");
    }
    // WELCOME has acknowledged what repeated patches acknowledge.
    if (patch.seq > this.#repeated) {
      outbox.run(outbox.acknowledged + patch.acks);
      edited.acknowledge(outbox.acknowledged);
    }
    this.page.applyOps(patch.ops);
    if (patch.ops.some(({ op }) => op === "render")) this.#rendered = patch.seq;
    edited.applyKept();
    this.patches++;
    this.#connection.prove();
    outbox.apply(patch.seq);
    this.#acknowledge();
    if (this.#mounted) {
      this.#mounted = false;
      this.user.tellEdits();
    }
  }

  #acknowledge(): void {
    if (this.#outbox.unsaid >= ACK_EVERY) this.#outbox.acknowledge();
    if (this.#outbox.unsaid === 0) return;
    this.#ack ??= this.#clock.start(() => {
      this.#ack = undefined;
      this.#outbox.acknowledge();
    }, ACK_AFTER);
  }

  // Events

  /**
   * Dispatches an event in the page: every handler for it is sent one, from the target outwards.
   *
   * @returns What it came to; whether the page's own action is prevented.
   */
  dispatch(target: PlayerElement, type: string, init: EventInit = {}): EventOutcome {
    const outcome = hear(target, type, init);
    for (const heard of outcome.heard) {
      const { element } = heard;
      const files = type === "submit" && this.#options.upload
        ? filesIn(target, init.submitter)
        : undefined;
      const id = files && `${this.#token.slice(-8).replace(/\W/g, "-")}-${++this.#uploads}`;
      const payload = id === undefined ? heard.payload : withUpload(heard, id);
      this.#held.push(element, type, () => {
        const { region, place } = element;
        const event = this.#push({ region, place, type, payload });
        if (event === 0) return;
        if (id !== undefined) this.#upload(id, files!, event);
        const controls = target.tag === "form"
          ? queryAll(target, "input, select, textarea")
          : [target];
        for (const control of controls) this.page.edited.tell(control, event);
      });
    }
    const isSent = type === "submit" && outcome.heard.length > 0;
    if (isSent && target.attributes.has("data-reset")) resetForm(target);
    return outcome;
  }

  /** @returns The event's number; 0 when it was dropped, because too many wait. */
  #push(event: Outgoing): number {
    const number = this.#outbox.push(event);
    if (number === 0) this.#record({ kind: "dropped", events: 1, why: "limit" });
    return number;
  }

  #upload(id: string, form: FormData, event: number): void {
    const { upload: post } = this.#options;
    const isOver = (): boolean => this.#outbox.acknowledged >= event || this.state === "closed";
    void upload(() => post!(id, this.#token, form), isOver, this.#clock);
  }

  /** Teaches the player a native component, or another way to show it. */
  register(name: string, show: NativeComponent): void {
    this.#components.set(name, show);
  }

  /** Asks the server for another page of the site, without loading it. */
  navigate(url: string, mode: "push" | "replace" | "pop" = "push"): void {
    this.#held.flush();
    const { pathname, search, hash } = new URL(url, this.#url);
    this.#push({ url: pathname + search + hash, mode });
  }

  /** Tells the server that the device has changed: a mouse was plugged in, a window made smaller. */
  change(facts: Partial<PlayerFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
    if (this.#outbox.live) this.#outbox.send(encodeJson(Frame.CLIENT, facts));
    else this.#changed = true;
  }

  // Waiting

  /**
   * Resolves when `condition` holds: looked at now and after everything that happens.
   *
   * @param signal Gives up.
   * @throws the signal's reason.
   */
  until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return this.#watchers.until(condition, signal);
  }

  /** Whether an event waits for the time that its element asks for: a debounce, a throttle. */
  get holding(): boolean {
    return this.#held.waiting;
  }

  /** Whether the player waits before it tries to connect again. */
  get retrying(): boolean {
    return this.#connection.retrying;
  }

  /** What is to come before the page is as it should be, in words; nothing when it is. */
  get unsettled(): string[] {
    const found: string[] = [];
    if (this.state !== "live") found.push(`the player is ${this.state}`);
    const { waiting } = this.#outbox;
    if (waiting > 0) found.push(`${waiting} events are not acknowledged`);
    if (this.#held.waiting) found.push("an event is held back");
    if (this.#mounted) found.push("the page is rendered anew");
    if (this.#connection.inflating) found.push("a frame is being inflated");
    if (this.#redeeming > 0) found.push("a ticket is being redeemed");
    for (const region of this.page.regions.byId.values()) {
      if (region.stale) found.push(`the markup of region ${region.id} was asked for`);
    }
    for (const element of this.findAll("[data-async-id][aria-busy=true]")) {
      found.push(`region ${element.get("data-async-id")} shows its placeholder`);
    }
    return found;
  }

  /**
   * Resolves when there is nothing to wait for: the player is live, every event is acknowledged, and
   * no async region shows its placeholder.
   */
  settled(signal?: AbortSignal): Promise<void> {
    return this.until(() => this.unsettled.length === 0, signal);
  }

  #record(record: PlayerRecord): void {
    this.records.push(record);
    this.#options.onRecord?.(record);
  }
}
