/**
 * The offline part of a page, loaded beside the player: installs the service worker, keeps this
 * user's data warm, and connects the player to this tab's worker while the network is away.
 *
 * ```
 * live on the server ──socket lost, one attempt failed──▶ live in the worker
 *        ▲                                                       │ the server answers,
 *        └───────────── log pushed, signals handed back ─────────┘ nothing waits
 * ```
 *
 * @module
 */
import type { Handle } from "../main.ts";
import { HELLO, PATCH } from "../codes.ts";
import type { Control } from "../controls.ts";
import { type Account, tellSignOut, writeAccount } from "./account.ts";
import {
  ACCOUNT_PATH,
  APP_SCRIPT,
  ELSEWHERE,
  type FromWorker,
  type HandBack,
  type ToWorker,
} from "./names.ts";
import { PortSocket } from "./port_socket.ts";
import { watchSignOut } from "./sign_out.ts";

declare const vango: Handle;

/** Bytes that the server takes as a handshake: `MAX_HELLO` of the protocol. */
const LARGEST_HELLO = 16 * 1024;

/** Milliseconds without the server before a page goes on in its worker, when an attempt failed. */
const LONG_ENOUGH = 2_500;

/** The same while an attempt neither fails nor succeeds. */
const TOO_LONG = 6_000;

/** What the document says: who is signed in, and whether the service worker rendered it. */
interface Said {
  readonly account?: Account;
  readonly onDevice?: boolean;
}

const said: Said = JSON.parse(
  document.querySelector<HTMLElement>("script[data-offline]")!.dataset.offline!,
);
const tabs = new BroadcastChannel("vango-offline");
let { account } = said;
let worker: Worker | undefined;
/** Whether the page's token is none of the server's. */
let foreign = said.onDevice === true;
/** The connection to the worker, while there is one. */
let visit: PageSocket | undefined;
/** What the page takes along to the server. */
let luggage: string | undefined;
/** What it would take along to the worker: the server's newest word. */
let kept: string | undefined;
/** When the page may go back to the server: one whose socket fails is not tried without end. */
let backFrom = 0;
let patience = 2_000;
/** Since when the page has been without a connection; 0 while it has one. */
let lostAt = 0;
/** Where the worker did not let the player in: a page that needs the server. */
let refusedAt = "";
let looking: ReturnType<typeof setTimeout> | undefined;
/** Whether this tab keeps the data of all tabs warm. */
let isWarm = false;
/** Whether this tab does, or will when its turn comes. */
let isInLine = false;
let registration: ServiceWorkerRegistration | undefined;
/** Whether there is a newer version of the app than the worker runs. */
let isOld = false;
let onUnsent: ((count: number) => void) | undefined;

/** This tab's worker; it opens the data when it is first needed. */
function startWorker(): Worker {
  if (worker) return worker;
  worker = new Worker(APP_SCRIPT);
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
  worker.onerror = stopWorker;
  tell({ account: account! });
  return worker;
}

function stopWorker(): undefined {
  worker?.terminate();
  worker = undefined;
  visit?.lost(1006);
}

function tell(message: ToWorker, transfer: Transferable[] = []): void {
  startWorker().postMessage(message, transfer);
}

function hear(message: FromWorker): void {
  if ("unsent" in message) return onUnsent?.(message.unsent);
  if ("back" in message) {
    if (Date.now() >= backFrom) visit?.leave();
    return;
  }
  // Signed out by the server: what waits stays on the device, out of sight.
  const shown = visit !== undefined;
  forget().then(() => shown && location.reload());
}

async function forget(): Promise<void> {
  account = undefined;
  await writeAccount(undefined);
  stopWorker();
  tabs.postMessage("out");
}

/** Another tab has signed out: what this one shows of the data is not to be seen any more. */
tabs.onmessage = () => {
  const shown = visit !== undefined || lostAt > 0;
  account = undefined;
  stopWorker();
  if (shown) location.reload();
};

function markDevice(isHere: boolean): void {
  document.documentElement.classList.toggle("vango-device", isHere);
}

/** The player's end of its connection to the worker. */
class PageSocket extends PortSocket {
  #isWelcome = false;
  /** What the player says after it was told to leave: kept, in case that it stays. */
  #held: Uint8Array[] | undefined;

