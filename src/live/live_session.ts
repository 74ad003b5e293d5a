/**
 * A live session: one page of one player, from the GET that rendered it to the end of its last
 * socket. It connects the rooms beside it and holds no logic of theirs; what it does hold are the
 * numbers that tie them together.
 *
 * ```
 *  GET ────▶ page_render.ts writes the tree; region_stream.ts sends its async regions behind it
 *
 *  frame ──▶ receive ──▶ Inbox ──▶ Mailbox ──▶ handler ──▶ Tree ──▶ NextPatch ──▶ Wire ──▶ PATCH
 *            received      │                    done                  seq, told         │  acked
 *                          └ Numbering: what its place means          History: sent again on return
 *
 *  waiting ── attach ──▶ live ── detach, hangUp ──▶ detached ── attach ──▶ live ── end ──▶ ended
 * ```
 *
 * @module
 */
import { Head } from "../html/head.ts";
import type { HtmlOptions } from "../html/write.ts";
import type { ComponentNode } from "../jsx/node.ts";
import { CloseCode, Frame, Op, PROTOCOL_VERSION } from "../protocol/codes.ts";
import type { WelcomeMode } from "../protocol/down.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Hello } from "../protocol/hello.ts";
import type { PatchWriter } from "../protocol/patch_writer.ts";
import {
  decodeUp,
  encodeJson,
  encodeNumber,
  type EventFrame,
  type NavigateFrame,
} from "../protocol/up.ts";
import type { Owner } from "../signals/owner.ts";
import { PatchEncoder } from "../tree/encoder.ts";
import { flushTree } from "../tree/flush.ts";
import type { Region } from "../tree/live.ts";
import { Tree, type TreeHost } from "../tree/tree.ts";
import { History } from "./history.ts";
import { type EventProblem, Inbox, type InboxHost } from "./inbox.ts";
import * as limits from "./limits.ts";
import type { LivePort, LiveState, PlayerFacts } from "./live_port.ts";
import { NextPatch, type PatchedPage } from "./next_patch.ts";
import { type AppliedPatches, Numbering } from "./numbering.ts";
import {
  describeError,
  nativeOperation,
  type PageOperation,
  textOperation,
} from "./page_operations.ts";
import { compareRegions, regionsSettled, renderPage, rewritePage } from "./page_render.ts";
import type { PlaceChain } from "./place_chain.ts";
import { takePortable } from "./portable.ts";
import { RegionStream } from "./region_stream.ts";
import { Restorer } from "./restore.ts";
import type { PageSnapshot } from "./snapshot.ts";
import { TokenBucket } from "./token_bucket.ts";
import type { Transport } from "./transport.ts";
import type { Uploads } from "./uploads.ts";
import { Wire, type WireHost } from "./wire.ts";

/** One page of one player. */
export class LiveSession implements TreeHost, InboxHost, WireHost, PatchedPage {
  readonly id: string;
  readonly port: LivePort;
  readonly tree: Tree;
  readonly region: Region;
  readonly head: Head;
  readonly ctx: unknown;
  state: LiveState = "waiting";
  /** When it was made, milliseconds since 1970. */
  readonly begun: number = Date.now();
  /** What the handshake said, once there was one. */
  player: PlayerFacts | undefined;
  /** Last PATCH sent. */
  seq = 0;
  /** Last event received. */
  received = 0;
  /** Last event run. */
  done = 0;
  /** While the page is restored: what another node has kept of it. */
  restorer: Restorer | undefined;
  /** The last event whose effects outlive this node; `undefined` when nothing is kept. */
  durable: number | undefined;
  readonly #wire: Wire;
  readonly #next: NextPatch = new NextPatch(this);
  readonly #numbering = new Numbering();
  // Made when they are needed: most pages that are open are idle.
  #inbox: Inbox | undefined;
  #history: History | undefined;
  #clientBucket: TokenBucket | undefined;
  #renderBucket: TokenBucket | undefined;
  /** The response of the GET, once it is read. */
  #stream: RegionStream | undefined;
  #abort: AbortController | undefined;
  /** Last event that the player was told of: by WELCOME, or by a PATCH that acknowledges it. */
  #told = 0;
  /** Last PATCH that the player has applied. */
  #acked = 0;
  #scheduled = false;
  /** The last event that the player sends again after a restore; the page is shown after it. */
  #replay = 0;
  #replayTimer: ReturnType<typeof setTimeout> | undefined;
  #connectedOnce = false;

