/**
 * The session store that fits where the app runs, so that an app need not say.
 *
 * @module
 */

import { SessionConfigError } from "../../session/errors.ts";
import type { SessionStore } from "../../session/store.ts";

/** What {@linkcode defaultStore} chooses among. */
export type DefaultStoreKind = "nats" | "deno-kv" | "sqlite";

/** Settings of {@linkcode defaultStore}. */
export interface DefaultStoreOptions {
  /** A variable of the environment; Deno's own by default. */
  readonly env?: (name: string) => string | undefined;
}

/**
 * Which store fits an environment: NATS where `NATS_URL` names a server, Deno KV on Deno Deploy, a
 * SQLite file elsewhere.
 */
export function chooseStore(env: (name: string) => string | undefined): DefaultStoreKind {
  if (env("NATS_URL")) return "nats";
  if (env("DENO_DEPLOYMENT_ID") || env("DENO_DEPLOY")) return "deno-kv";
  return "sqlite";
}

/**
 * Opens the session store that fits where the app runs:
 *
 * - `NATS_URL` is set: NATS JetStream there; `NATS_REPLICAS` (1, 3 or 5) when the bucket is made.
 * - On Deno Deploy: its Deno KV.
 * - Otherwise the SQLite file `sessions.db` in the directory `VANGO_DATA`, or `.vango`, which is
 *   made if there is none, readable by its owner alone.
 *
 * Only the driver that is used gets loaded.
 *
 * @throws {SessionConfigError} when no file can be made there, or for a wrong `NATS_REPLICAS`
 * @throws {SessionStoreError} when the database cannot be used
 *
 * @example
 * ```ts
 * import { defaultStore } from "./default_store.ts";
 *
 * const directory = await Deno.makeTempDir();
 * const env = (name: string) => name === "VANGO_DATA" ? directory : undefined;
 * const store = await defaultStore({ env });
 * await store.close();
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function defaultStore(options: DefaultStoreOptions = {}): Promise<SessionStore> {
  const env = options.env ?? ((name) => Deno.env.get(name));
  switch (chooseStore(env)) {
    case "nats":
      return await openNats(env);
    case "deno-kv": {
      const { createDenoKvSessionStore } = await import("../deno_kv/session_store.ts");
      return createDenoKvSessionStore({ kv: await Deno.openKv() });
    }
    case "sqlite":
      return await openSqlite(env("VANGO_DATA") || ".vango");
  }
}

async function openNats(env: (name: string) => string | undefined): Promise<SessionStore> {
  const { servers, replicas } = natsPlace(env);
  const { createNatsSessionStore } = await import("../nats/session_store.ts");
  return createNatsSessionStore({ servers, replicas });
}

/**
 * The server and the number of copies that an environment names.
 *
 * @throws {SessionConfigError} for a wrong `NATS_REPLICAS`
 */
export function natsPlace(
  env: (name: string) => string | undefined,
): { readonly servers: string; readonly replicas: number } {
  const replicas = Number(env("NATS_REPLICAS") || 1);
  if (![1, 3, 5].includes(replicas)) {
    throw new SessionConfigError(
      `Cannot use NATS_REPLICAS=${env("NATS_REPLICAS")}: it is 1, 3 or 5`,
      "bad_replicas",
    );
  }
  return { servers: env("NATS_URL")!, replicas };
}

async function openSqlite(directory: string): Promise<SessionStore> {
  const [{ createSqliteSessionStore }, { openNodeSqlite }] = await Promise.all([
    import("../sqlite/session_store.ts"),
    import("../sqlite/node_driver.ts"),
  ]);
  const file = await privateFile(directory, "sessions.db");
  return createSqliteSessionStore({ database: openNodeSqlite(file) });
}

/**
 * The path of a file that only its owner may read, made if there is none.
 *
 * @throws {SessionConfigError} when no file can be made there
 */
export async function privateFile(directory: string, name: string): Promise<string> {
  const file = `${directory}/${name}`;
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    // SQLite would make it readable for everybody, and gives its other files the same rights.
    const handle = await Deno.open(file, { create: true, append: true, mode: 0o600 });
    handle.close();
  } catch (cause) {
    throw new SessionConfigError(
      `Cannot keep ${name} in ${directory}: no file can be made there; ` +
        "name another directory by VANGO_DATA",
      "bad_directory",
      { cause },
    );
  }
  return file;
}
