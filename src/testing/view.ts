/**
 * A page under test: what a person sees of it, does with it, and what happens to its connection.
 *
 * @module
 */
import type { PlayerFile } from "../player/controls.ts";
import { markup } from "../player/serialize.ts";
import type { PlayerElement } from "../player/dom.ts";
import type { EventInit } from "../player/events.ts";
import type { PlayerFacts } from "../player/options.ts";
import { Player } from "../player/player.ts";
import { shownText } from "../player/query.ts";
import type { PlayerError, PlayerRecord, PlayerState, RecordOf } from "../player/record.ts";
import type { PlayerUser } from "../player/user.ts";
import { TestClock } from "./clock.ts";
import { TestingError } from "./errors.ts";
import { TestNetwork } from "./network.ts";
import { ServerSide, type SessionSeed } from "./server_side.ts";
import { readShell } from "./shell.ts";
import { findAll, findOne, type Target } from "./target.ts";
import type { Visitor } from "./visitor.ts";
import { turn, Wakers } from "./wakers.ts";

export type { SessionSeed } from "./server_side.ts";

/** What {@linkcode View} is made of. */
export interface ViewSetup {
  /** Whose browser it is. */
  readonly visitor: Visitor;
  /** The first page. */
  readonly url: URL;
  /** What the player says of itself. */
  readonly facts: PlayerFacts;
  /** What the session holds before the first page is rendered. */
  readonly seed: SessionSeed | undefined;
  /** Milliseconds that a message takes one way. */
  readonly latency: number;
  /** Whether large frames are deflated. */
  readonly deflate: boolean;
  /** Milliseconds that the server may take for whatever is waited for. */
  readonly within: number;
}

/** Times that a page loads itself again because the server asked for it, until that is an error. */
const MAX_RELOADS = 3;

/**
 * A page under test, made by `mount`. Actions resolve once the page has settled; while the network
 * is down or frozen, as soon as they are done.
 */
export class View {
  /** Time for the player and the network. It stands still but for what {@linkcode View.settle} skips. */
  readonly clock: TestClock = new TestClock();
  /** What lies between the page and its server. */
  readonly network: TestNetwork = new TestNetwork(this.clock, () => this.#wakers.wake());
  readonly #setup: ViewSetup;
  readonly #server: ServerSide;
  readonly #wakers = new Wakers();
  #player: Player | undefined;
  #response: Response | undefined;
  #loading: Promise<void> | undefined;
  #failure: unknown;
  #reloads = 0;
  #disposed = false;

  /**
   * Called by `mount`.
   *
   * @internal
   */
  constructor(setup: ViewSetup) {
    this.#setup = setup;
    this.#server = new ServerSide(setup.seed);
    this.network.latency = setup.latency;
  }

  // What is there

  /** The headless player behind the view; another one after each page that was loaded. */
  get player(): Player {
    if (this.#player) return this.#player;
    throw new TestingError("mount", "cannot use this view: its page was not loaded");
  }

  /** The page's address now. */
  get url(): URL {
    return this.player.url;
  }

  /** The document's title. */
  get title(): string {
    return this.player.page.title;
  }

  /** How the page stands to its server. */
  get state(): PlayerState {
    return this.player.state;
  }

  /** The answer that the page came with: its status and headers. */
  get response(): Response {
    return this.#response!;
  }

  /** Everything that happened besides patches, in order: events, haptics, shares, addresses. */
  get records(): readonly PlayerRecord[] {
    return this.player.records;
  }

  /** What happened of one kind. */
  recordsOf<K extends PlayerRecord["kind"]>(kind: K): RecordOf<K>[] {
    return this.player.recordsOf(kind);
  }

  /** What the server said has failed: handlers that threw, events that came too late. */
  get errors(): PlayerError[] {
    return this.recordsOf("error").map(({ error }) => error);
  }

  /** The page's markup without the marks of live pages, or that of one element. */
  html(target?: Target): string {
    if (target !== undefined) return markup(this.find(target));
    let text = "";
    for (const node of this.player.page.body) {
      const isScript = node.type === "element" && node.tag === "script";
      if (!isScript) text += markup(node);
    }
    return text;
  }

  /** The page's text as a reader sees it, or that of one element: blanks joined. */
  text(target?: Target): string {
    return shownText(target === undefined ? this.player.page.body : this.find(target));
  }

  /**
   * The one element that a selector, a role or a text names.
   *
   * @throws {TestingError} `find`: none or several do; the message shows what the page has.
   */
  find(target: Target): PlayerElement {
    return findOne(this.player.page.document, target);
  }

  /** All elements that a target names, in document order. */
  findAll(target: Target): PlayerElement[] {
    return findAll(this.player.page.document, target);
  }

  /** Whether anything in the page is what a target names. */
  has(target: Target): boolean {
    return this.findAll(target).length > 0;
  }

  /** What a control holds: text, whether it is on, the chosen values, or the chosen files. */
  valueOf(target: Target): ReturnType<PlayerUser["valueOf"]> {
    return this.player.user.valueOf(this.find(target));
  }

  /** What has the focus. */
  get focused(): PlayerElement | undefined {
    return this.player.page.focused;
  }

  // What a person does

  /** The same actions without waiting for what comes of them. */
  get user(): PlayerUser {
    return this.player.user;
  }

  /** Clicks, with everything that comes of it: a box is checked, a form submitted, a link followed. */
  click(target: Target, init?: EventInit): Promise<void> {
    return this.#act(() => this.user.click(this.find(target), init));
  }

  /** Puts text into a control in place of what it holds, as one edit. */
  type(target: Target, text: string): Promise<void> {
    return this.#act(() => this.user.type(this.find(target), text));
  }

  /** As {@linkcode View.type}, then leaves the control: its change is told. */
  fill(target: Target, text: string): Promise<void> {
    return this.#act(() => this.user.fill(this.find(target), text));
  }

  /** Chooses options of a `<select>` by their values. */
  select(target: Target, ...values: readonly string[]): Promise<void> {
    return this.#act(() => this.user.select(this.find(target), ...values));
  }

  /** Chooses files; those that are `File`s are sent with their content. */
  attach(target: Target, ...files: readonly PlayerFile[]): Promise<void> {
    return this.#act(() => this.user.attach(this.find(target), ...files));
  }

  /** Submits a form. Default: the only one. */
  submit(target: Target = "form"): Promise<void> {
    return this.#act(() => this.user.submit(this.find(target)));
  }

  /** Presses a key and lets it go: `"Enter"`, `"a"`. Default target: what has the focus, or the page. */
  press(key: string, target?: Target, init?: EventInit): Promise<void> {
    return this.#act(() => {
      const { body } = this.player.page;
      const element = target === undefined ? this.focused ?? body : this.find(target);
      this.user.press(element, key, init);
    });
  }

