/**
 * A cluster loses an app node, a NATS server, and then every node to a deploy, while its players
 * type and click: three nats-servers (JetStream, three replicas), three nodes, and a proxy that
 * sends each connection to the next node.
 */
import { assert } from "@std/assert";
import { eventually } from "../server/visitor.ts";
import { BusyPlayer } from "./busy_player.ts";
import { Cluster } from "./rig.ts";

const SOAK = Deno.env.get("VANGO_SOAK") === "1";

/** Players, and the milliseconds that each waits between two events, on average. */
const PLAYERS = SOAK ? 200 : 24;
const PAUSE = SOAK ? 1000 : 300;

/**
 * Milliseconds that a player may be without a server that answers. Five seconds is the promise; the
 * gate, which also runs on machines that are slow and busy, only looks that everybody comes back.
 */
const LIMIT = SOAK ? 5000 : 30_000;

/** A generator of numbers below `n`, the same for the same seed. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function note(text: string): void {
  console.log(`soak: cluster, ${PLAYERS} players: ${text}`);
}

/** How long it took until an event of each player, made after `since`, was acknowledged. */
async function backAfter(players: readonly BusyPlayer[], since: number): Promise<string> {
  return figures(await Promise.all(players.map((player) => player.answered(since))));
}

function figures(times: number[]): string {
  times.sort((a, b) => a - b);
  const last = times.at(-1)!;
  assert(last < LIMIT, `a player had no answer for ${last} ms`);
  return `half after ${times[times.length >> 1]} ms, the last after ${last} ms`;
}

async function openAll(origin: string): Promise<BusyPlayer[]> {
  const players: BusyPlayer[] = [];
  while (players.length < PLAYERS) {
    const batch = Array.from(
      { length: Math.min(10, PLAYERS - players.length) },
      (_, i) => BusyPlayer.open(origin, random((players.length + i + 1) * 7919)),
    );
    players.push(...await Promise.all(batch));
  }
  return players;
}

Deno.test("a cluster loses nodes and servers, and no player an event", async () => {
  await using cluster = await Cluster.start();
  const players = await openAll(cluster.origin);
  try {
    const stop = new AbortController();
    const playing = Promise.all(players.map((player) => player.play(PAUSE, stop.signal)));
    await eventually(() => players.every(({ sent }) => sent >= 5));

    let since = Date.now();
    cluster.nodes[0]!.process.kill("SIGKILL");
    note(`kill -9 of a node: an event answered ${await backAfter(players, since)}`);
    await cluster.nodes[0]![Symbol.asyncDispose]();
    await cluster.startNode(0, 1);

    since = Date.now();
    await cluster.nats.servers[0]!.kill();
    note(`kill -9 of a nats-server: an event answered ${await backAfter(players, since)}`);
    const safe = new Set<BusyPlayer>();
    await eventually(() => {
      for (const player of players) if (player.safe) safe.add(player);
      return safe.size === players.length;
    }, 60_000);
    note(
      `the others had elected a leader, and saved everything, ${Date.now() - since} ms after it`,
    );

    for (const player of players) player.gaps.length = 0;
    for (let i = 0; i < cluster.nodes.length; i++) {
      cluster.nodes[i]!.process.kill("SIGTERM");
      await cluster.nodes[i]!.process.status;
      await cluster.nodes[i]![Symbol.asyncDispose]();
      await cluster.startNode(i, 2);
    }
    await eventually(() => players.every(({ node }) => node.endsWith("2")), 60_000);
    const gaps = players.flatMap(({ gaps }) => gaps);
    note(`a deploy, node by node: live again ${figures(gaps)}; ${gaps.length} times in all`);
    stop.abort();
    await playing;
    await eventually(() => players.every(({ safe }) => safe), 60_000);
    for (const player of players) player.check();
    const sum = (figure: "sent" | "dropped"): number =>
      players.reduce((total, player) => total + player[figure], 0);
    note(
      `${sum("sent")} events, each acknowledged one counted once; ` +
        `${sum("dropped")} under way to the changed component were not run, and their pages told`,
    );
  } finally {
    for (const player of players) player[Symbol.dispose]();
  }
});
