/**
 * The offline live session: a dedicated worker of one tab, in which the app runs on the replica.
 *
 * ```
 * page                                  worker
 * account ───────────────────────────▶  opens the data; exchanges it when the server is there
 * connect(port), HELLO ──────────────▶  renders the page anew, as another node would
 *         ◀──────────── WELCOME, PATCH  mounted: what was typed stays, and is told
 *         ◀─────────────────────── back the server answers, and has everything
 * "last" ────────────────────────────▶  runs what came before it, sends what that wrote
 *         ◀────────────────── HandBack  portable signals; the page connects to the server
 * ```
 *
 * @module
 */
import { CloseCode } from "../../src/live/live_port.ts";
import type { LiveSession } from "../../src/live/live_session.ts";
import { portableOf } from "../../src/live/portable.ts";
import { Frame } from "../../src/protocol/codes.ts";
import { encodeJson } from "../../src/protocol/up.ts";
import { type BrowserSync, openBrowserSync } from "../sync/browser_sync.ts";
import type { Account } from "./account.ts";
import { type CreateApp, type DeviceApp, localReplica, startApp } from "./device.ts";
import type { OfflineDataOptions } from "./mod.ts";
import type { FromWorker, HandBack, ToWorker } from "./names.ts";
import { PortSocket } from "./port_socket.ts";

/** Milliseconds between two questions whether the server is there again, at most. */
const MOST_WAIT = 30_000;

/** Milliseconds that a page is held up, at most, while it goes back. */
const PATIENCE = 5_000;

/** What is open for the page's user. */
interface Device {
  readonly app: DeviceApp;
  /** `undefined` for an app that syncs nothing. */
  readonly data: BrowserSync | undefined;
}

/** What is used of `DedicatedWorkerGlobalScope`, whose types exclude those of pages. */
interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

/** Listens: must be called while the script is first run. */
export function servePage(create: CreateApp, options: OfflineDataOptions): void {
  const scope = globalThis as unknown as Scope;
  const tell = (message: FromWorker): void => scope.postMessage(message);
  let device: Promise<Device | undefined> | undefined;
  scope.onmessage = async ({ data: message }) => {
    if ("account" in message) {
      device = openDevice(create, message.account, options, tell).catch((error) => {
        console.error("vango: cannot open this device's data:", error);
        return undefined;
      });
      return;
    }
    const opened = await device;
    if ("signOut" in message) tell({ unsent: await opened?.data?.signOut(message.signOut) ?? 0 });
    else if (opened) new Visit(opened, message.connect, tell).begin();
    else refuse(message.connect);
  };
}

