/**
 * The compared page written by hand: strings and one stream.
 *
 * @module
 */
import { LINKS, load, type Pace, type Region, REGIONS } from "./data.ts";

const SWAP = "<script>function $r(i){var t=document.getElementById('t'+i);" +
  "document.getElementById('p'+i).replaceWith(t.content);t.remove()}</script>";

const SPECIAL = /[&<>"']/;
const ENTITIES: readonly (readonly [string, string])[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
];

/** Escapes text: one look for the usual text, a pass for each entity for the rest. */
function escape(text: string): string {
  if (!SPECIAL.test(text)) return text;
  for (const [character, entity] of ENTITIES) text = text.replaceAll(character, entity);
  return text;
}

function shell(): string {
  let html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Streamed</title>` +
    `</head><body><main><header class="top"><h1>Streamed</h1><nav><ul>`;
  for (const link of LINKS) html += `<li><a href="/${escape(link)}">${escape(link)}</a></li>`;
  html += `</ul></nav></header><div class="grid">`;
  for (const { id, title } of REGIONS) {
    html += `<div id="p${id}"><p class="loading">Loading ${escape(title)}…</p></div>`;
  }
  return html + `</div><footer><p>The end</p></footer></main>${SWAP}`;
}

function view({ id, title, rows }: Region): string {
  let html = `<template id="t${id}"><section class="card"><h2>${escape(title)}</h2><ul>`;
  for (const { name, value } of rows) {
    html += `<li><span>${escape(name)}</span><b>${value}</b></li>`;
  }
  return html + `</ul></section></template><script>$r(${id})</script>`;
}

const encoder = new TextEncoder();

/** The page: the shell, then each region when it is there. */
export function page(pace: Pace): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller): Promise<void> {
      controller.enqueue(encoder.encode(shell()));
      await Promise.all(REGIONS.map(async (region) => {
        controller.enqueue(encoder.encode(view(await load(region, pace))));
      }));
      controller.enqueue(encoder.encode("</body></html>"));
      controller.close();
    },
  });
}
