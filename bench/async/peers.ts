/**
 * The peers: each is bundled with the compared page into one module, as in the part "render".
 *
 * @module
 */
import { importPeer, type PeerPackages } from "../bundle_peer.ts";
import type { Pace } from "./data.ts";

/** Answers with the page. */
export type StreamPage = (
  pace: Pace,
) => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>;

/** A library to compare with. */
export interface Peer extends PeerPackages {
  /** The module that exports `page`, as the library's documentation streams slow parts. */
  readonly main: string;
}

const IMPORTS = `import { load, REGIONS } from "./data.ts";
import { Fallback, Frame, View } from "./view.tsx";
`;

const DOCUMENT = (regions: string) =>
  `<html lang="en"><head><meta charset="utf-8" /><title>Streamed</title></head>
  <body><Frame>${regions}</Frame></body></html>`;

/** The peers, at the newest versions of the day the benchmark was written. */
export const PEERS: readonly Peer[] = [
  {
    name: "hono/jsx/streaming",
    packages: { hono: "4.13.19" },
    jsx: "precompile",
    jsxImportSource: "hono/jsx",
    main: `${IMPORTS}
import { renderToReadableStream, Suspense } from "hono/jsx/streaming";
const Slow = async ({ region, pace }) => <View region={await load(region, pace)} />;
export const page = (pace) => renderToReadableStream(
  ${
      DOCUMENT(`{REGIONS.map((region) => (
    <Suspense fallback={<Fallback region={region} />}><Slow region={region} pace={pace} /></Suspense>
  ))}`)
    }
);
`,
  },
  {
    name: "react-dom/server",
    packages: { react: "19.3.1", "react-dom": "19.3.1" },
    jsx: "react-jsx",
    jsxImportSource: "react",
    main: `${IMPORTS}
import { Suspense, use } from "react";
import { renderToReadableStream } from "react-dom/server";
const Slow = ({ promise }) => <View region={use(promise)} />;
export const page = (pace) => renderToReadableStream(
  ${
      DOCUMENT(`{REGIONS.map((region) => (
    <Suspense key={region.id} fallback={<Fallback region={region} />}>
      <Slow promise={load(region, pace)} />
    </Suspense>
  ))}`)
    }
);
`,
  },
];

/**
 * Bundles a peer with the page and imports the result.
 *
 * @param folder An empty folder; it is the caller's to remove.
 * @throws {Error} When the bundler fails, with its own words.
 */
export async function loadPeer(peer: Peer, folder: string): Promise<StreamPage> {
  const shared = ["view.tsx", "data.ts"].map((name) => new URL(name, import.meta.url));
  const { main } = peer;
  const { page } = await importPeer<{ page: StreamPage }>(peer, { main, shared, folder });
  return page;
}
