/**
 * One page of a case: opened by the player, connected to the script.
 *
 * @module
 */
import { parseNodes } from "../../src/player/parse.ts";
import { PlayerElement } from "../../src/player/dom.ts";
import { innerMarkup } from "../../src/player/serialize.ts";
import { PatchWriter } from "../../src/protocol/patch_writer.ts";
import type { PlayerDriver } from "./player_driver.ts";
import type { ScriptedPage, ScriptedServer, ScriptedSocket } from "./scripted_server.ts";
import { same, within } from "./suite.ts";

/** What the cases about players work with. */
export interface PlayerSubject {
  readonly player: PlayerDriver;
  readonly server: ScriptedServer;
}

/** An open page and its newest connection. */
export class Play {
  readonly page: ScriptedPage;
  readonly player: PlayerDriver;
  readonly server: ScriptedServer;
  socket: ScriptedSocket;
  /** Last PATCH sent. */
  seq = 0;

  constructor(subject: PlayerSubject, page: ScriptedPage, socket: ScriptedSocket) {
    this.player = subject.player;
    this.server = subject.server;
    this.page = page;
    this.socket = socket;
  }

  /** Sends a PATCH. @returns Its number. */
  patch(acks: number, write: (out: PatchWriter) => void = () => {}): number {
    const out = new PatchWriter();
    write(out);
    this.socket.send(out.finish(++this.seq, acks));
    return this.seq;
  }

  settled(): Promise<void> {
    return this.socket.settled();
  }

  /** Clicks on the element with an id. */
  async click(id: string): Promise<void> {
    await this.player.tell("click", { on: id });
  }

  /** Puts text into the control with an id. */
  async type(id: string, text: string): Promise<void> {
    await this.player.tell("type", { on: id, text });
  }

  async value(id: string): Promise<unknown> {
    return (await this.player.tell("value", { on: id })).value;
  }

  async state(): Promise<unknown> {
    return (await this.player.tell("state")).state;
  }

  /** What the player recorded of one kind. */
  async records(kind: string): Promise<Record<string, unknown>[]> {
    const { records } = await this.player.tell("records");
    return (records as Record<string, unknown>[]).filter((record) => record.kind === kind);
  }

  /** @throws {Error} unless region 0 holds what `markup` says, marks included. */
  async shows(markup: string, what = "the page"): Promise<void> {
    const { tree } = await this.player.tell("tree");
    same(canonical(String(tree)), canonical(markup), what);
  }

  /** The connection ends with a code; resolves when the player is back. */
  async comesBack(code: number): Promise<Record<string, unknown>> {
    this.socket.close(code);
    this.socket = await this.page.sockets.next();
    return this.socket.hello;
  }

  /** Resolves when the player has ended the connection. */
  async endsConnection(): Promise<void> {
    await within(5_000, this.socket.closed, "the player's end of the connection");
  }
}

/** Has the player open a page, and says nothing to its HELLO yet. */
export async function greet(
  subject: PlayerSubject,
  content: string,
  behind?: string,
): Promise<Play> {
  const page = subject.server.page(content, behind);
  await subject.player.tell("open", { url: page.url });
  return new Play(subject, page, await page.sockets.next());
}

/** Has the player open a page, and adopts it. */
export async function open(
  subject: PlayerSubject,
  content: string,
  behind?: string,
): Promise<Play> {
  const play = await greet(subject, content, behind);
  play.socket.welcome({ mode: "adopted" });
  return play;
}

/** Markup as it is compared: parsed, texts joined, attributes sorted. */
export function canonical(markup: string): string {
  const context = new PlayerElement("body");
  const content = parseNodes(markup, context);
  for (const element of content.descendants()) {
    const sorted = [...element.attributes].sort(([a], [b]) => a < b ? -1 : 1);
    element.attributes.clear();
    for (const [name, value] of sorted) element.attributes.set(name, value);
  }
  return innerMarkup(content, { marks: true });
}
