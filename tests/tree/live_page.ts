/**
 * A page without a connection: a live tree, its encoder, and a player's page that its frames are
 * applied to.
 *
 * @module
 */
import { HtmlWriter } from "../../src/html/write.ts";
import { PlayerPage } from "../../src/player/page.ts";
import {
  type PatchFrame,
  type PatchOp,
  readPatch,
  WireVocabulary,
} from "../../src/protocol/patch_reader.ts";
import { PatchEncoder } from "../../src/tree/encoder.ts";
import { flushTree } from "../../src/tree/flush.ts";
import type { Region } from "../../src/tree/live.ts";
import { Tree, type TreeHost } from "../../src/tree/tree.ts";

/** A document around the markup of region 0. */
export function documentOf(content: string): string {
  return "<!DOCTYPE html><html><head><title>t</title></head><body><!--v0-->" +
    // As it comes through UTF-8.
    content.toWellFormed() + "<!--/v0--></body></html>";
}

/** A host whose session is connected and which keeps what is reported. */
export class TestHost implements TreeHost {
  connected = true;
  readonly ctx: unknown;
  readonly reported: unknown[] = [];
  invalidated = 0;
  /** Tasks that were scheduled: run by the test. */
  readonly tasks: (() => void)[] = [];

  constructor(ctx: unknown = {}) {
    this.ctx = ctx;
  }

  schedule(task: () => void): void {
    this.tasks.push(task);
  }

  runTasks(): void {
    for (let task = this.tasks.shift(); task; task = this.tasks.shift()) task();
  }

  report(error: unknown): void {
    this.reported.push(error);
  }

  invalidate(): void {
    this.invalidated++;
  }

  errorCard(error: unknown): unknown {
    return `failed: ${(error as Error).message}`;
  }
}

/** Writes `root` as the content of a new page, once. */
export function renderOnce(root: unknown, host: TestHost = new TestHost()): string {
  const tree = new Tree(host, true);
  const writer = new HtmlWriter(tree.addRegion());
  writer.writeRegion(root);
  writer.settle();
  const { html } = writer;
  tree.dispose();
  return html;
}

/** A live page whose frames are applied as they come. */
export class LivePage {
  readonly host: TestHost;
  readonly tree: Tree;
  readonly region: Region;
  readonly encoder: PatchEncoder;
  readonly page: PlayerPage;
  /** The markup of the first render. */
  readonly html: string;
  /** Regions that the player found to be not what they must be. */
  readonly mismatches: number[] = [];
  readonly frames: Uint8Array[] = [];
  #seq = 0;

  constructor(root: unknown, host: TestHost = new TestHost()) {
    this.host = host;
    this.tree = new Tree(host, true);
    this.region = this.tree.addRegion();
    const writer = new HtmlWriter(this.region);
    writer.writeRegion(root);
    writer.settle();
    this.html = writer.html;
    this.encoder = new PatchEncoder(this.region);
    this.page = new PlayerPage(documentOf(this.html), {
      mismatch: (region) => this.mismatches.push(region),
    });
  }

  /** Encodes what is stale; the frame is not applied. */
  encode(): Uint8Array<ArrayBuffer> {
    flushTree(this.tree, this.encoder);
    const frame = this.encoder.out.finish(++this.#seq, 0);
    this.frames.push(frame);
    return frame;
  }

  /** Encodes what is stale and applies it. */
  flush(): PatchFrame {
    return this.page.apply(this.encode());
  }

  /** The places that player and server have given numbers to so far. */
  get counted(): { player: number; server: number } {
    return { player: this.page.regions.byId.get(0)!.next, server: this.region.next };
  }
}

/** The operations of frames, read in order as one connection. */
export function readAll(frames: readonly Uint8Array[]): PatchOp[] {
  const words = new WireVocabulary();
  return frames.flatMap((frame) => readPatch(frame, words).ops);
}
