/**
 * The pages of the browser part, on a port of their own.
 *
 * @module
 */
import { code as client } from "../../client/client.gen.ts";
import { tablePage } from "../table/app.tsx";
import { LivePage } from "../table/live_page.ts";
import { withoutMarks } from "../table/places.ts";
import { ROUNDS, STEPS, WARM_UP } from "./script.ts";

const STYLE = `
body { margin: 10px; font: 14px/1.43 sans-serif; }
table { width: 100%; border-collapse: collapse; }
td { padding: 8px; border-top: 1px solid #ddd; vertical-align: top; }
.col-md-1 { width: 8.3%; } .col-md-4 { width: 33.3%; } .col-md-6 { width: 50%; }
.danger td { background: #f2dede; }
.glyphicon::before { content: "x"; }
`;

/** Timers of 5 µs need a page that shares its process with no other site. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Scripts made of this folder's modules, by path. */
const SCRIPTS = ["ours_page", "vanilla_page", "driver_page"];

async function bundle(name: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=browser",
      "--no-lock",
      new URL(`${name}.ts`, import.meta.url).href,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`cannot bundle ${name}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function base64(frames: readonly Uint8Array[]): string[] {
  return frames.map((frame) => frame.toBase64());
}

/** Plays the whole script against a real live session and keeps its frames. */
async function record(page: LivePage): Promise<string> {
  const steps: string[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    for (const { action } of STEPS) {
      const { down } = await page.click(action);
      if (down.length !== 1) throw new Error(`${action} was answered by ${down.length} frames`);
      steps.push(...base64(down));
    }
  }
  return JSON.stringify({ opening: base64(page.opening), steps });
}

function documentOf(head: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bench</title>${head}` +
    `</head><body>${body}</body></html>`;
}

/** A served site. */
export interface BenchSite extends AsyncDisposable {
  /** Address of the driver's page. */
  readonly url: string;
}

/** Makes the pages, records the frames and serves both. */
export async function serveSite(): Promise<BenchSite> {
  using page = new LivePage(tablePage(0));
  const { html } = page;
  const style = `<style>${STYLE}</style>`;
  const files = new Map<string, [type: string, text: string]>();
  const module = (path: string): string => `<script type="module" src="${path}"></script>`;
  for (const name of SCRIPTS) {
    files.set(`/${name}.js`, ["text/javascript", await bundle(name)]);
  }
  files.set("/client.js", ["text/javascript", client]);
  files.set("/recording.json", ["application/json", await record(page)]);
  files.set("/ours", [
    "text/html",
    documentOf(
      `${style}<meta name="vango" content="bench">${module("/ours_page.js")}${
        module("/client.js")
      }`,
      `<!--v0-->${html}<!--/v0-->`,
    ),
  ]);
  files.set("/vanilla", [
    "text/html",
    documentOf(style + module("/vanilla_page.js"), withoutMarks(html)),
  ]);
  const frame = (path: string): string =>
    `<iframe src="${path}" width="640" height="800"></iframe>`;
  files.set("/", [
    "text/html",
    documentOf(module("/driver_page.js"), frame("/vanilla") + frame("/ours")),
  ]);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const file = files.get(new URL(request.url).pathname);
    if (!file) return new Response("Not found", { status: 404 });
    const [type, text] = file;
    return new Response(text, {
      headers: { ...HEADERS, "content-type": `${type}; charset=utf-8` },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
