/** One seeded life of a server, some devices and their people; then peace, and judgement. */
import { resolve } from "../../../src/sync/ctx/conflicts.ts";
import type { Draft } from "../../../src/sync/draft.ts";
import { SyncError } from "../../../src/sync/errors.ts";
import { recordId } from "../../../src/sync/ops.ts";
import { type ConflictRow, CONFLICTS } from "../../../src/sync/protocol.ts";
import type { Meta } from "../../../src/sync/authority/records.ts";
import type { ReplicaMeta } from "../../../src/sync/replica/records.ts";
import { openReplica } from "../../../src/sync/replica/replica.ts";
import { Process } from "./disk.ts";
import { Judge, logOf } from "./judge.ts";
import { CALM, type Line } from "./network.ts";
import { noteShown, Place, RESOURCES, sawOf, shownIn, type Tab } from "./place.ts";
import { createRandom, Scheduler } from "./scheduler.ts";
import { Server } from "./server.ts";
import { retoken, tokensIn, type Written } from "./writes.ts";

export interface Verdict {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

const USERS = ["ana", "bob"];
const HOUR = 3_600_000;

/** Virtual time within which everything must be exchanged once the world is healed (I11). */
const PEACE_MS = 30 * 60_000;

interface Device {
  user: string;
  signedIn: boolean;
  readonly places: Map<string, Place>;
  readonly clock: { skew: number };
  healed: boolean;
}

export async function simulate(seed: number): Promise<Verdict> {
  const world = new World(seed);
  await world.live();
  await world.heal();
  return { seed, violations: world.judge.violations, counts: world.judge.counts };
}

class World {
  readonly judge = new Judge();
  readonly #random: () => number;
  readonly #scheduler = new Scheduler();
  readonly #server: Server;
  readonly #devices: Device[] = [];
  readonly #bad: ReadonlySet<string>;
  #tokens = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
    // Each world has some of the evils, so that each is also seen without the others.
    const evils = Object.keys(this.#evils());
    const share = this.#random();
    this.#bad = new Set(evils.filter(() => this.#random() < share));
    this.#server = new Server(this.#scheduler, {
      random: this.#random,
      watch: (scope, writes, before) => this.judge.onCommit(scope, writes, before),
      shared: this.#random() < 0.7,
      nodes: this.#random() < 0.5 ? 1 : 2,
      skew: this.#random() < 0.3 ? 20_000 : 0,
    });
    const count = 2 + this.#below(3);
    for (let i = 0; i < count; i++) this.#devices.push(this.#buyDevice(i));
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }

  #buyDevice(index: number): Device {
    const skew = this.#random() < 0.5 ? 0 : Math.round((this.#random() - 0.5) * 24 * HOUR);
    const device: Device = {
      user: USERS[index % 2]!,
      signedIn: true,
      places: new Map(),
      clock: { skew },
      healed: false,
    };
    this.#place(device, index);
    return device;
  }

  /** The current user's data on a device. */
  #place(device: Device, index = this.#devices.indexOf(device)): Place {
    const { user } = device;
    let place = device.places.get(user);
    if (!place) {
      const line: Line = {
        offline: false,
        weather: { ...CALM },
        user: () => device.healed ? user : device.signedIn ? device.user : undefined,
      };
      place = new Place(`${user}@${index}`, user, this.#server, line, device.clock, this.#random);
      const made = place;
      place.disk.onCommit = (writes, before) => this.judge.onDeviceCommit(made, writes, before);
      device.places.set(user, place);
    }
    return place;
  }

  /** People write, and evils happen. */
  async live(): Promise<void> {
    for (const device of this.#devices) void this.#place(device).open();
    const evils = Object.entries(this.#evils()).filter(([name]) => this.#bad.has(name));
    const steps = 30 + this.#below(60);
    for (let step = 0; step < steps; step++) {
      await this.#pass(this.#random() < 0.1 ? this.#random() * 120_000 : this.#random() * 1_500);
      const device = this.#pick(this.#devices);
      if (evils.length > 0 && this.#random() < 0.25) {
        const [name, evil] = this.#pick(evils);
        this.judge.count(name);
        await evil(device);
      } else this.#act(device);
    }
  }

  async #pass(ms: number): Promise<void> {
    await this.#scheduler.runUntil(this.#scheduler.now + ms);
    for (const device of this.#devices) {
      for (const place of device.places.values()) {
        for (const tab of place.tabs) {
          noteShown(tab);
          this.judge.onScreen(tab, place);
        }
      }
    }
  }

  #act(device: Device): void {
    const place = this.#place(device);
    const tab = place.tabs.length > 0 ? this.#pick(place.tabs) : undefined;
    if (!tab) {
      if (place.opening === 0) void place.open();
      return;
    }
    const dice = this.#random();
    if (dice < 0.08) this.#resolveOne(place, tab);
    else if (dice < 0.12) {
      const many = 5 + this.#below(40);
      for (let i = 0; i < many; i++) this.#write(place, tab, this.#drafts());
    } else this.#write(place, tab, this.#drafts());
  }

  #drafts(): Draft[] {
    const count = this.#random() < 0.8 ? 1 : 2 + this.#below(2);
    return Array.from({ length: count }, () => this.#draft());
  }

  #draft(): Draft {
    const res = this.#pick(RESOURCES);
    const key = res === "note" ? "" : `k${this.#below(res === "items" ? 8 : 2)}`;
    const target = { res, key, ...(res === "asked" && { ask: true }) };
    const dice = this.#random();
    if (dice < 0.15) return { ...target, op: "delete" };
    if (dice < 0.45 && res !== "merged") {
      return { ...target, op: "patch", fields: { [this.#pick(["a", "b"])]: "" } };
    }
    if (res === "merged") return { ...target, op: "put", value: [""] };
    const evil = this.#random() < 0.06 && this.#bad.has("poison")
      ? { [this.#pick(["poison", "forbidden", "throws", "busy", "blocked"])]: 1 }
      : {};
    return { ...target, op: "put", value: { a: "", b: "", ...evil } };
  }

  #write(place: Place, tab: Tab, drafts: readonly Draft[]): void {
    const token = `t${this.#tokens++}`;
    this.#commit(place, tab, token, drafts.map((draft) => withToken(draft, token)));
  }

  #commit(
    place: Place,
    tab: Tab,
    token: string,
    drafts: readonly Draft[],
    settles?: Parameters<Tab["replica"]["write"]>[1],
  ): void {
    const saw = sawOf(tab, drafts);
    const { meta: { seen }, view } = tab.replica;
    const showed = new Map(drafts.map(({ res, key }) => {
      return [recordId(res, key), tokensIn(view.get(res, key))];
    }));
    let write;
    try {
      write = tab.replica.write(drafts, settles);
    } catch (error) {
      // A patch of what is not there is refused at once.
      if (error instanceof SyncError && error.code === "no-record") return;
      throw error;
    }
    const { mid, durable } = write;
    const written: Written = {
      token,
      user: place.user,
      place: place.name,
      tab,
      mid,
      drafts,
      saw,
      showed,
      seen,
      isDecision: settles !== undefined,
      state: "open",
      forgotten: false,
    };
    this.judge.add(written);
    durable.then(() => written.state = "durable", () => written.state = "refused");
  }

  #resolveOne(place: Place, tab: Tab): void {
    const rows = [...tab.replica.view.list(CONFLICTS)];
    if (rows.length === 0) return;
    const { key, value } = this.#pick(rows);
    const row = value as ConflictRow;
    const { version } = tab.replica.view.base(CONFLICTS, key)!;
    const resolution = this.#pick(["local-wins", "remote-wins"] as const);
    const { drafts, settles } = resolve({ id: key, version, row }, resolution, row.res === "asked");
    this.judge.count(resolution);
    const token = `t${this.#tokens++}`;
    this.#commit(place, tab, token, drafts.map((draft) => retoken(draft, token)), settles);
  }

  #evils(): Record<string, (device: Device) => unknown> {
    return {
      offline: (device) => {
        const { line } = this.#place(device);
        line.offline = !line.offline;
      },
      weather: (device) => {
        const { line } = this.#place(device);
        const bad = () => this.#random() < 0.5 ? 0 : this.#random() * 0.5;
        line.weather = this.#random() < 0.3 ? { ...CALM } : {
          lostRequest: bad(),
          lostResponse: bad(),
          doubled: bad(),
          late: bad() / 4,
          cut: bad(),
          html: bad(),
          failing: bad(),
          mostBody: this.#random() < 0.2 ? 400 + this.#below(3_000) : Infinity,
        };
      },
      clockStep: (device) => {
        const step = (this.#random() - 0.5) * 2 * 12 * HOUR;
        device.clock.skew = Math.max(-12 * HOUR, Math.min(12 * HOUR, device.clock.skew + step));
      },
      crashTab: (device) => {
        const { tabs } = this.#place(device);
        if (tabs.length > 0) this.#pick(tabs).process.opsLeft = this.#below(30);
      },
      killLeader: (device) => this.#place(device).tabs[0]?.process.kill(),
      // Two tabs that both believe they lead, as when one was frozen and comes back.
      secondLeader: (device) => {
        for (const tab of this.#place(device).tabs) tab.syncer.start();
      },
      openTab: (device) => {
        const place = this.#place(device);
        if (place.tabs.length + place.opening < 3) void place.open();
      },
      crashServer: () => this.#server.crash(this.#below(40)),
      quota: (device) => {
        const { tabs } = this.#place(device);
        if (tabs.length === 0) return;
        const { process } = this.#pick(tabs);
        process.putsLeft = this.#below(20);
        this.#scheduler.after(20_000, () => process.putsLeft = Infinity);
      },
      expireToken: (device) => {
        device.signedIn = false;
        this.#scheduler.after(this.#random() * 60_000, () => {
          device.signedIn = true;
          for (const tab of this.#place(device).tabs) tab.syncer.resume();
        });
      },
      switchUser: (device) => {
        // Tabs of the former user stay for a while, with the new user's cookies.
        const former = this.#place(device);
        this.#scheduler.after(this.#random() * 5_000, () => {
          if (device.user !== former.user) former.killAll();
        });
        device.user = device.user === "ana" ? "bob" : "ana";
        void this.#place(device).open();
      },
      poison: () => {},
      schema: (device) => {
        const place = this.#place(device);
        place.schema = 1;
        // One old tab may live on beside the new one.
        if (this.#random() < 0.5) place.killAll();
        void place.open();
      },
      collect: () => void this.#server.collect(this.#random() * 120_000),
      longAway: async (device) => {
        const { line } = this.#place(device);
        line.offline = true;
        await this.#pass(10 * 60_000);
        void this.#server.collect(60_000);
        await this.#pass(1_000);
        line.offline = false;
      },
      serverBackup: async () => {
        if (!this.#server.backup) return this.#server.saveBackup();
        const restored = this.#server.restoreBackup();
        this.judge.onRestore(this.#server);
        await this.#pass(1_000);
        await restored;
      },
      deviceBackup: (device) => this.#deviceBackup(this.#place(device)),
    };
  }

  #deviceBackup(place: Place): void {
    if (!place.backup) {
      const own = this.judge.byPlace.get(place.name) ?? [];
      const durable = own.filter(({ state }) => state === "durable").map(({ mid }) => mid);
      place.backup = { map: place.disk.snapshot(), durable: new Set(durable) };
      return;
    }
    place.killAll();
    place.restores++;
    this.judge.restored = true;
    const { map, durable } = place.backup;
    place.disk.map = map;
    place.backup = { map: place.disk.snapshot(), durable };
    for (const written of this.judge.byPlace.get(place.name) ?? []) {
      if (!durable.has(written.mid)) written.forgotten = true;
    }
    void place.open();
  }

  /** Everything works again; all is to be exchanged in bounded time. */
  async heal(): Promise<void> {
    await this.#pass(10_000);
    this.#server.heal();
    await this.#pass(10_000);
    const places = this.#devices.flatMap((device) => [...device.places.values()]);
    for (const device of this.#devices) device.healed = true;
    for (const place of places) {
      place.line.offline = false;
      place.line.weather = { ...CALM };
      for (const { process } of place.tabs) {
        process.opsLeft = Infinity;
        process.putsLeft = Infinity;
      }
      // A tab that runs an older app than another one on its disk cannot go on.
      for (const tab of [...place.tabs]) {
        if (tab.replica.meta.schema !== place.schema) tab.process.kill();
      }
      if (place.tabs.length === 0) void place.open();
    }
    await this.#pass(5_000);
    for (const place of places) for (const tab of place.tabs) tab.syncer.resume();
    const end = this.#scheduler.now + PEACE_MS;
    while (this.#scheduler.now < end && !places.every((place) => this.#isDone(place))) {
      await this.#pass(5_000);
    }
    for (const place of places) {
      if (!this.#isDone(place)) this.judge.report("I11", this.#describe(place));
    }
    if (this.judge.violations.length > 0) return;
    for (const place of places) for (const tab of place.tabs) void tab.replica.refresh();
    await this.#pass(1_000);
    this.judge.atRest(this.#server, places);
    for (const place of places) await this.#compareWithDisk(place);
    for (const error of this.#server.errors) {
      if (!(error instanceof Error && error.message === "handler")) {
        this.judge.report(
          "L9",
          `the server failed: ${error instanceof Error ? error.stack : error}`,
        );
      }
    }
  }

  #isDone(place: Place): boolean {
    const meta = place.disk.map.get("m") as ReplicaMeta | undefined;
    const truth = this.#server.disk(this.#server.scopeOf(place.user)).map.get("m") as
      | Meta
      | undefined;
    return place.tabs.length > 0 && meta !== undefined && !meta.loading &&
      meta.epoch === truth?.epoch && meta.seen === truth.version &&
      meta.acked === meta.nextSeq - 1 && logOf(place.disk.map).length === 0 &&
      ![...place.disk.map.entriesFrom("k/")].some(([key]) => key.startsWith("k/"));
  }

  #describe(place: Place): string {
    const meta = place.disk.map.get("m") as ReplicaMeta | undefined;
    const truth = this.#server.disk(this.#server.scopeOf(place.user)).map.get("m") as Meta;
    return `${place.name} is not done: ${
      JSON.stringify({
        tabs: place.tabs.map(({ syncer }) => syncer.state.value),
        meta,
        log: logOf(place.disk.map).slice(0, 10),
        truth: { version: truth?.version, epoch: truth?.epoch },
      })
    }`;
  }

  async #compareWithDisk(place: Place): Promise<void> {
    const process = new Process(this.#scheduler);
    const live = place.tabs[0];
    if (!live) return;
    const opening = openReplica({
      store: { tx: (mode, fn) => place.disk.tx(process, mode, fn), close() {} },
      user: place.user,
      schema: place.schema,
      random: this.#random,
    }).then(async (replica) => {
      for (const res of RESOURCES) await replica.load(res);
      return replica;
    });
    await this.#scheduler.runUntil(this.#scheduler.now + 1_000);
    this.judge.compare(place.name, shownIn(live.replica), shownIn(await opening));
  }
}

function withToken(draft: Draft, token: string): Draft {
  if (draft.op === "delete") return draft;
  const fill = (value: unknown): unknown => value === "" ? token : value;
  if (draft.op === "patch") {
    return { ...draft, fields: mapValues(draft.fields, fill) };
  }
  const { value } = draft;
  return {
    ...draft,
    value: Array.isArray(value)
      ? value.map(fill)
      : mapValues(value as Record<string, unknown>, fill),
  };
}

function mapValues(
  object: Readonly<Record<string, unknown>>,
  fn: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, fn(value)]));
}

/** For messages. */
export { recordId };
