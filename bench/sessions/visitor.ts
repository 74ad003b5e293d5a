/**
 * A visitor with one page, over the network.
 *
 * @module
 */
import { Player } from "../../src/player/player.ts";
import { webSocketTransport } from "../../src/player/transport.ts";

/** Loads a page and connects it; `origin` is asked again for each connection. */
export async function visit(origin: () => string, path: string): Promise<Player> {
  const response = await fetch(origin() + path);
  const cookie = response.headers.getSetCookie().map((text) => text.split(";")[0]).join("; ");
  const player = new Player(await response.text(), {
    url: origin() + path,
    open: webSocketTransport(() =>
      new WebSocket(
        origin().replace("http", "ws") + "/_vango/live",
        // Deno's own option: a page cannot set these.
        { headers: { cookie, origin: origin() } } as unknown as string[],
      )
    ),
  });
  player.connect();
  await player.until(() => player.state === "live");
  return player;
}
