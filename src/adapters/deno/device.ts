/**
 * The app on a device: the same app as on the server, in a process of its own, on a SQLite file
 * with this user's data. It works without a network and synchronises when there is one.
 *
 * ```
 * browser or native shell ──▶ http://localhost:… ──▶ app ──ctx.sync──▶ SQLite file
 *                                                                        │ when there is a network
 *                                                     server ◀── push ───┘
 * ```
 *
 * @module
 */

import type { SyncStatus } from "../../contract/sync.ts";
import { IN_PROCESS, type InProcess } from "../../server/in_process.ts";
import { type AnyHono, ConfigError } from "../../server/options.ts";
import { vangoOf } from "../../server/vango.ts";
import { systemClock } from "../../sync/clock.ts";
import { createFetchExchange } from "../../sync/replica/fetch_exchange.ts";
import type { Migration } from "../../sync/replica/open.ts";
import { ReplicaBackend } from "../../sync/ctx/replica_backend.ts";
import { SyncLine } from "../../sync/ctx/sync_line.ts";
import { openReplica, type Replica } from "../../sync/replica/replica.ts";
import { createSyncer, type Syncer } from "../../sync/replica/syncer.ts";
import type { ReplicaStore } from "../../sync/ports.ts";
import type { SqliteDatabase } from "../sqlite/driver.ts";
import { openNodeSqlite } from "../sqlite/node_driver.ts";
import { createSqliteReplicaStore } from "../sqlite/sync_store.ts";
import { privateFile } from "./default_store.ts";
import { DeviceDoor } from "./device_door.ts";
import { deno } from "./platform.ts";
import { listenForPokes } from "./poke_listener.ts";

/** Settings of {@linkcode createDevice}. */
export interface DeviceOptions {
  /** The app that was given to `createVango`, before its first request. */
  readonly app: AnyHono;
  /** Path of the SQLite file, which is made if there is none; or an open database, closed here. */
  readonly database: string | SqliteDatabase;
  /** Whose data it is: who the server finds behind `token`. */
  readonly user: string;
  /** Where the server is, such as `https://todos.example`. */
  readonly server: string | URL;
  /** Sent as a bearer token; the server's `sync.authenticate` knows it. Asked before each request. */
  readonly token: string | (() => string | Promise<string>);
  /** Which part of the server's data. Default: the server's choice for this user. */
  readonly scope?: string;
  /** The version of the app's data. Default 0. */
  readonly schema?: number;
  /** Brings what is in the file to this version. */
  readonly migrate?: Migration;
  /** Milliseconds between exchanges while nothing happens. Default: 30,000. */
  readonly interval?: number;
  /** Of the local address. Default: any that is free. */
  readonly port?: number;
  /** Told where the app is. Default: writes it to the console. */
  readonly onListen?: (url: string) => void;
}

/** A running device process. */
export interface Device extends AsyncDisposable {
  /** Where the app is. The first visit must be to this address: its key lets the browser in. */
  readonly url: string;
  /** Of the local address. */
  readonly port: number;
  /** What synchronising is doing: the same that pages see as `ctx.sync.status`. */
  readonly status: SyncStatus;
  /** There is a network, or a good token, again: try now. */
  resume(): void;
  /**
   * Log-out: sends what waits, then stops the app and removes this user's data from the device.
   * When something cannot be sent, nothing is stopped or removed, and the number of transactions
   * that wait is returned; with `discard` they are given up.
   *
   * @returns 0 when everything is gone
   */
  signOut(options?: { readonly discard?: boolean }): Promise<number>;
  /** Stops the app and closes the file; what was written stays in it. */
  close(): Promise<void>;
}

/**
 * Runs an app on this device.
 *
 * Whatever `ctx.sync` has confirmed as durable is in the file when the process is killed, whenever
 * that is. Only this machine can reach the app, and only a browser that was let in by `url`.
 *
 * @throws {ConfigError} for an app that was not given to `createVango`, or has been used already
 * @throws {SyncError} `wrong-user` for another user's file, `newer` for one of a newer app
 *
 * @example
 * ```ts ignore
 * import { createDevice } from "@vango/vango/deno";
 * const device = await createDevice({
 *   app: createApp(),
 *   database: "todos.db",
 *   user: "ana",
 *   server: "https://todos.example",
 *   token: Deno.env.get("TODOS_TOKEN")!,
 * });
 * console.log(device.url);
 * ```
 */