  /**
   * @param id Page id: names the page and its events for ever.
   * @param port One for all live sessions of an app.
   * @param createCtx Makes the context that its components get.
   */
  constructor(id: string, port: LivePort, createCtx: (live: LiveSession) => unknown) {
    this.id = id;
    this.port = port;
    this.#wire = new Wire(this, port);
    this.tree = new Tree(this, port.development);
    this.region = this.tree.addRegion();
    this.head = new Head(this);
    this.ctx = createCtx(this);
  }

  // TreeHost

  get connected(): boolean {
    return this.#connectedOnce && this.state !== "ended";
  }

  schedule(task: () => void): void {
    queueMicrotask(() => {
      if (this.state === "ended") return;
      try {
        task();
      } catch (error) {
        this.report(error, undefined);
      }
    });
  }

  report(error: unknown, _owner: Owner | undefined): void {
    this.#sendError("handler", this.port.report(error, this), error);
  }

  errorCard(error: unknown, tag?: string): unknown {
    return this.port.errorCard(error, this.port.report(error, this), tag);
  }

  invalidate(): void {
    this.#stream?.wake();
    if (this.#scheduled || !this.#wire.open) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  /** Ends with the live session. */
  get abortSignal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.state === "ended") this.#abort.abort();
    return this.#abort.signal;
  }

  // Rendering

  /**
   * Renders the page for a GET.
   *
   * @returns The markup of the page's content; a promise only when an async component is in it.
   * @throws {ComponentError} when the page fails and nothing of it catches the error.
   */
  render(root: ComponentNode, options: HtmlOptions = {}): string | Promise<string> {
    return renderPage(this.region, root, options, () => this.state === "ended");
  }

  /**
   * Writes the page of a GET again, with what has changed since it was rendered: before anybody was
   * sent anything of it.
   */
  rewrite(options: HtmlOptions = {}): string | Promise<string> {
    flushTree(this.tree, new PatchEncoder(this.region));
    return rewritePage(this.region, options, () => this.state === "ended");
  }

  /** Whether the response of the GET is still being written. */
  get streaming(): boolean {
    return this.#stream?.active === true;
  }

  /**
   * The markup of the async regions, each as it settles, until all have or a player connects: from
   * then on they travel over the socket.
   */
  streamRegions(): RegionStream {
    return this.#stream = new RegionStream(this.tree, () => this.state === "waiting");
  }

  /** Resolves when no async region shows its fallback any more, or after `most` milliseconds. */
  settled(most: number): Promise<void> {
    return regionsSettled(this.tree, most);
  }

  /** Shows another page (or the same for another address) in place of the current one. */
  show(root: ComponentNode): void {
    this.#inbox?.forgetPlaces();
    if (this.#next.begun) {
      this.#next.show(root);
      this.invalidate();
    } else {
      this.tree.unmountRegion(this.region);
      this.render(root);
    }
  }

  // Connection