  /** The server is there again: what was said so far is the last that the worker hears. */
  leave(): void {
    if (this.#held) return;
    this.#held = [];
    this.port.postMessage("last");
  }

  override send(bytes: Uint8Array): void {
    if (this.#held) this.#held.push(bytes);
    else super.send(bytes);
  }

  override take(data: unknown): void {
    if (data === "stay") {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const bytes of held) this.send(bytes);
    } else if (typeof data === "number") super.take(data);
    else if (data instanceof ArrayBuffer) {
      this.#isWelcome = true;
      super.take(data);
      // From now on it is the worker's page that is shown, not what was there before.
      if (new Uint8Array(data)[0] === PATCH) markDevice(true);
    } else {
      luggage = kept = (data as HandBack).portable;
      backFrom = Date.now() + patience;
      patience = Math.min(2 * patience, 300_000);
      // Nothing of what it has applied counts where it goes.
      ready().then(() => this.lost(1002), () => this.lost(1006));
    }
  }

  override close(code?: number): void {
    visit = undefined;
    super.close(code);
  }

  override lost(code: number): void {
    visit = undefined;
    // Its place is with the server, however long that takes.
    if (!this.#isWelcome) refusedAt = location.href;
    super.lost(code);
  }
}

/** The server knows nothing of a page that it did not render: it is asked for one. */
async function ready(): Promise<void> {
  if (!foreign) return;
  const [response, now] = await Promise.all([
    fetch(location.href, { headers: { accept: "text/html" } }),
    askAccount(),
  ]);
  // Not parsed as a document: its styles have another nonce than this page's policy.
  const token = /<meta name="vango" content="([^"]+)"/.exec(await response.text())?.[1];
  // Sent elsewhere, or somebody else by now: the browser shows it.
  if (response.redirected || !token || now?.user !== account?.user) return location.reload();
  document.querySelector<HTMLMetaElement>('meta[name="vango"]')!.content = token;
  foreign = false;
}

/**
 * The page goes to another place, which knows nothing of what its controls show. What was typed, or
 * stands in a form that is still to be sent, stays and is told there. What was ticked or chosen
 * outside of a form was acted upon where it happened: telling it again would do it twice.
 */
function settleEdits(): void {
  const quiet = new Event("input");
  for (const control of document.querySelectorAll<Control>("input,textarea,select")) {
    const { form, selectionStart, $typed } = control;
    if (!$typed) continue;
    if (!form && selectionStart === null) delete control.$typed;
    else {
      if (!form) control.$typed = "input";
      control.dispatchEvent(quiet);
    }
  }
}

/** For the player alone: from now on the control holds what the user has typed. */
function hush(event: Event): void {
  if (!event.bubbles && !event.isTrusted) event.stopImmediatePropagation();
}

/** A server that is started anew is there again soon, and then the page has lost nothing. */
function isAway(): boolean {
  const patience = vango.state === "offline" ? LONG_ENOUGH : TOO_LONG;
  return lostAt > 0 && (!navigator.onLine || Date.now() - lostAt >= patience);
}

/** The connection is gone: after a while the page goes on here, whatever the player waits for. */
function lose(): void {
  if (lostAt > 0) return;
  lostAt = Date.now();
  look();
}

function look(): void {
  clearTimeout(looking);
  if (lostAt === 0 || visit || !account) return;
  if (luggage === undefined && isAway() && refusedAt !== location.href) {
    vango.disconnect();
    vango.connect();
  } else looking = setTimeout(look, LONG_ENOUGH);
}

/** Where the player connects to: the server, unless there is reason to believe that it is away. */
function dial(address: string): WebSocket | undefined {
  const away = luggage === undefined && (foreign || isAway());
  if (away && account && refusedAt !== location.href) {
    settleEdits();
    const { port1, port2 } = new MessageChannel();
    tell({ connect: port2 }, [port2]);
    const opened = visit = new PageSocket(port1);
    greetWith(opened, kept);
    queueMicrotask(() => opened.onopen?.());
    navigator.storage?.persist?.();
    return opened as unknown as WebSocket;
  }
  if (luggage === undefined) return;
  settleEdits();
  return backTo(address, luggage);
}

/** A connection to the server for a page that comes from its worker. */
function backTo(address: string, portable: string): WebSocket {
  const socket = new WebSocket(address);
  greetWith(socket, portable);
  socket.addEventListener("message", () => luggage = undefined, { once: true });
  socket.addEventListener("close", () => luggage = undefined);
  return socket;
}

