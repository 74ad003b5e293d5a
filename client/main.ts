/**
 * The browser player's entry: reads the page's places, then goes live.
 *
 * @module
 */
import { readStream } from "./async.ts";
import { connect, disconnect, tellPlatform } from "./connection.ts";
import { edited, tellEdits } from "./controls.ts";
import { flush, listen } from "./events.ts";
import { doubtServer } from "./heartbeat.ts";
import { startNavigation } from "./navigation.ts";
import { meta, setState, state, watchLeaving } from "./page.ts";
import { scan, sweep } from "./places.ts";
import { watchNetwork, watchPlatform } from "./platform.ts";

/** The player's handle, `globalThis.vango`, for tests and tools. */
export interface Handle {
  /** `connecting`, `live` or `offline`. */
  readonly state: typeof state;
  connect(): void;
  disconnect(): void;
  /** Drops what the player keeps of nodes that have left the page. */
  sweep(): void;
  /** Set by the offline part: its own connection instead of one to `address`, if it has one. */
  dial?(address: string): WebSocket | undefined;
}

/** Time has passed, or the network is another: the socket may be dead without a word. */
function look(): void {
  connect();
  doubtServer();
}

function start(): void {
  scan(document.body.firstChild);
  readStream();
  addEventListener("input", edited, true);
  addEventListener("change", edited, true);
  listen("click");
  startNavigation();
  watchLeaving();
  for (const changed of ["online", "offline"]) addEventListener(changed, look);
  watchNetwork(doubtServer);
  addEventListener("pagehide", () => {
    flush();
    disconnect();
  });
  addEventListener("pageshow", connect);
  addEventListener("visibilitychange", () => document.hidden || look());
  watchPlatform(tellPlatform);
  const handle: Handle = {
    get state() {
      return state;
    },
    connect,
    disconnect,
    sweep,
  };
  Object.assign(globalThis, { vango: handle });
  setState("connecting");
  connect();
  tellEdits();
}

if (meta) start();