  /**
   * Connects a player, and says in WELCOME how the two go on:
   *
   * ```
   * the page of the GET, nothing applied yet     adopted    what was counted otherwise is sent
   * the same player again, and what it missed
   *   is still here                              resumed    those frames are sent again
   * a page that another node has kept            restored   its events come again, then all of it
   * anything else                                mounted    all of it; numbers begin anew
   * ```
   *
   * @param transport Its connection.
   * @param hello Its handshake, already authorised.
   */
  attach(transport: Transport, hello: Hello): void {
    if (this.state === "ended") return transport.close(CloseCode.TRY_LATER, "ended");
    const { platform, capabilities, screen } = hello;
    this.player = { platform, capabilities, screen };
    this.#wire.connect(transport, hello.deflate);
    const missed = this.#canResume(hello) ? this.#missedSince(hello.seq) : undefined;
    this.state = "live";
    const mode = this.#modeOf(hello, missed !== undefined);
    if (mode === "restored") {
      // PATCHes that this page never got are of no numbering that it knows.
      this.seq = hello.seq;
      this.#numbering.rewind(hello.seq);
      this.#awaitReplay(hello.event);
    }
    this.#stream?.wake();
    this.port.facts(this, hello);
    // A player that begins anew sends nothing again: what still waits here counts as run for it.
    this.#told = mode === "mounted" ? this.received : this.done;
    this.#wire.send(
      encodeJson(Frame.WELCOME, {
        v: PROTOCOL_VERSION,
        mode,
        seq: this.seq,
        ack: this.#told,
        durable: this.durable,
      }),
    );
    if (mode === "resumed") {
      this.#history?.trim(hello.seq);
      this.#acked = hello.seq;
      for (const frame of missed!) this.#wire.send(frame);
    } else {
      this.#begin(mode, hello);
    }
    if (!this.#connectedOnce) {
      this.#connectedOnce = true;
      this.tree.connect();
    }
    this.port.changed(this);
    this.#scheduled = false;
    if (hello.portable !== undefined) takePortable(this.region.root, hello.portable);
    this.invalidate();
  }

  #modeOf(hello: Hello, canResume: boolean): WelcomeMode {
    if (!this.#connectedOnce && hello.seq === 0 && this.seq === 0) return "adopted";
    if (this.#numbering.isForeign && hello.event >= this.received) return "restored";
    return canResume ? "resumed" : "mounted";
  }

  #missedSince(seq: number): readonly Uint8Array<ArrayBuffer>[] | undefined {
    return this.#history ? this.#history.after(seq) : [];
  }

  /** Whether the player is the one that was connected before, and nothing is out of step. */
  #canResume(hello: Hello): boolean {
    return this.#next.begun && hello.seq >= this.#acked && hello.seq <= this.seq &&
      hello.event >= this.received;
  }

  /** A player that knows nothing of this connection's templates yet. */
  #begin(mode: Exclude<WelcomeMode, "resumed">, hello: Hello): void {
    this.#history = undefined;
    this.#acked = this.seq;
    this.#next.begin();
    if (mode === "adopted") this.#compare(hello);
    else this.#next.beginWhole();
    if (mode === "mounted" && this.durable !== undefined) this.#numbering.forget(this.seq + 1);
    if (this.#next.renders) {
      this.#inbox?.pin();
      this.#numbering.announce(this.seq + 1);
    }
  }

  /** Sends what the player did not count as we did, and the regions that have not reached it. */
  #compare(hello: Hello): void {
    const { differing, missing } = compareRegions(this.tree, hello.places);
    for (const region of differing) this.#next.render(region);
    for (const slot of missing) this.#next.add((encoder) => encoder.resend(slot));
  }

  /** A new live session that takes over a page that another one rendered, otherwise. */
  resumeElsewhere(): void {
    this.#connectedOnce = true;
    this.tree.connect();
  }

  /** A new live session that goes on from what another one has kept of the page. */
  restore(snapshot: PageSnapshot): void {
    this.resumeElsewhere();
    this.#numbering.restore(snapshot);
    this.restorer = new Restorer(snapshot);
    this.received = this.done = snapshot.done;
  }

  /**
   * The page was restored and rendered: what it mounts from now on begins afresh.
   *
   * @param applied What the player has applied.
   */
  rendered(applied: AppliedPatches): void {
    this.restorer = undefined;
    if (!this.#numbering.isForeign) return;
    // Numbers of PATCHes go on from node to node: they say which numbering an event is of.
    this.seq = applied.seq;
    this.#numbering.rendered(this.region.root, applied);
  }

  #awaitReplay(event: number): void {
    this.#replay = event;
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => {
      this.#replay = 0;
      this.invalidate();
    }, limits.REPLAY_PATIENCE);
  }

  /** Where places are that were numbered anew since. */
  get chain(): PlaceChain["entries"] {
    return this.#numbering.chain;
  }

  /** The last PATCH with a RENDER: places have their numbers since then. */
  get lastRender(): number {
    return this.#numbering.lastRender;
  }

  /** No handler runs and no event waits: what the signals hold is what {@linkcode done} says. */
  get busy(): boolean {
    return this.#inbox?.busy === true;
  }

  /** The effects of events up to this one outlive this node. */
  tellDurable(event: number): void {
    this.durable = event;
    this.#wire.send(encodeNumber(Frame.DURABLE, event));
  }

  /** Ends the connection, and nothing else: the player comes back, here or elsewhere. */
  hangUp(code: number, reason: string): void {
    if (this.state !== "live") return;
    this.#wire.close(code, reason);
    this.state = "detached";
    this.port.changed(this);
  }

  /** The socket is gone; the player may come back. */
  detach(transport: Transport): void {
    if (!this.#wire.carries(transport) || this.state === "ended") return;
    this.#wire.disconnect();
    this.state = "detached";
    this.port.changed(this);
  }

  /** Ends the live session and everything in it. Safe to call twice. */
  end(code: number = CloseCode.GOING_AWAY, reason = "ended"): void {
    if (this.state === "ended") return;
    this.state = "ended";
    clearTimeout(this.#replayTimer);
    this.#stream?.wake();
    this.#inbox?.close();
    this.#wire.close(code, reason);
    this.tree.dispose();
    this.#abort?.abort();
    this.#history = undefined;
    this.port.changed(this);
  }

  /** Forms with files that came, or are to come, by HTTP. */
  get uploads(): Uploads {
    return this.#events.uploads;
  }

  // Frames from the player

  /** Takes one message. A broken one closes the socket; nothing is thrown. */
  receive(transport: Transport, bytes: Uint8Array): void {
    if (!this.#wire.carries(transport)) return;
    this.#wire.heard();
    try {
      this.#take(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        this.report(error, undefined);
        return;
      }
      this.port.refused?.("protocol", this);
      const code = error.code === "limit" ? CloseCode.TOO_LARGE : CloseCode.PROTOCOL;
      transport.close(code, error.code);
      this.detach(transport);
    }
  }

  #take(bytes: Uint8Array): void {
    const up = decodeUp(bytes);
    switch (up.frame) {
      case Frame.EVENT:
      case Frame.NAVIGATE:
        this.#acknowledge(up.ack);
        if (this.#accept(up.seq)) this.#events.take(up, bytes.length);
        return;
      case Frame.ACK:
        return this.#acknowledge(up.ack);
      case Frame.PING:
        return this.#wire.send(encodeNumber(Frame.PONG));
      case Frame.PONG:
        return;
      case Frame.RENDER: {
        const region = this.tree.regionOf(up.region);
        if (!region) return;
        this.#renderBucket ??= new TokenBucket(limits.RENDERS_PER_SECOND, limits.RENDER_BURST);
        if (!this.#renderBucket.take()) return this.#events.overloaded();
        this.#next.render(region);
        this.invalidate();
        return;
      }
      case Frame.CLIENT:
        this.#clientBucket ??= new TokenBucket(limits.CLIENTS_PER_SECOND, limits.CLIENT_BURST);
        if (!this.#clientBucket.take()) return this.#events.overloaded();
        return this.port.facts(this, up.facts);
      case Frame.HELLO:
        throw new ProtocolError("state", "cannot take a hello: there was one on this connection");
    }
  }

  /** Whether an event is new; those behind it on the wire depend on its number being the next. */
  #accept(seq: number): boolean {
    if (seq <= this.received) return false;
    if (seq !== this.received + 1) {
      throw new ProtocolError("sequence", "cannot take an event: the one before it is missing");
    }
    this.received = seq;
    return true;
  }

  #acknowledge(seq: number): void {
    if (seq > this.seq) {
      throw new ProtocolError("sequence", "cannot take an acknowledgement of a frame never sent");
    }
    if (seq <= this.#acked) return;
    this.#acked = seq;
    this.#numbering.applied(seq);
    this.#history?.trim(seq);
    if (this.#wire.stalled) this.invalidate();
  }

  // WireHost

  lost(transport: Transport, why: "slow" | "silent"): void {
    if (why === "slow") this.port.refused?.("slow", this);
    this.detach(transport);
  }

  roomAgain(): void {
    this.#flush();
  }

  // InboxHost

  get #events(): Inbox {
    return this.#inbox ??= new Inbox(this);
  }

  placeNow(event: EventFrame): number | undefined {
    return this.#numbering.find(event);
  }

  touch(): boolean {
    if (this.port.touch?.(this) !== false) return true;
    this.end(CloseCode.REFUSED, "session ended");
    return false;
  }

  tell(problem: EventProblem): void {
    if (problem.code !== "upload") this.port.refused?.(problem.code, this);
    this.#wire.send(encodeJson(Frame.ERROR, problem));
  }

  ran(events: number, error?: unknown): void {
    this.done += events;
    if (error !== undefined) this.report(error, undefined);
    this.port.ran?.(this);
    this.invalidate();
  }

  async goTo(url: string, mode: NavigateFrame["mode"]): Promise<void> {
    const outcome = await this.port.navigate(this, url);
    if (outcome.kind === "load") {
      const op = mode === "replace" ? Op.NAVIGATE_REPLACE : Op.NAVIGATE_PUSH;
      this.#later(textOperation(op, outcome.url));
    } else if (mode !== "pop" || outcome.url !== url) {
      this.#later(textOperation(mode === "push" ? Op.URL_PUSH : Op.URL_REPLACE, outcome.url));
    }
  }

  // What the page does

  /** Sends a ticket with which the page fetches a new session cookie. */
  sendTicket(ticket: string): void {
    this.#later(textOperation(Op.TICKET, ticket));
  }

  /** Sends a custom event; kept until a player is connected. */
  emit(event: string, json: string): void {
    this.#later(textOperation(Op.EMIT, event, json));
  }

  /** Sends a native operation. */
  native(operation: number, json: string, component?: string): void {
    const texts = component === undefined ? [json] : [component, json];
    this.#later(nativeOperation(operation, texts, () => this.player));
  }

  /** Runs a live navigation in the mailbox, behind what is queued. */
  navigate(url: string, replace: boolean): void {
    this.#events.push({
      run: () => this.goTo(url, replace ? "replace" : "push"),
      done: (error) => {
        if (error !== undefined) this.report(error, undefined);
        this.invalidate();
      },
    });
  }

  #later(write: PageOperation): void {
    this.#next.add(write);
    this.invalidate();
  }

  // Frames to the player

  #flush(): void {
    this.#scheduled = false;
    if (!this.#wire.open || this.state !== "live" || this.done < this.#replay) return;
    if (this.#wire.congested(this.seq - this.#acked)) return;
    let out: PatchWriter;
    try {
      ({ out } = this.#next.write());
    } catch (error) {
      this.report(error, undefined);
      this.end(CloseCode.TRY_LATER, "failed");
      return;
    }
    const ran = Math.max(0, this.done - this.#told);
    if (out.empty && ran === 0) return;
    const after = this.port.flushing?.(this);
    const acks = after === "unsafe" ? 0 : ran;
    if (out.empty && acks === 0) return;
    const frame = out.finish(++this.seq, acks);
    this.#told += acks;
    (this.#history ??= new History(limits.MAX_HISTORY, this.seq)).push(frame);
    this.#wire.send(frame, after === "unsafe" ? undefined : after);
  }

  // PatchedPage

  renumber(write: () => void): void {
    this.#inbox?.pin();
    const page = this.durable === undefined ? undefined : this.region;
    this.#numbering.renumber(this.seq + 1, page, write);
    this.#inbox?.forgetPlaces();
  }

  #sendError(code: string, id: string, error: unknown): void {
    if (!this.#wire.open) return;
    const detail = this.port.development ? describeError(error) : undefined;
    this.#wire.send(encodeJson(Frame.ERROR, { code, id, ...detail }));
  }
}
