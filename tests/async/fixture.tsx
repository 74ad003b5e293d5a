/**
 * Pages with async regions whose functions settle when the test says so.
 *
 * @module
 */
import type { Ctx } from "@vango/vango";
import type { MarkupSource } from "../../src/html/stream.ts";
import type { ComponentNode } from "../../src/jsx/node.ts";
import { createAsyncCtx } from "../../src/ctx/async_ctx.ts";
import type { LivePort } from "../../src/live/live_port.ts";
import type { LiveSession } from "../../src/live/live_session.ts";
import { type LiveRig, settled, startLive, TestPlayer } from "../live/rig.ts";

/** The function of a region, in the test's hand. */
export class Source {
  calls = 0;
  /** The signal of the newest call. */
  signal: AbortSignal | undefined;
  #settle: PromiseWithResolvers<unknown> = Promise.withResolvers();

  readonly run = (signal: AbortSignal): Promise<never> => {
    this.calls++;
    this.signal = signal;
    this.#settle = Promise.withResolvers();
    return this.#settle.promise as Promise<never>;
  };

  async resolve(output: unknown): Promise<void> {
    this.#settle.resolve(output);
    await settled();
  }

  async reject(error: unknown): Promise<void> {
    this.#settle.reject(error);
    await settled();
  }
}

/** Some sources. */
export function sources(count: number): Source[] {
  return Array.from({ length: count }, () => new Source());
}

/** A page that is being sent, and its player. */
export interface AsyncRig extends LiveRig {
  /** What has been read of the regions so far. */
  readonly streamed: string[];
  /** Reads the next piece; `undefined` at the end. */
  read(): Promise<string | undefined>;
  /** Connects a player that has parsed `parsed` pieces, by default all that were read. */
  connect(parsed?: number): Promise<TestPlayer>;
}

/** A page as a component that is given its context. */
export type TestPage = (ctx: Ctx) => unknown;

/** Renders a page with async regions as a GET does. */
export function startAsync(page: TestPage, port: Partial<LivePort> = {}): AsyncRig {
  const createCtx = (live: LiveSession): Ctx => (
    {
      async: createAsyncCtx((error) => live.report(error, undefined)),
      get abortSignal(): AbortSignal {
        return live.abortSignal;
      },
    } as Ctx
  );
  const rig = startLive(pageNode(page), { createCtx, ...port });
  const streamed: string[] = [];
  let pieces: MarkupSource | undefined;
  return {
    ...rig,
    streamed,
    async read() {
      pieces ??= rig.live.streamRegions();
      const texts = await pieces.next();
      if (texts === undefined) return undefined;
      const piece = typeof texts === "string" ? texts : texts.join("");
      streamed.push(piece);
      return piece;
    },
    async connect(parsed = streamed.length) {
      const player = new TestPlayer(rig.html + "<!--/v0-->" + streamed.slice(0, parsed).join(""));
      await player.connect(rig.live);
      return player;
    },
  };
}

/** A page component's node. */
export function pageNode(page: TestPage): ComponentNode {
  const Page = (_: unknown, ctx: Ctx) => page(ctx) as never;
  return <Page /> as unknown as ComponentNode;
}

/** Markup without the marks that players need. */
export function plain(html: string): string {
  return html.replace(/<!--.*?-->|<!>|<\?>/g, "").replace(/ v(?:=\S+?)?(?=[\s>])/g, "");
}

/** What the player's page looks like, without marks. */
export function shown(player: TestPlayer): string {
  return player.page.body.text;
}