  /** Moves the focus. */
  focus(target: Target): Promise<void> {
    return this.#act(() => this.user.focus(this.find(target)));
  }

  /** Dispatches any other event. */
  dispatch(target: Target, type: string, init?: EventInit): Promise<void> {
    return this.#act(() => void this.player.dispatch(this.find(target), type, init));
  }

  /** Goes to another page of the site over the connection, as a link does. */
  navigate(url: string, mode: "push" | "replace" | "pop" = "push"): Promise<void> {
    return this.#act(() => this.player.navigate(url, mode));
  }

  /** The device changes: a window is made smaller, a mouse is plugged in. */
  change(facts: Partial<PlayerFacts>): Promise<void> {
    return this.#act(() => this.player.change(facts));
  }

  async #act(action: () => void): Promise<void> {
    action();
    if (this.#reachesServer()) await this.settle();
    else await turn();
  }

  #reachesServer(): boolean {
    return this.network.reachable && !this.network.frozen;
  }

  // What happens to the connection

  /** The network is gone: the page goes on by itself until {@linkcode View.reconnect}. */
  async disconnect(): Promise<void> {
    this.network.reachable = false;
    this.network.cut();
    await turn();
  }

  /** The network is back: the page comes back at once, and this resolves when it has settled. */
  async reconnect(): Promise<void> {
    this.network.reachable = true;
    this.network.frozen = false;
    this.player.connect();
    await this.settle();
  }

  /** Lets time pass for the player and the network: heartbeats, debounces, attempts to come back. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    while (this.clock.now() < end) {
      this.clock.pass(Math.min(Math.max(this.clock.next, 1), end - this.clock.now()));
      await turn();
    }
  }

  // Loading

  /** Loads a page anew, as its address typed into a browser, and waits until it has settled. */
  async load(path: string): Promise<void> {
    await this.open(new URL(path, this.#player?.url ?? this.#setup.url));
    await this.settle();
  }

  /**
   * Loads a page and begins to connect.
   *
   * @throws {TestingError} `mount`: the address does not answer with a live page.
   */
  async open(url: URL = this.#setup.url): Promise<void> {
    this.#player?.close();
    const { visitor, facts, deflate } = this.#setup;
    const loaded = await visitor.load(url, this.#server.beside());
    const html = await readShell(loaded.url, loaded.response, () => this.#wakers.wake());
    this.#response = loaded.response;
    this.#server.cookieCame();
    const page = loaded.url;
    const player = this.#player = new Player(html, {
      url: page.href,
      facts,
      clock: this.clock,
      deflate,
      open: (listener) =>
        this.network.connect(
          listener,
          (socket) => visitor.dial(page, this.#server.beside(socket)),
        ),
      redeem: async (ticket, token) => {
        const renewed = await visitor.redeem(page, ticket, token);
        this.#server.cookieCame();
        this.#wakers.wakeSoon();
        return renewed;
      },
      upload: async (id, token, form) => {
        const status = await visitor.post(page, { id, token, form });
        this.#wakers.wakeSoon();
        return status;
      },
      onRecord: (record) => this.#noted(record, player),
    });
    player.connect();
  }

  /** What a browser does by itself: loads the page that it is sent to, or the same one again. */
  #noted(record: PlayerRecord, player: Player): void {
    const isRefused = record.kind === "state" && record.state === "refused";
    if (record.kind !== "load" && !isRefused || player !== this.#player || this.#disposed) return;
    if (isRefused && ++this.#reloads > MAX_RELOADS) return;
    const url = record.kind === "load" ? new URL(record.url, player.url) : player.url;
    // Not from within the frame that asked for it.
    this.#loading ??= turn().then(() => this.open(url)).catch((error) => {
      this.#failure = error;
    }).finally(() => {
      this.#loading = undefined;
      this.#wakers.wake();
    });
  }

  // Waiting

  /**
   * Resolves when nothing is on its way any more: the page is live, every event was run and shown,
   * no async region shows its placeholder. Time that only the player or the network would wait for
   * (latency, debounces, the pause before it comes back) is skipped; what the server does takes the
   * time that it takes.
   *
   * @throws {TestingError} `settle`: it did not within so many milliseconds; the message says what
   * is still waited for.
   */
  async settle({ within = this.#setup.within }: { readonly within?: number } = {}): Promise<void> {
    const end = performance.now() + within;
    for (;;) {
      await turn();
      await this.#loading;
      this.#mustHaveLoaded();
      const waiting = this.#waiting();
      if (waiting.length === 0) return;
      const { network, clock, player } = this;
      if (!this.#reachesServer() || player.state === "closed" || player.state === "refused") {
        const why = network.frozen
          ? "the network is frozen"
          : network.reachable
          ? `the page is ${player.state}`
          : "the network is down; reconnect first";
        throw new TestingError("settle", `cannot settle: ${waiting.join(", ")}; ${why}`);
      }
      // Somebody waits for nothing but the clock.
      if (network.inFlight > 0 || player.holding || player.retrying) {
        clock.pass(clock.next);
        continue;
      }
      const left = end - performance.now();
      if (left > 0 && await this.#wakers.somethingHappens(left)) continue;
      throw new TestingError(
        "settle",
        `cannot settle: ${waiting.join(", ")}, and nothing has come of it in ${within} ms`,
      );
    }
  }

  /** Waits for a condition that messages from the server bring about. */
  async until(
    condition: () => boolean,
    { within = this.#setup.within }: { readonly within?: number } = {},
  ): Promise<void> {
    const end = performance.now() + within;
    for (;;) {
      await turn();
      await this.#loading;
      this.#mustHaveLoaded();
      if (condition()) return;
      if (this.network.inFlight > 0 && !this.network.frozen) this.clock.pass(this.clock.next);
      else if (!await this.#wakers.somethingHappens(end - performance.now())) {
        throw new TestingError("settle", `cannot see ${condition}: not within ${within} ms`);
      }
    }
  }

  /** What went wrong when the page loaded another one by itself. */
  #mustHaveLoaded(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }

  #waiting(): string[] {
    const { inFlight } = this.network;
    const found = this.player.unsettled;
    if (inFlight > 0) found.push(`${inFlight} messages are on their way`);
    if (this.#server.owesCookie) found.push("the session's new cookie is on its way");
    return found;
  }

  // The end

  /** What the server still holds of this view, in words; nothing once it was disposed of. */
  leaks(): string[] {
    return this.#server.leaks();
  }

  /**
   * Closes the page, and ends what the server keeps for its return.
   *
   * @throws {TestingError} `leak`: something of it is left on the server.
   */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#server.close();
    await this.#loading;
    this.#player?.close();
    this.network.cut();
    this.#server.end();
    await turn();
    await this.#server.saved();
    const leaks = this.leaks();
    if (leaks.length === 0) return;
    throw new TestingError("leak", `cannot close the view: the server holds ${leaks.join(", ")}`);
  }

  /** {@linkcode View.dispose} at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /**
   * Cookies and headers, for another view of the same visitor.
   *
   * @internal
   */
  get visitor(): Visitor {
    return this.#setup.visitor;
  }
}
