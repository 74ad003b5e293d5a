/**
 * The driver's page: both contenders in frames of one document, so that they share one process and
 * take turns.
 *
 * @module
 */
import type { ContenderPage, StepTime } from "./contender.ts";
import { ROUNDS, STEPS, WARM_UP } from "./script.ts";

/** Times of each measured step, by operation: the contenders' samples, round by round. */
export type BrowserSamples = Record<string, [byHand: StepTime[], ours: StepTime[]]>;

const frames = [...document.querySelectorAll("iframe")];

async function contenderOf(frame: HTMLIFrameElement): Promise<ContenderPage> {
  for (;;) {
    const { contender } = frame.contentWindow as unknown as { contender?: ContenderPage };
    if (contender) return contender;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Lets the browser paint and do what it put off, outside the measured time. */
async function settle(): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** Runs the script; throws when the contenders' pages differ. */
async function runScript(): Promise<BrowserSamples> {
  const contenders = await Promise.all(frames.map(contenderOf));
  const samples: BrowserSamples = {};
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [i, { operation }] of STEPS.entries()) {
      const times: StepTime[] = [];
      for (let turn = 0; turn < 2; turn++) {
        const who = (turn + round + WARM_UP + i) % 2;
        times[who] = await contenders[who]!.step();
        await settle();
      }
      if (round < 2 - WARM_UP) mustBeEqual(contenders, operation ?? "a step between");
      if (round < 0 || !operation) continue;
      const [byHand, ours] = samples[operation] ??= [[], []];
      byHand.push(times[0]!);
      ours.push(times[1]!);
    }
  }
  return samples;
}

function mustBeEqual(contenders: readonly ContenderPage[], operation: string): void {
  const [byHand, ours] = contenders.map((contender) => contender.snapshot());
  if (byHand === ours) return;
  let at = 0;
  while (byHand![at] === ours![at]) at++;
  const piece = (text: string): string => text.slice(Math.max(0, at - 60), at + 60);
  throw new Error(
    `cannot compare after "${operation}": by hand …${piece(byHand!)}… and ours …${piece(ours!)}…`,
  );
}

Object.assign(globalThis, { runScript });
