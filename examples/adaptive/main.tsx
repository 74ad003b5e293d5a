/**
 * One product card in four players.
 *
 *     deno run -A examples/adaptive/main.tsx
 *
 * @module
 */
import { serve } from "@vango/vango/deno";
import { createApp } from "./app.tsx";

const app = await createApp(() => `http://127.0.0.1:${server.port}`);
const server = serve(app, { hostname: Deno.env.get("HOST") ?? "127.0.0.1" });
await server.finished;
