/**
 * Our contenders: the page as a live session streams it, marks, live tree and adoption included,
 * and the same page asked of a whole app, with its session, cookie and page token.
 *
 * @module
 */
import type { Ctx } from "@vango/vango";
import { createAsyncCtx } from "../../src/ctx/async_ctx.ts";
import { htmlStream, type MarkupSource, type Piece } from "../../src/html/stream.ts";
import type { ComponentNode } from "../../src/jsx/node.ts";
import type { LivePort } from "../../src/live/live_port.ts";
import { LiveSession } from "../../src/live/live_session.ts";
import { DOCUMENT_END, documentStart } from "../../src/server/document.ts";
import { makeApp } from "../app.ts";
import { load, type Pace, REGIONS } from "./data.ts";
import { Fallback, Frame, View } from "./view.tsx";

function Page({ pace }: { pace: Pace }, ctx: Ctx) {
  return (
    <Frame>
      {REGIONS.map((region) =>
        ctx.async.render(
          <Fallback region={region} />,
          async () => <View region={await load(region, pace)} />,
        )
      )}
    </Frame>
  );
}

const port: LivePort = {
  navigate: (_, url) => Promise.resolve({ kind: "load", url }),
  report: (error) => {
    throw error;
  },
  errorCard: () => null,
  changed: () => {},
  facts: () => {},
  development: false,
};

function createCtx(live: LiveSession): unknown {
  return { async: createAsyncCtx((error) => live.report(error, undefined)) };
}

function pieces(live: LiveSession, content: string): MarkupSource {
  const start = documentStart({
    lang: "en",
    htmlAttributes: {},
    bodyAttributes: {},
    head: "<title>Streamed</title>",
    token: "",
    noScript: "",
    nonce: "",
  });
  const regions = live.streamRegions();
  let begun = false;
  let ended = false;
  const take = (shell: string[]): Piece | Promise<Piece | undefined> => {
    const piece = regions.take(shell);
    ended = regions.over;
    if (ended) piece.push(DOCUMENT_END);
    return piece.length > 0 ? piece : regions.changed().then(() => source.next());
  };
  const source: MarkupSource = {
    next() {
      if (ended) return undefined;
      if (begun) return take([]);
      begun = true;
      return regions.shell(content)
        .then((texts) => take([`${start}<!--v0-->`, ...texts, "<!--/v0-->"]));
    },
  };
  return source;
}

/** The page as its live session streams it. */
export function page(pace: Pace): ReadableStream<Uint8Array> {
  const live = new LiveSession("page", port, createCtx);
  const root = <Page pace={pace} /> as unknown as ComponentNode;
  const content = live.render(root, { gaps: true }) as string;
  return htmlStream(pieces(live, content));
}

// No players come: what waits for them must not grow.
const { app, vango } = makeApp({ title: "Streamed", maxWaiting: 64 });
for (const pace of ["at once", "timers"] as const) {
  app.get(`/${pace.replace(" ", "-")}`, vango.page(() => <Page pace={pace} />));
}

/** The page asked of the app. */
export async function pageOfApp(pace: Pace): Promise<ReadableStream<Uint8Array>> {
  return (await app.request(`/${pace.replace(" ", "-")}`)).body!;
}