async function openDevice(
  create: CreateApp,
  account: Account,
  options: OfflineDataOptions,
  tell: (message: FromWorker) => void,
): Promise<Device> {
  const { user } = account;
  if (user === "") return { app: startApp(create, account, undefined), data: undefined };
  const data = await openBrowserSync({ user, ...options });
  data.driver.state.subscribe(({ phase }) => {
    if (phase === "signed-out" || phase === "wrong-user") tell({ out: true });
  });
  return {
    app: startApp(create, account, localReplica(user, data.replica, data.driver)),
    data,
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The player is to try again later, there or here. */
function refuse(port: MessagePort): void {
  port.postMessage(CloseCode.TRY_LATER);
  port.close();
}

/** One player, for as long as the network is away. */
class Visit {
  readonly #device: Device;
  readonly #port: MessagePort;
  readonly #tell: (message: FromWorker) => void;
  readonly #ended = new AbortController();
  #live: LiveSession | undefined;

  constructor(device: Device, port: MessagePort, tell: (message: FromWorker) => void) {
    this.#device = device;
    this.#port = port;
    this.#tell = tell;
  }

  begin(): void {
    // The player's first words; it says nothing more until it is welcomed.
    this.#port.onmessage = ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return this.#ended.abort();
      this.#greet(new Uint8Array(data)).catch((error) => {
        console.error("vango: cannot show this page without a network:", error);
        this.#refuse();
      });
    };
  }

  /** Renders the page and lets the player in, as the node that rendered it would. */
  async #greet(frame: Uint8Array): Promise<void> {
    const hello = JSON.parse(new TextDecoder().decode(frame.subarray(1)));
    const url = new URL(hello.url, location.href);
    const { platform, screen: { width, height }, capabilities } = hello;
    const bits = Object.values(capabilities).map(Number).join("");
    const response = await this.#device.app.fetch(
      new Request(url, {
        headers: {
          accept: "text/html",
          "vango-client": `${platform}.${Math.round(width)}x${Math.round(height)}.${bits}`,
        },
      }),
    );
    const token = /<meta name="vango" content="([^"]+)"/.exec(await response.text())?.[1];
    if (token === undefined) return this.#refuse();
    const socket = new VisitSocket(this.#port, () => this.#leave());
    const bearer = response.headers.get("vango-session");
    const handshake = new Request(new URL("/_vango/live", location.href));
    // A request of the browser's own may not say that it is a handshake.
    Object.defineProperty(handshake, "headers", {
      value: new Headers({
        upgrade: "websocket",
        "sec-websocket-version": "13",
        authorization: `Bearer ${bearer}`,
      }),
    });
    const answer = await this.#device.app.fetch(handshake, {
      upgrade: () => ({ socket: socket as unknown as WebSocket, response: new Response() }),
      made: (live) => this.#live = live,
    });
    if (!answer.ok || this.#ended.signal.aborted) return this.#refuse();
    // Whatever the player has seen was none of ours: it is mounted, not resumed.
    const greeting = { ...hello, token, render: 0, places: {}, deflate: false };
    socket.take(encodeJson(Frame.HELLO, greeting).buffer);
    socket.ended = () => this.#ended.abort();
    this.#watch();
  }

  #refuse(): void {
    this.#ended.abort();
    refuse(this.#port);
  }

  /** Tells the page when the server is there again and lacks nothing. */
  #watch(): void {
    const { data } = this.#device;
    const { signal } = this.#ended;
    if (!data) return this.#watchPage();
    let before = data.driver.state.peek();
    signal.addEventListener(
      "abort",
      data.driver.state.subscribe((state) => {
        const { phase } = before;
        before = state;
        const reached = phase === "syncing" && state.phase === "idle" && state.online;
        if (reached && data.replica.view.unacked === 0) this.#tell({ back: true });
      }),
    );
    this.#ask(() => data.resume());
  }

  /** Without data it is the page itself that shows whether the server is there. */
  #watchPage(): void {
    this.#ask(() => {
      fetch("/_vango/offline/account.json", { cache: "no-store", redirect: "error" })
        .then((response) => response.ok && this.#tell({ back: true }))
        .catch(() => {});
    });
  }

  #ask(question: () => void, attempt = 0): void {
    const wait = Math.random() * Math.min(MOST_WAIT, 2_000 * 2 ** attempt) + 500;
    const timer = setTimeout(() => {
      question();
      this.#ask(question, attempt + 1);
    }, wait);
    this.#ended.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  /** The page goes: what it has said so far is run and sent first. */
  async #leave(): Promise<void> {
    const { data } = this.#device;
    const live = this.#live!;
    const deadline = Date.now() + PATIENCE;
    while ((live.busy || live.done < live.received) && Date.now() < deadline) await after(10);
    await data?.replica.flushed();
    if (data && data.replica.view.unacked > 0) {
      await Promise.race([data.driver.force(), after(PATIENCE)]);
    }
    // Not quite back, after all: the page stays.
    if (data && data.replica.view.unacked > 0) return this.#port.postMessage("stay");
    const port = this.#port;
    const handBack: HandBack = { portable: JSON.stringify(portableOf(live.region.root)) };
    this.#ended.abort();
    port.postMessage(handBack);
    port.close();
    live.end();
  }
}

/** The worker's end of a player's port. */
class VisitSocket extends PortSocket {
  ended: () => void = () => {};
  readonly #leave: () => void;

  constructor(port: MessagePort, leave: () => void) {
    super(port);
    this.#leave = leave;
  }

  override take(data: unknown): void {
    if (data === "last") this.#leave();
    else super.take(data);
  }

  override close(code?: number): void {
    super.close(code);
    this.ended();
  }

  override lost(code: number): void {
    super.lost(code);
    this.ended();
  }
}