/** The player's first words say that it comes from elsewhere, and what it brings. */
function greetWith(socket: WebSocket | PageSocket, portable: string | undefined): void {
  const send = socket.send as (bytes: Uint8Array) => void;
  socket.send = (frame: unknown) => {
    delete (socket as Partial<WebSocket>).send;
    const hello = JSON.parse(new TextDecoder().decode((frame as Uint8Array).subarray(1)));
    const frameWith = (more: object): Uint8Array => {
      const text = JSON.stringify({ ...hello, seq: ELSEWHERE, ...more });
      return Uint8Array.of(HELLO, ...new TextEncoder().encode(text));
    };
    const whole = frameWith({ portable });
    // More than a handshake may be: better to come without it than not at all.
    send.call(socket, whole.length > LARGEST_HELLO ? frameWith({}) : whole);
  };
}

async function askAccount(): Promise<Account | undefined> {
  return (await (await fetch(ACCOUNT_PATH, { cache: "no-store" })).json()).account;
}

/** Whoever is signed in now is whose data is shown without a network. */
async function refresh(): Promise<void> {
  const now = await askAccount();
  if (now?.user === account?.user) return;
  stopWorker();
  account = now;
  await writeAccount(now);
}

/** Has the worker send what waits, and remove this user's data. */
function remove(discard: boolean): Promise<number> {
  return new Promise((resolve) => {
    onUnsent = resolve;
    tell({ signOut: { discard } });
  });
}

/** Public files that the page has loaded already: the service worker did not see them. */
function tellAssets({ active }: ServiceWorkerRegistration): void {
  const keep = performance.getEntriesByType("resource")
    .filter((entry) =>
      /^(link|script|img|css)$/.test((entry as PerformanceResourceTiming).initiatorType)
    )
    .map(({ name }) => name)
    .filter((name) => name.startsWith(location.origin));
  active?.postMessage({ keep: [APP_SCRIPT, ...keep] });
}

/** The page is live: on the server, or here. */
function arrive(): void {
  lostAt = 0;
  refusedAt = "";
  if (visit) return;
  markDevice(false);
  patience = 2_000;
  leaveIfOut().then(() => {
    if (account && !visit && lostAt === 0) keepWarm();
  });
  // The server may be another by now, with another bundle.
  registration?.update().catch(() => {});
}

/** What the server has sent may be meant for one who has signed out here: then it is not shown. */
async function leaveIfOut(): Promise<void> {
  if (await tellSignOut() === "nothing") return;
  location.reload();
  // Nothing more of this page's.
  await new Promise(() => {});
}

async function start(): Promise<void> {
  // Browsers keep workers and locks from pages that came over a network that anybody can change.
  if (!isSecureContext) return;
  vango.dial = dial;
  addEventListener("input", hush, true);
  watchSignOut({ isHere: () => account !== undefined, remove, forget });
  const meta = document.querySelector('meta[name="vango"]');
  if (meta) {
    new MutationObserver(() => foreign || refresh().catch(() => {})).observe(meta, {
      attributes: true,
    });
  }
  document.addEventListener("vango:portable", (event) => {
    kept = JSON.stringify((event as CustomEvent).detail);
  });
  for (const lost of ["vango:connect", "vango:offline"]) {
    document.addEventListener(lost, lose);
  }
  document.addEventListener("vango:live", arrive);
  // The player may have been faster.
  vango.state === "live" ? arrive() : lose();
  if (foreign) return;
  try {
    await leaveIfOut();
    await writeAccount(account);
    watchVersion(navigator.serviceWorker);
    await navigator.serviceWorker.register(APP_SCRIPT, { scope: "/" });
    tellAssets(registration = await navigator.serviceWorker.ready);
  } catch {
    // The network went first, or the browser has none in this window: the next page tries again.
  }
}

/** A page that stays open for days takes a new version of the app, too: for its worker. */
function watchVersion(container: ServiceWorkerContainer): void {
  let { controller } = container;
  container.addEventListener("controllerchange", () => {
    isOld ||= controller !== null;
    controller = container.controller;
    if (isOld && account && !visit && lostAt === 0) keepWarm();
  });
}

/** One tab keeps the data of all of them warm; when it is closed, the next one does. */
function keepWarm(): void {
  // Without the task this one has its data from the server.
  if (isOld || !isWarm) stopWorker();
  isOld = false;
  if (isWarm) startWorker();
  if (isInLine) return;
  isInLine = true;
  navigator.locks.request("vango-offline", warm);
}

function warm(): Promise<void> | undefined {
  isWarm = isInLine = account !== undefined;
  if (!isWarm) return;
  startWorker();
  // For as long as the tab is there.
  return new Promise(() => {});
}

// The player may come later.
if ("vango" in globalThis) start();
else document.addEventListener("vango:connect", start, { once: true });
