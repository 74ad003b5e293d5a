/**
 * A report from slow sources, streamed.
 *
 *     deno run -A examples/streaming/main.tsx
 *
 * @module
 */
import { serve } from "@vango/vango/deno";
import { createApp } from "./app.tsx";
import { Sales } from "./sources/sales.ts";
import { SlowService } from "./sources/slow_service.ts";

/** Git leaves this folder alone. */
const FOLDER = ".vango";

await Deno.mkdir(FOLDER, { recursive: true });
const sales = new Sales(`${FOLDER}/sales.db`, (share) => {
  const bar = "█".repeat(Math.round(share * 30)).padEnd(30, "░");
  Deno.stdout.writeSync(
    new TextEncoder().encode(`\rMaking a million sales ${bar} ${Math.round(share * 100)} % `),
  );
  if (share > 0.99) console.log();
});
const service = new SlowService();
// Pages are served while the file is being made: what needs it comes when it is there.
const server = serve(createApp({ sales, service }), {
  hostname: Deno.env.get("HOST") ?? "127.0.0.1",
});
await server.finished;
sales.close();
await service.close();
