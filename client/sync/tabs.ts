/**
 * The tabs on one database: what one writes shows in all, and one of them talks to the server.
 *
 * The leader holds a Web Lock. When its tab goes, however it goes, the browser gives the lock to
 * another; so there is never none for long, and never two.
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { SyncOutcome } from "../../src/contract/sync.ts";
import type { Delta, ReplicaChannel } from "../../src/sync/replica/channel.ts";
import type { SyncDriver, Syncer, SyncerState } from "../../src/sync/replica/syncer.ts";

type Message =
  | { readonly delta: Delta }
  | { readonly state: SyncerState }
  | { readonly ask: "state" | "resume" }
  | { readonly force: string }
  | { readonly forced: string; readonly outcome: SyncOutcome };

/** Milliseconds that a follower waits for the leader's outcome. */
const PATIENCE_MS = 60_000;

/** Carries commits and the leader's state between tabs. */
export class Tabs implements ReplicaChannel {
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Set<(message: Message) => void>();

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => {
      for (const listener of this.#listeners) listener(data as Message);
    };
  }

  post(delta: Delta): void {
    this.say({ delta });
  }

  listen(onDelta: (delta: Delta) => void): () => void {
    return this.hear((message) => {
      if ("delta" in message) onDelta(message.delta);
    });
  }

  say(message: Message): void {
    this.#channel.postMessage(message);
  }

  hear(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#channel.close();
  }
}

/** Runs the syncer in whichever tab leads, and stands for it in the others. */
export class LedSyncer implements SyncDriver {
  readonly #tabs: Tabs;
  readonly #syncer: Syncer;
  readonly #onLead: () => () => void;
  readonly #state: Signal<SyncerState>;
  readonly #waiting = new Map<string, (outcome: SyncOutcome) => void>();
  readonly #abort = new AbortController();
  #leads = false;

  /** @param onLead runs when this tab begins to lead, and returns how to end what it began */
  constructor(name: string, tabs: Tabs, syncer: Syncer, onLead: () => () => void) {
    this.#tabs = tabs;
    this.#syncer = syncer;
    this.#onLead = onLead;
    this.#state = signal(syncer.state.peek());
    tabs.hear((message) => this.#hear(message));
    syncer.state.subscribe((state) => {
      if (!this.#leads) return;
      this.#state.value = state;
      tabs.say({ state });
    });
    tabs.say({ ask: "state" });
    navigator.locks.request(name, { signal: this.#abort.signal }, () => this.#lead())
      .catch(() => {});
  }

  get state(): ReadonlySignal<SyncerState> {
    return this.#state;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** There is a credential, or a network, again. */
  resume(): void {
    if (this.#leads) this.#syncer.resume();
    else this.#tabs.say({ ask: "resume" });
  }

  async force(): Promise<SyncOutcome> {
    if (this.#leads) return await this.#syncer.force();
    const id = crypto.randomUUID();
    const { promise, resolve } = Promise.withResolvers<SyncOutcome>();
    const timer = setTimeout(() => resolve(NO_LEADER), PATIENCE_MS);
    this.#waiting.set(id, resolve);
    this.#tabs.say({ force: id });
    return await promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(id);
    });
  }

  /** Gives the lead to another tab. */
  close(): void {
    this.#abort.abort();
    for (const resolve of this.#waiting.values()) resolve(NO_LEADER);
  }

  /** Until this tab is closed. */
  async #lead(): Promise<void> {
    const { signal } = this.#abort;
    if (signal.aborted) return;
    this.#leads = true;
    const stop = this.#onLead();
    this.#syncer.start();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    this.#leads = false;
    this.#syncer.stop();
    stop();
  }

  #hear(message: Message): void {
    if ("forced" in message) this.#waiting.get(message.forced)?.(message.outcome);
    else if (!this.#leads) {
      if ("state" in message) this.#state.value = message.state;
    } else if ("force" in message) {
      const { force } = message;
      this.#syncer.force().then((outcome) => this.#tabs.say({ forced: force, outcome }));
    } else if ("ask" in message) {
      if (message.ask === "resume") this.#syncer.resume();
      else this.#tabs.say({ state: this.#syncer.state.peek() });
    }
  }
}

const NO_LEADER: SyncOutcome = {
  ok: false,
  pushed: 0,
  pulled: 0,
  error: { code: "no-leader", message: "The tab that synchronises does not answer." },
};