export async function createDevice(options: DeviceOptions): Promise<Device> {
  const vango = vangoOf(options.app);
  if (!vango) {
    throw new ConfigError(
      "cannot run this app on a device: it was not given to createVango; pass the same Hono app",
    );
  }
  const { user, scope, schema, migrate, interval } = options;
  const { database } = options;
  const store = createSqliteReplicaStore({
    database: typeof database === "string" ? await openFile(database) : database,
  });
  // The development tools can look into it, cut its line and turn its clock.
  const line = vango.development ? new SyncLine() : undefined;
  const clock = line?.clock(systemClock) ?? systemClock;
  try {
    const replica = await openReplica({
      store,
      user,
      clock,
      ...(scope !== undefined && { scope }),
      ...(schema !== undefined && { schema }),
      ...(migrate && { migrate }),
    });
    const url = String(new URL("/_vango/sync", options.server));
    const headers = async () => ({ authorization: `Bearer ${await tokenOf(options)}` });
    const exchange = createFetchExchange({ url, headers });
    const syncer = createSyncer({
      replica,
      clock,
      exchange: line?.exchange(exchange) ?? exchange,
      ...(interval !== undefined && { interval }),
    });
    vango.useReplica({ replica, driver: syncer, user, ...(line && { tools: { store, line } }) });
    const running = new RunningDevice(options, store, replica, syncer);
    syncer.start();
    const { signal } = running;
    running.listening = listenForPokes({ url, headers, signal, onPoke: () => syncer.resume() });
    return running;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function tokenOf({ token }: DeviceOptions): Promise<string> {
  return typeof token === "string" ? token : await token();
}

async function openFile(path: string): Promise<SqliteDatabase> {
  if (path === ":memory:") return openNodeSqlite(path);
  const [, directory = ".", name = path] = /^(.*)[/\\]([^/\\]+)$/.exec(path) ?? [];
  return openNodeSqlite(await privateFile(directory || "/", name));
}

/** In portions: a copy may be larger than memory. */
async function eraseStore(store: ReplicaStore): Promise<void> {
  for (let more = true; more;) {
    more = await store.tx("write", async (tx) => {
      const entries = await tx.range({ from: "", before: "\x7f", limit: 1_000 });
      for (const [key] of entries) tx.delete(key);
      return entries.length > 0;
    });
  }
}

/** What was deleted in a database still stands in its free pages. */
async function removeFile(database: DeviceOptions["database"]): Promise<void> {
  if (typeof database !== "string" || database === ":memory:") return;
  for (const file of [database, `${database}-wal`, `${database}-shm`]) {
    await Deno.remove(file).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

class RunningDevice implements Device {
  readonly url: string;
  readonly port: number;
  /** Over when nobody listens for pokes any more. */
  listening: Promise<void> = Promise.resolve();
  readonly #app: AnyHono;
  readonly #replica: Replica;
  readonly #syncer: Syncer;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #ended = new AbortController();
  readonly #beside: InProcess;
  readonly #store: ReplicaStore;
  readonly #database: DeviceOptions["database"];
  #closing: Promise<void> | undefined;

  constructor(options: DeviceOptions, store: ReplicaStore, replica: Replica, syncer: Syncer) {
    this.#app = options.app;
    this.#store = store;
    this.#database = options.database;
    this.#replica = replica;
    this.#syncer = syncer;
    const platform = deno();
    this.#beside = {
      upgrade: (request) => platform.upgrade(request),
      opened(session) {
        // Whoever got in is the owner.
        if (session.userId !== options.user) session.setUserId(options.user);
      },
      made() {},
    };
    const door = new DeviceDoor();
    this.#server = Deno.serve(
      { port: options.port ?? 0, hostname: "127.0.0.1", onListen() {} },
      (request, info) => door.refuse(request) ?? this.#answer(request, info),
    );
    this.port = this.#server.addr.port;
    this.url = door.open(this.port);
    const { onListen = (url: string) => console.log(`Open ${url}`) } = options;
    onListen(this.url);
  }

  #answer(request: Request, { remoteAddr }: Deno.ServeHandlerInfo): Response | Promise<Response> {
    return this.#app.fetch(request, { remoteAddr, [IN_PROCESS]: this.#beside });
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  get status(): SyncStatus {
    return new ReplicaBackend(this.#replica, this.#syncer).status;
  }

  resume(): void {
    this.#syncer.resume();
  }

  async signOut({ discard = false }: { readonly discard?: boolean } = {}): Promise<number> {
    const { view } = this.#replica;
    await this.#replica.flushed();
    if (view.unacked > 0) await this.#syncer.force();
    if (view.unacked > 0 && !discard) return view.unacked;
    this.#closing ??= this.#close(true);
    await this.#closing;
    return 0;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close(false);
  }

  async #close(erase: boolean): Promise<void> {
    this.#ended.abort();
    const drained = vangoOf(this.#app)?.shutdown({ spread: 0 });
    await Promise.all([drained, this.#server.shutdown(), this.listening]);
    this.#syncer.stop();
    if (erase) {
      await this.#replica.flushed();
      await eraseStore(this.#store);
    }
    await this.#replica.close();
    if (erase) await removeFile(this.#database);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
