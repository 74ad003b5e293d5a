/**
 * A live operations dashboard: the machine it runs on, in every browser that looks.
 *
 *     deno run -A examples/dashboard/main.tsx
 *
 * @module
 */
import { serve } from "@vango/vango/deno";
import app from "./app.tsx";
import { keepShared } from "./state/shared.ts";

const save = keepShared(localStorage);
// Command lines can hold secrets, so other machines see nothing unless you say so.
const server = serve(app, { hostname: Deno.env.get("HOST") ?? "127.0.0.1" });
await server.finished;
save();
