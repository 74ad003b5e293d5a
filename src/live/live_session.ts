/**
 * A live session: one page of one player, from the GET that rendered it to the end of its last
 * socket. It connects the rooms beside it (mailbox, history, tree, transport) and holds no logic
 * of theirs.
 *
 * @module
 */
import type { ComponentNode } from "../jsx/node.ts";
import { Frame, Op, PROTOCOL_VERSION } from "../protocol/codes.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Hello } from "../protocol/hello.ts";
import {
  decodeUp,
  encodeJson,
  encodeNumber,
  type EventFrame,
  type NavigateFrame,
} from "../protocol/up.ts";
import { Head } from "../html/head.ts";
import { type HtmlOptions, HtmlWriter } from "../html/write.ts";
import { PatchEncoder } from "../tree/encoder.ts";
import { patchRoot } from "../tree/diff.ts";
import { flushTree } from "../tree/flush.ts";
import type { Region } from "../tree/live.ts";
import { walkPage } from "../tree/addresses.ts";
import { Tree, type TreeHost } from "../tree/tree.ts";
import type { Owner } from "../signals/owner.ts";
import { History } from "./history.ts";
import * as limits from "./limits.ts";
import { compareRegions, regionsSettled, renderPage, rewritePage } from "./page_render.ts";
import { CloseCode, type LivePort, type LiveState, type PlayerFacts } from "./live_port.ts";
import {
  describeError,
  nativeOperation,
  type PageOperation,
  textOperation,
} from "./page_operations.ts";
import { movesBetween, PlaceChain, restoredChain, Restorer } from "./restore.ts";
import type { PageSnapshot } from "./snapshot.ts";
import { takePortable } from "./portable.ts";
import { RegionStream } from "./region_stream.ts";
import { type EventProblem, Inbox, type InboxHost } from "./inbox.ts";
import { TokenBucket } from "./token_bucket.ts";
import type { Transport } from "./transport.ts";
import type { Uploads } from "./uploads.ts";
import { Wire, type WireHost } from "./wire.ts";

/** One page of one player. */
export class LiveSession implements TreeHost, InboxHost, WireHost {
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
  /** The last PATCH with a RENDER: places have their numbers since then. */
  lastRender = 0;
  /** The last event whose effects outlive this node; `undefined` when nothing is kept. */
  durable: number | undefined;
  /** What this page was restored from, until its player has connected. */
  #snapshot: PageSnapshot | undefined;
  /** Where the places are now that events name which were sent to another node. */
  #chain: PlaceChain | undefined;
  // Made when they are needed: most pages that are open are idle.
  #inbox: Inbox | undefined;
  #history: History | undefined;
  #clientBucket: TokenBucket | undefined;
  #renderBucket: TokenBucket | undefined;
  #encoder: PatchEncoder | undefined;
  readonly #wire: Wire;
  #abort: AbortController | undefined;
  /** Last event that the player was told of: by WELCOME, or by a PATCH that acknowledges it. */
  #told = 0;
  /** Last PATCH that the player has applied. */
  #acked = 0;
  #scheduled = false;
  /** Operations that no part of the tree asks for: emits, addresses. */
  #extras: PageOperation[] | undefined;
  /** The page to show next. */
  #nextRoot: ComponentNode | undefined;
  #renders: Set<Region> | undefined;
  /** The last event that the player sends again after a restore; the page is shown after it. */
  #replay = 0;
  #replayTimer: ReturnType<typeof setTimeout> | undefined;
  /** The player knows nothing yet: what is stale is written with the whole regions, not before. */
  #mounting = false;
  /** The PATCH that numbered places anew: events sent before it was applied name other places. */
  #renumbered = 0;
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

