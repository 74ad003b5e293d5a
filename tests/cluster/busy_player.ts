/**
 * A player that types and clicks, and knows what must come of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { PlayerRecord } from "../../src/player/record.ts";
import { Browser, type Tab } from "../server/visitor.ts";

/** Rows that a page gets at most. */
const MAX_ROWS = 4;

/** What the page must show in the end. */
interface Model {
  readonly counts: Map<string, number>;
  rows: number;
}

/** One visitor with one page. */
export class BusyPlayer implements Disposable {
  #tab!: Tab;
  readonly #model: Model = { counts: new Map(), rows: 0 };
  /** What to take back should an event be dropped: those that were on the way to changed markup. */
  readonly #undo: Map<number, () => void> = new Map();
  readonly #pick: (n: number) => number;
  #acknowledgedWhenLost = 0;
  /** When the connection was lost; 0 while there is one. */
  #lostAt = 0;
  #typed = "";
  /** What nobody should be told, once somebody was. */
  readonly #complaints: string[] = [];
  /** Events that were not run, of which the page was told; none of them was acknowledged. */
  dropped = 0;
  /** Events sent. */
  sent = 0;
  /** Milliseconds that each loss of the connection took. */
  readonly gaps: number[] = [];

  private constructor(pick: (n: number) => number) {
    this.#pick = pick;
  }

  static async open(origin: string, pick: (n: number) => number): Promise<BusyPlayer> {
    const player = new BusyPlayer(pick);
    player.#tab = await new Browser().open(origin, "/", (record) => player.#note(record));
    return player;
  }

  get node(): string {
    return this.#tab.text("#node");
  }

  /** Whether it is live, and every event of it has been run. */
  get settled(): boolean {
    return this.#tab.player.state === "live" && this.#tab.player.waiting === 0;
  }

  /** Whether, besides, nothing would be lost with its node. */
  get safe(): boolean {
    return this.settled && this.#tab.player.kept === 0;
  }

  /** Acts about every `pause` milliseconds until `signal` ends it. */
  async play(pause: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#act();
      await new Promise((resolve) => setTimeout(resolve, pause / 2 + this.#pick(pause)));
    }
  }

  /** Waits until an event that is made now was run. @returns Milliseconds since `since`. */
  async answered(since: number): Promise<number> {
    const { player } = this.#tab;
    this.#click("clicks");
    const event = player.numbers.event;
    while (player.numbers.acknowledged < event || player.state !== "live") {
      assert(Date.now() < since + 60_000, "a player does not come back");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return Date.now() - since;
  }

  #act(): void {
    const shown = this.#tab.player.findAll("button").map((button) => button.get("id")!);
    const choice = this.#pick(3) === 0 ? "text" : shown[this.#pick(shown.length)]!;
    if (choice === "text") this.#type();
    else if (choice !== "add") this.#click(choice);
    else if (this.#model.rows < MAX_ROWS) this.#add();
  }

  #type(): void {
    const { user } = this.#tab.player;
    const letter = String.fromCharCode(97 + this.#pick(26));
    this.#typed += letter;
    // Behind whatever the page shows: should it have lost a letter, it stays lost.
    user.type("#text", user.valueOf("#text") + letter);
    this.sent++;
  }

  #click(id: string): void {
    this.#count(id, 1);
    this.#tab.click(`#${id}`);
    this.sent++;
    if (id !== "markup") return;
    this.#undo.set(this.#tab.player.numbers.event, () => this.#count(id, -1));
  }

  #count(id: string, by: number): void {
    const { counts } = this.#model;
    counts.set(id, (counts.get(id) ?? 0) + by);
  }

  #add(): void {
    this.#model.rows++;
    this.#tab.click("#add");
    this.sent++;
  }

  #note(record: PlayerRecord): void {
    if (record.kind === "welcome") return;
    if (record.kind === "state") {
      if (record.state === "live") {
        if (this.#lostAt > 0) this.gaps.push(Date.now() - this.#lostAt);
        this.#lostAt = 0;
      } else if (this.#lostAt === 0 && this.#tab) {
        this.#lostAt = Date.now();
        this.#acknowledgedWhenLost = this.#tab.player.numbers.acknowledged;
      }
    } else if (record.kind === "error" && record.error.code === "dropped") {
      this.dropped++;
      const seq = record.error.seq!;
      const undo = this.#undo.get(seq);
      if (undo && seq > this.#acknowledgedWhenLost) undo();
      else this.#complaints.push(`event ${seq} was lost`);
    } else this.#complaints.push(JSON.stringify(record));
  }

  /** Compares what the page shows with what was done to it. */
  check(): void {
    assertEquals(this.#complaints, []);
    const { player } = this.#tab;
    const count = (id: string): number => Number(this.#tab.text(`#${id}`));
    for (const [id, expected] of this.#model.counts) {
      assertEquals(count(id), expected, `clicks on ${id}`);
    }
    assertEquals(player.findAll("li").length, this.#model.rows, "rows");
    assertEquals(player.user.valueOf("#text"), this.#typed, "text in the page");
    assertEquals(this.#tab.text("#told"), this.#typed, "text on the server");
  }

  [Symbol.dispose](): void {
    this.#tab[Symbol.dispose]();
  }
}
