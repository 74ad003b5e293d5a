/**
 * The peers of the browser's part, each as its documentation shows it. They are bundled from text:
 * the project's own checks need none of their packages.
 *
 * @module
 */

/** A library to compare with. */
export interface Peer {
  /** Name in the tables. */
  readonly name: string;
  /** Packages with their versions, as in `npm:NAME@VERSION`. */
  readonly packages: Readonly<Record<string, string>>;
  /** What of it a page loads to use it. */
  readonly needs: string;
  /** An object with the methods of a contender. */
  readonly contender: string;
}

/** Keeps what is fetched, a page of the server's rows at a time. */
const LOAD = `
async function load(keep) {
  for (let from = 0; from < ROWS; from += PAGE) {
    await keep(await (await fetch(ROWS_PATH + from)).json());
  }
}`;

/** The peers, at the newest versions of the day the benchmark was written. */
export const PEERS: readonly Peer[] = [
  {
    name: "Dexie",
    packages: { dexie: "4.4.2" },
    needs: `import { Dexie } from "dexie";`,
    contender: `{
  async open(name) {
    const db = new Dexie(name);
    db.version(1).stores({ items: "id", queue: "++seq" });
    await db.open();
    return {
      // A record, and that it is to be sent, or neither.
      write: (item) => db.transaction("rw", db.items, db.queue, () => {
        db.items.put(item);
        db.queue.add({ op: "put", item });
      }),
      load: () => load((rows) => db.items.bulkPut(rows)),
      count: () => db.items.count(),
      remove: () => db.delete(),
    };
  },
}`,
  },
  {
    name: "PouchDB",
    packages: { "pouchdb-browser": "9.0.0" },
    needs: `import PouchDB from "pouchdb-browser";`,
    contender: `{
  async open(name) {
    const db = new PouchDB(name, { auto_compaction: true });
    await db.info();
    const toDoc = ({ id, ...fields }) => ({ _id: id, ...fields });
    return {
      write: (item) => db.put(toDoc(item)),
      load: () => load((rows) => db.bulkDocs(rows.map(toDoc))),
      count: async () => (await db.info()).doc_count,
      remove: () => db.destroy(),
    };
  },
}`,
  },
  {
    name: "RxDB",
    packages: { rxdb: "17.6.0" },
    needs: `import { createRxDatabase } from "rxdb/plugins/core";
import { getRxStorageDexie } from "rxdb/plugins/storage-dexie";`,
    contender: `{
  async open(name) {
    const db = await createRxDatabase({
      name,
      storage: getRxStorageDexie(),
      multiInstance: false,
    });
    const { items } = await db.addCollections({ items: { schema: {
      version: 0,
      type: "object",
      primaryKey: "id",
      properties: {
        id: { type: "string", maxLength: 20 },
        title: { type: "string" },
        done: { type: "boolean" },
        due: { type: "number" },
      },
      required: ["id", "title", "done", "due"],
    } } });
    return {
      write: (item) => items.insert(item),
      load: () => load((rows) => items.bulkInsert(rows)),
      count: () => items.count().exec(),
      remove: () => db.remove(),
    };
  },
}`,
  },
];

/**
 * A peer's script for the page.
 *
 * @throws {Error} When the bundler fails, with its own words.
 */
export function bundlePeer(peer: Peer): Promise<string> {
  const main = `${peer.needs}
import { PAGE, present, ROWS, ROWS_PATH } from "./contender.ts";
${LOAD}
present({ name: ${JSON.stringify(peer.name)}, ...${peer.contender} });
`;
  return bundleWith(peer, main);
}

/**
 * What PouchDB imports as `events`, which Deno's bundler takes for Node's: the page maps it to this.
 *
 * @throws {Error} When the bundler fails, with its own words.
 */
export function bundleEvents(): Promise<string> {
  const main = `import EventEmitter from "npm:events@3.3.0/events.js";
export default EventEmitter;
`;
  return bundleWith({ packages: {} }, main);
}

/** All that a page loads of a peer, alone. */
export function bundleAlone(peer: Peer): Promise<string> {
  const names = [...peer.needs.matchAll(/import (?:\{ )?(\w+)/g)].map(([, name]) => name);
  return bundleWith(peer, `${peer.needs}\nglobalThis.needed = [${names}];\n`);
}

async function bundleWith(peer: Pick<Peer, "packages">, main: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const imports: Record<string, string> = {};
    for (const [name, version] of Object.entries(peer.packages)) {
      imports[name] = `npm:${name}@${version}`;
      imports[`${name}/`] = `npm:/${name}@${version}/`;
    }
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports }));
    await Deno.writeTextFile(`${folder}/main.js`, main);
    await Deno.copyFile(new URL("contender.ts", import.meta.url), `${folder}/contender.ts`);
    return await bundle(`${folder}/main.js`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * A module and its imports as one minified script.
 *
 * @throws {Error} When the bundler fails, with its own words.
 */
export async function bundle(
  entry: string,
  cwd: string,
  options: readonly string[] = [],
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=browser", "--minify", "--no-lock", ...options, entry],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`cannot bundle ${entry}: ${text.decode(stderr).trim()}`);
  return text.decode(stdout);
}
