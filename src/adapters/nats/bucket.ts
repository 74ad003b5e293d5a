/**
 * A key-value bucket on a connection that never gives up.
 *
 * An app starts whether or not its NATS server has; until it has, and whenever it is away, every
 * use fails at once with `unavailable`, so that nothing piles up in the client's own buffers,
 * where it would be written long after its time.
 */

import { jetstream } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { SessionStoreError } from "../../session/errors.ts";

/** Options of the NATS client, which says what they mean. */
export type NatsClientOptions = Readonly<Record<string, unknown>>;

/** Settings of {@linkcode NatsBucket}. */
export interface NatsBucketOptions {
  readonly servers: string | readonly string[];
  readonly connection: NatsClientOptions;
  readonly connect: ((options: NatsClientOptions) => Promise<object>) | undefined;
  readonly bucket: string;
  /** Milliseconds. */
  readonly ttl: number;
  readonly replicas: number;
  /** For one request, in milliseconds. */
  readonly timeout: number;
}

/** Between attempts to connect for the first time, in milliseconds. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

/** For one attempt to connect, in milliseconds: a cluster has other servers. */
const CONNECT_TIMEOUT = 2000;

/** For what is under way when the store is closed, in milliseconds: a shutdown has few seconds. */
const DRAIN_TIMEOUT = 1000;

/** Connects, makes the bucket on first use, and follows the connection's state. */
export class NatsBucket {
  readonly #options: NatsBucketOptions;
  readonly #onReady = new Set<(kv: KV) => void>();
  readonly #waiting = new Set<(error: Error) => void>();
  #connection: NatsConnection | undefined;
  #kv: KV | undefined;
  #isConnected = false;
  #isClosed = false;
  #opening: Promise<void>;
  #wake = () => {};

  constructor(options: NatsBucketOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * The bucket, ready to be used. The first use waits a moment for the first connection.
   *
   * @throws {SessionStoreError} `unavailable` while there is no connection, `closed` at the end
   */
  async use(): Promise<KV> {
    if (this.#isClosed) {
      throw new SessionStoreError(
        "Cannot use the session store: its connection was closed; make a new store",
        "closed",
      );
    }
    if (!this.#kv) await this.#openedInTime();
    if (this.#kv && this.#isConnected) return this.#kv;
    throw unreachable();
  }

  /**
   * Does something with the bucket. When the connection is lost meanwhile, the answer can only be
   * waited for in vain: the caller is told at once.
   *
   * @throws what `use` and the work throw
   */
  async run<Result>(work: (kv: KV) => Promise<Result>): Promise<Result> {
    const kv = await this.use();
    return await new Promise<Result>((resolve, reject) => {
      this.#waiting.add(reject);
      work(kv).then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  /** Somebody deleted the bucket under us: it is made again. */
  reopen(): void {
    if (!this.#kv || this.#isClosed) return;
    this.#kv = undefined;
    this.#opening = this.#open();
  }

  /** Tells each time that the bucket is ready, also after a lost connection. */
  onReady(listener: (kv: KV) => void): () => void {
    this.#onReady.add(listener);
    return () => this.#onReady.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onReady.clear();
    this.#wake();
    await this.#opening;
    if (this.#connection) await letGo(this.#connection, this.#isConnected);
  }

  async #open(): Promise<void> {
    for (let pause = FIRST_PAUSE; !this.#isClosed; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        this.#connection ??= await this.#connect();
        this.#kv = await this.#openBucket(this.#connection);
        this.#tellReady(this.#kv);
        return;
      } catch {
        // No server yet, or none with JetStream. Whoever uses the store meanwhile is told.
        await this.#sleep(pause);
      }
    }
  }

  async #connect(): Promise<NatsConnection> {
    const { servers, connection, connect: connectWith = connect } = this.#options;
    const made = await connectWith({
      name: "vango",
      timeout: CONNECT_TIMEOUT,
      reconnectTimeWait: 250,
      pingInterval: 10_000,
      ...connection,
      servers: typeof servers === "string" ? servers : [...servers],
      maxReconnectAttempts: -1,
    }) as NatsConnection;
    if (this.#isClosed) {
      await made.close();
      throw new Error("closed meanwhile");
    }
    this.#isConnected = true;
    void this.#follow(made);
    return made;
  }

  #openBucket(connection: NatsConnection): Promise<KV> {
    const { bucket, ttl, replicas, timeout } = this.#options;
    // The client's own option of that name for a bucket is not used by it for every request. And the
    // question whether there is JetStream at all is for the cluster's leader: a node that starts while
    // one is elected needs none, for a bucket that is there.
    return new Kvm(jetstream(connection, { timeout, checkAPI: false })).create(bucket, {
      ttl,
      replicas,
      history: 1,
      description: "Vango sessions",
      // Replicas answer direct reads, and may lag behind the save that a browser comes from.
      allow_direct: false,
    });
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect" || type === "staleConnection") this.#lose();
      if (type !== "reconnect") continue;
      this.#isConnected = true;
      if (this.#kv) this.#tellReady(this.#kv);
    }
    this.#lose();
  }

  #lose(): void {
    this.#isConnected = false;
    for (const reject of [...this.#waiting]) reject(unreachable());
  }

  #tellReady(kv: KV): void {
    for (const listener of [...this.#onReady]) listener(kv);
  }

  async #openedInTime(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#options.timeout);
    });
    await Promise.race([this.#opening, late]);
    clearTimeout(timer);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function unreachable(): SessionStoreError {
  return new SessionStoreError(
    "Cannot reach NATS: there is no connection to a server with JetStream; it is tried again " +
      "until there is",
    "unavailable",
  );
}

/** Draining waits for the server, which may be what is missing: then the connection is cut. */
async function letGo(connection: NatsConnection, isConnected: boolean): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, DRAIN_TIMEOUT));
  if (isConnected) await Promise.race([connection.drain().catch(() => {}), late]);
  clearTimeout(timer);
  if (!connection.isClosed()) await connection.close();
}
