/**
 * The headless player as a command, for the conformance suite: lines of JSON in, lines of JSON out.
 *
 * @module
 */
import {
  type OpenTransport,
  Player,
  type PlayerElement,
  webSocketTransport,
} from "@vango/vango/player";
import { markup } from "@vango/vango/player";
import { TextLineStream } from "./text_lines.ts";

interface Instruction {
  readonly id: number;
  readonly do: string;
  readonly url?: string;
  readonly on?: string;
  readonly text?: string;
  readonly key?: string;
  readonly width?: number;
  readonly height?: number;
}

let player: Player | undefined;
let cookie = "";

function keepCookie(response: Response): void {
  for (const line of response.headers.getSetCookie()) cookie = line.split(";")[0]!;
}

async function open(url: string): Promise<void> {
  player?.close();
  const response = await fetch(url, { headers: { accept: "text/html" } });
  keepCookie(response);
  const { origin } = new URL(url);
  player = new Player(await response.text(), {
    url,
    open: socketOf(origin),
    redeem: async (ticket, token) => {
      const answer = await fetch(`${origin}/_vango/session`, {
        method: "POST",
        headers: { origin, cookie, "content-type": "application/json" },
        body: JSON.stringify({ ticket, token }),
      });
      keepCookie(answer);
      return (await answer.json()).token;
    },
  });
  player.connect();
}

function socketOf(origin: string): OpenTransport {
  return webSocketTransport(() => {
    const options = { headers: { origin, cookie } } as unknown as string[];
    return new WebSocket(`${origin.replace("http", "ws")}/_vango/live`, options);
  });
}

function mustFind(player: Player, id: string | undefined): PlayerElement {
  return player.find(`[id="${id}"]`);
}

/** The content of region 0, with its marks. */
function tree(player: Player): string {
  let text = "";
  let inside = false;
  for (const node of player.page.body) {
    if (node.type === "comment" && node.data === "/v0") inside = false;
    if (inside) text += markup(node, { marks: true });
    if (node.type === "comment" && node.data === "v0") inside = true;
  }
  return text;
}

async function perform(told: Instruction): Promise<Record<string, unknown>> {
  if (told.do === "open") {
    await open(told.url!);
    return {};
  }
  if (!player) throw new Error("no page is open");
  switch (told.do) {
    case "tree":
      return { tree: tree(player), title: player.page.title };
    case "records":
      return { records: player.records };
    case "state":
      return { state: player.state };
    case "value":
      return { value: player.user.valueOf(mustFind(player, told.on)) };
    case "click":
      player.user.click(mustFind(player, told.on));
      return {};
    case "type":
      player.user.type(mustFind(player, told.on), told.text ?? "");
      return {};
    case "press":
      player.user.press(mustFind(player, told.on), told.key ?? "");
      return {};
    case "resize":
      player.change({ screen: { width: told.width ?? 0, height: told.height ?? 0 } });
      return {};
    case "close":
      player.close();
      return {};
    default:
      return { error: "unsupported" };
  }
}

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const line of lines) {
  const told = JSON.parse(line) as Instruction;
  const answer = await perform(told).catch((error) => ({ error: String(error) }));
  console.log(JSON.stringify({ id: told.id, ...answer }));
}
player?.close();