  /** The response of the GET, once it is read. */
  #stream: RegionStream | undefined;

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
    if (!this.#encoder) {
      this.tree.unmountRegion(this.region);
      this.render(root);
      return;
    }
    this.#nextRoot = root;
    this.invalidate();
  }

  // Connection

  /**
   * Connects a player.
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
    const restored = this.#snapshot !== undefined && hello.event >= this.received;
    if (restored) {
      this.#rewind(hello.seq);
      this.#awaitReplay(hello.event);
    }
    const mode = !this.#connectedOnce && hello.seq === 0 && this.seq === 0
      ? "adopted"
      : restored
      ? "restored"
      : missed
      ? "resumed"
      : "mounted";
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
      if (mode === "mounted" && this.durable !== undefined) {
        (this.#chain ??= new PlaceChain()).forget(0, this.seq + 1);
      }
      if (this.#renders) this.#renumber();
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

  #missedSince(seq: number): readonly Uint8Array<ArrayBuffer>[] | undefined {
    return this.#history ? this.#history.after(seq) : [];
  }

  /** Whether the player is the one that was connected before, and nothing is out of step. */
  #canResume(hello: Hello): boolean {
    return this.#encoder !== undefined && hello.seq >= this.#acked && hello.seq <= this.seq &&
      hello.event >= this.received;
  }

  /** A player that knows nothing of this connection's templates yet. */
  #begin(mode: "adopted" | "mounted" | "restored", hello: Hello): void {
    this.#encoder ??= new PatchEncoder(this.region);
    this.#encoder.reset();
    this.#history = undefined;
    this.#acked = this.seq;
    this.#mounting = mode !== "adopted";
    if (mode === "adopted") this.#compare(hello);
    else {
      this.#renderLater(this.region);
      for (const change of this.head.all()) {
        this.#later(textOperation(Op.HEAD, JSON.stringify(change)));
      }
    }
  }

  /** Sends what the player did not count as we did, and the regions that have not reached it. */
  #compare(hello: Hello): void {
    const { differing, missing } = compareRegions(this.tree, hello.places);
    for (const region of differing) this.#renderLater(region);
    for (const slot of missing) this.#later((encoder) => encoder.resend(slot));
  }

  /** A new live session that takes over a page that another one rendered, otherwise. */
  resumeElsewhere(): void {
    this.#connectedOnce = true;
    this.tree.connect();
  }

  /** A new live session that goes on from what another one has kept of the page. */
  restore(snapshot: PageSnapshot): void {
    this.resumeElsewhere();
    this.#snapshot = snapshot;
    this.restorer = new Restorer(snapshot);
    this.received = this.done = snapshot.done;
  }

  /**
   * The page was restored and rendered: what it mounts from now on begins afresh.
   *
   * @param hello What the player has applied.
   */
  rendered(hello: Pick<Hello, "seq" | "render">): void {
    this.restorer = undefined;
    if (!this.#snapshot) return;
    // Numbers of PATCHes go on from node to node: they say which numbering an event is of.
    this.seq = hello.seq;
    this.lastRender = Math.max(this.#snapshot.render, hello.render);
    this.#chain = restoredChain(this.region.root, this.#snapshot, hello);
  }

  #awaitReplay(event: number): void {
    this.#replay = event;
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => {
      this.#replay = 0;
      this.invalidate();
    }, limits.REPLAY_PATIENCE);
  }

  /** PATCHes that this page never got are of no numbering that it knows. */
  #rewind(seq: number): void {
    this.seq = seq;
    this.#chain?.rewind(seq + 1);
  }

  /** Where places are that were numbered anew since. */
  get chain(): PlaceChain["entries"] {
    return this.#chain?.entries ?? [];
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
        this.#acknowledge(up.ack);
        if (this.#accept(up.seq)) this.#events.take(up, bytes.length);
        return;
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
        this.#renderLater(region);
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
    if (seq >= this.#renumbered) this.#snapshot = undefined;
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

  placeNow({ region, place, ack }: EventFrame): number | undefined {
    return ack < this.#renumbered ? this.#chain?.find(region, place, ack) : place;
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
    const extras = this.#extras ??= [];
    if (extras.length >= limits.MAX_EXTRAS) extras.shift();
    extras.push(write);
    this.invalidate();
  }

  #renderLater(region: Region): void {
    (this.#renders ??= new Set()).add(region);
  }

  /** The player's numbers are not ours until it has applied the next PATCH. */
  #renumber(): void {
    this.#inbox?.pin();
    this.#renumbered = this.seq + 1;
  }

  // Frames to the player

  #flush(): void {
    this.#scheduled = false;
    const encoder = this.#encoder;
    if (!this.#wire.open || !encoder || this.state !== "live" || this.done < this.#replay) return;
    if (this.#wire.congested(this.seq - this.#acked)) return;
    try {
      // The next page before what is stale: components of the old one must not run for it.
      this.#showNext(encoder);
      if (this.#mounting) {
        // What is stale is brought up to date without telling: the player is sent the whole page.
        flushTree(this.tree, encoder);
        encoder.reset();
        this.#mounting = false;
      }
      if (this.tree.wantsTransition) encoder.out.op(Op.TRANSITION);
      for (let more = true; more;) {
        const extras = this.#extras;
        this.#extras = undefined;
        flushTree(this.tree, encoder);
        if (extras) { for (const write of extras) write(encoder); }
        more = this.tree.stale || this.#extras !== undefined;
      }
      for (const change of this.head.takeChanges()) {
        textOperation(Op.HEAD, JSON.stringify(change))(encoder);
      }
      encoder.writeFocus();
      this.#writeRenders(encoder);
    } catch (error) {
      this.report(error, undefined);
      this.end(CloseCode.TRY_LATER, "failed");
      return;
    }
    const ran = Math.max(0, this.done - this.#told);
    if (encoder.out.empty && ran === 0) return;
    const after = this.port.flushing?.(this);
    const acks = after === "unsafe" ? 0 : ran;
    if (encoder.out.empty && acks === 0) return;
    const frame = encoder.out.finish(++this.seq, acks);
    this.#told += acks;
    (this.#history ??= new History(limits.MAX_HISTORY, this.seq)).push(frame);
    this.#wire.send(frame, after === "unsafe" ? undefined : after);
  }

  /** Another page in place of the current one; one that fails shows its error, not the old page. */
  #showNext(encoder: PatchEncoder): void {
    const root = this.#nextRoot;
    if (!root) return;
    this.#nextRoot = undefined;
    const restore = encoder.savepoint();
    try {
      patchRoot(encoder, this.region, root);
    } catch (error) {
      restore();
      this.tree.unmountRegion(this.region);
      patchRoot(encoder, this.region, this.errorCard(error));
    }
  }

  /** Regions that the player asked for whole, behind all patches to them. */
  #writeRenders(encoder: PatchEncoder): void {
    const renders = this.#renders;
    if (!renders) return;
    this.#renders = undefined;
    this.#renumber();
    this.lastRender = this.#renumbered;
    const before = this.durable === undefined ? undefined : walkPage(this.region.root);
    for (const region of renders) {
      const writer = new HtmlWriter(region);
      writer.rewriteRegion();
      encoder.out.op(Op.RENDER);
      encoder.out.varint(region.id);
      encoder.out.string(writer.html);
    }
    this.#inbox?.forgetPlaces();
    if (before) {
      this.#chain ??= new PlaceChain();
      this.#chain.renumber(movesBetween(before, walkPage(this.region.root)), this.#renumbered);
    }
  }

  #sendError(code: string, id: string, error: unknown): void {
    if (!this.#wire.open) return;
    const detail = this.port.development ? describeError(error) : undefined;
    this.#wire.send(encodeJson(Frame.ERROR, { code, id, ...detail }));
  }
}
