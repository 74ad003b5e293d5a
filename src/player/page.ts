/**
 * A page: its document, its places, and the patches that change it. It knows no connection; frames
 * come from a player, a file, or a test.
 *
 * @module
 */
import {
  type NativeRequest,
  type PatchFrame,
  type PatchOp,
  readPatch,
  WireVocabulary,
} from "../protocol/patch_reader.ts";
import { EditedControls } from "./controls.ts";
import { PlayerElement, PlayerText } from "./dom.ts";
import { PagePatcher } from "./patch.ts";
import { parseDocument } from "./parse.ts";
import { PageRegions } from "./places.ts";

/** What a page asks of whatever plays it. */
export interface PageHost {
  /** The region's markup must be asked for: something in it is not what it must be. */
  mismatch?(region: number): void;
  /** The server emitted an event for the page's own code. */
  emit?(name: string, data: unknown): void;
  /** The page's address changed; the page stays. */
  url?(mode: "push" | "replace", url: string): void;
  /** Another page is to be loaded. */
  navigate?(mode: "push" | "replace", url: string): void;
  /** A new session cookie waits for whoever brings this. */
  ticket?(ticket: string): void;
  /** A native component is to be shown. */
  nativeView?(component: string, data: unknown): void;
  /** Something is asked of the device. */
  native?(what: NativeRequest, data: unknown): void;
}

/**
 * A page that frames are applied to.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PlayerPage } from "./page.ts";
 * const page = new PlayerPage("<body><!--v0--><p v>1</p><!--/v0--></body>");
 * // PATCH 1, no events run, TEXT of place 1.
 * page.apply(new Uint8Array([0x10, 1, 0, 2, 0x01, 4, 0x32]));
 * assertEquals(page.body.text, "2");
 * ```
 */
export class PlayerPage {
  /** The root of the tree; `<html>` is its only element child. */
  readonly document: PlayerElement;
  /**
   * The numbered places, region by region.
   *
   * @internal
   */
  readonly regions: PageRegions = new PageRegions();
  /**
   * The controls that the user has edited and the server does not know of.
   *
   * @internal
   */
  readonly edited: EditedControls = new EditedControls();
  /**
   * What the connection has told so far; replaced with each connection that begins anew.
   *
   * @internal
   */
  words: WireVocabulary = new WireVocabulary();
  /** The element that has the focus. */
  focused: PlayerElement | undefined = undefined;
  readonly #host: PageHost;
  readonly #patcher: PagePatcher;

  /**
   * Reads a document and numbers its places.
   *
   * @param html The whole document, as the server's answer to GET.
   */
  constructor(html: string, host: PageHost = {}) {
    this.document = parseDocument(html);
    this.#host = host;
    this.regions.scan(this.document, this.document.first);
    this.#patcher = new PagePatcher({
      root: this.document,
      regions: this.regions,
      edited: this.edited,
      mismatch: (region) => this.#host.mismatch?.(region.id),
      focus: (element) => {
        this.focused = element;
      },
    });
    this.#takeStream();
  }

  /** Puts the contents of async regions that came in the document's own stream in their places. */
  #takeStream(): void {
    for (const element of [...this.body.elements()]) {
      const id = element.tag === "template" ? element.get("data-vango") : undefined;
      const end = element.next;
      // Without what follows it, it was cut off.
      if (id === undefined || end?.type !== "element" || end.tag !== "vango-async") continue;
      this.#patcher.streamRegion(Number(id), element.content!);
      end.remove();
      element.remove();
    }
  }

  /** Nothing of what stands in the page is trusted any more: every region is asked for whole. */
  distrust(): void {
    for (const region of this.regions.byId.values()) {
      region.stale = true;
      this.#host.mismatch?.(region.id);
    }
  }

  /** The document's head. */
  get head(): PlayerElement {
    return this.#part("head");
  }

  /** The document's body. */
  get body(): PlayerElement {
    return this.#part("body");
  }

  #part(tag: string): PlayerElement {
    for (const html of this.document.elements()) {
      for (const part of html.elements()) if (part.tag === tag) return part;
    }
    return this.document;
  }

  /** The page token of the head, `undefined` when the page is not a live one. */
  get token(): string | undefined {
    for (const element of this.head.elements()) {
      if (element.tag === "meta" && element.get("name") === "vango") return element.get("content");
    }
    return undefined;
  }

  /** The document's title, without blanks around it. */
  get title(): string {
    for (const element of this.document.descendants()) {
      if (element.tag === "title") return element.text.trim().replace(/\s+/g, " ");
    }
    return "";
  }

  /**
   * Reads a PATCH frame and applies it.
   *
   * @internal
   * @throws {ProtocolError} when the frame is broken; then nothing has changed.
   */
  apply(frame: Uint8Array): PatchFrame {
    const patch = readPatch(frame, this.words);
    this.applyOps(patch.ops);
    return patch;
  }

  /**
   * Applies operations that were read before.
   *
   * @internal
   */
  applyOps(ops: readonly PatchOp[]): void {
    for (const op of ops) this.#perform(op);
    this.edited.sweep(this.document);
    if (this.focused && !this.focused.isIn(this.document)) this.focused = undefined;
  }

  #perform(op: PatchOp): void {
    switch (op.op) {
      case "head":
        return this.#setHead(op.entry);
      case "render":
        return this.#patcher.render(op.region, op.html);
      case "ticket":
        return this.#host.ticket?.(op.ticket);
      case "transition":
        return;
      case "async-replace":
        return this.#patcher.replaceRegion(op);
      case "emit":
        return this.#host.emit?.(op.name, op.data);
      case "url":
        return this.#host.url?.(op.mode, op.url);
      case "navigate":
        return this.#host.navigate?.(op.mode, op.url);
      case "native-view":
        return this.#host.nativeView?.(op.component, op.data);
      case "native":
        return this.#host.native?.(op.what, op.data);
      default:
        return this.#patcher.apply(op);
    }
  }

  /** Sets or removes an entry of the head (`docs/protocol.md` §7). */
  #setHead(given: unknown): void {
    if (typeof given !== "object" || given === null) return;
    const { k: key, t: tag, a: attributes, x: text } = given as Record<string, unknown>;
    if (typeof key !== "string") return;
    const { head } = this;
    const old = [...head.elements()].find((element) =>
      key === "title" ? element.tag === "title" : element.get("data-vh") === key
    );
    const isTitle = key === "title";
    if (typeof tag !== "string" && !isTitle) return old?.remove();
    const element = old && isTitle ? old : new PlayerElement(isTitle ? "title" : tag as string);
    element.clear();
    if (typeof attributes === "object" && attributes !== null) {
      for (const [name, value] of Object.entries(attributes)) {
        element.attributes.set(name, String(value));
      }
    }
    if (!isTitle) element.attributes.set("data-vh", key);
    if (typeof text === "string" && text !== "") element.insert(new PlayerText(text));
    if (element === old) return;
    head.insert(element, old);
    old?.remove();
  }
}
