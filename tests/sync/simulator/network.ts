/** A network that loses, doubles, delays, reorders and cuts, with strangers that answer. */
import type { Exchange, Reply } from "../../../src/sync/ports.ts";
import type { Process } from "./disk.ts";
import type { Server, ServerAnswer } from "./server.ts";

/** Chances of what may happen to one exchange, each from 0 to 1. */
export interface Weather {
  lostRequest: number;
  lostResponse: number;
  doubled: number;
  /** Longer than a device waits. */
  late: number;
  cut: number;
  /** A captive portal: 200 with HTML. */
  html: number;
  /** A proxy that fails: 500, 502, 503 with Retry-After, 429. */
  failing: number;
  /** A proxy that refuses bodies over this many characters with 413. */
  mostBody: number;
}

export const CALM: Readonly<Weather> = {
  lostRequest: 0,
  lostResponse: 0,
  doubled: 0,
  late: 0,
  cut: 0,
  html: 0,
  failing: 0,
  mostBody: Infinity,
};

export interface Line {
  offline: boolean;
  weather: Weather;
  /** Whom the server takes the sender for; undefined when the token expired. */
  user: () => string | undefined;
}

export function createExchange(
  server: Server,
  line: Line,
  process: Process,
  random: () => number,
): Exchange {
  const { scheduler } = server;
  const delay = () => scheduler.sleep(random() * (random() < 0.1 ? 5_000 : 200));

  /** One delivery to the server and its answer, whoever still waits for it. */
  async function deliver(path: "push" | "pull", body: string): Promise<ServerAnswer> {
    await delay();
    if (body.length > line.weather.mostBody) return refusal(413);
    if (body.includes('"blocked"')) return refusal(403);
    const user = line.user();
    if (user === undefined) return refusal(401);
    return await server.answer(path, body, user);
  }

  return async (path, body): Promise<Reply> => {
    const { weather } = line;
    if (line.offline) throw new TypeError("network unreachable");
    if (random() < weather.html) return reply({ ...refusal(200), lines: ["<html>Welcome</html>"] });
    if (random() < weather.failing) {
      await delay();
      const status = [500, 502, 503, 429][Math.floor(random() * 4)]!;
      return reply({ status, retryAfter: status === 503 ? 3_000 : undefined, lines: ["oops"] });
    }
    const lostRequest = random() < weather.lostRequest;
    const lostResponse = random() < weather.lostResponse;
    const late = random() < weather.late;
    const cut = random() < weather.cut;
    if (random() < weather.doubled) {
      // The copy arrives some time, after other requests perhaps; nobody hears its answer.
      scheduler.after(random() * 60_000, () => void deliver(path, body));
    }
    if (lostRequest) return await lost();
    if (late) await scheduler.sleep(30_000 + random() * 60_000);
    const answer = await deliver(path, body);
    if (lostResponse || line.offline) return await lost();
    await delay();
    if (process.dead) return await new Promise<never>(() => {});
    return reply(answer, cut ? random() : undefined);
  };

  async function lost(): Promise<never> {
    await scheduler.sleep(random() * 40_000);
    throw new TypeError("connection reset");
  }

  function reply(answer: ServerAnswer, cutAt?: number): Reply {
    return {
      status: answer.status,
      retryAfter: answer.retryAfter,
      lines: () => lines(answer, cutAt),
    };
  }

  async function* lines(answer: ServerAnswer, cutAt: number | undefined): AsyncGenerator<string> {
    const text = answer.lines.join("\n");
    const until = cutAt === undefined ? text.length : Math.floor(cutAt * text.length);
    for (const part of text.slice(0, until).split("\n")) {
      if (random() < 0.3) await scheduler.sleep(random() * 50);
      yield part;
    }
    if (cutAt !== undefined && random() < 0.5) throw new TypeError("connection reset");
  }
}

function refusal(status: number): ServerAnswer {
  return { status, retryAfter: undefined, lines: ["refused"] };
}
