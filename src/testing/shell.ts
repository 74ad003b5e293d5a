/**
 * A page as far as a browser has it when its script begins to run: async regions may still be on
 * their way.
 *
 * @module
 */
import { shownText } from "../player/query.ts";
import { parseDocument } from "../player/parse.ts";
import { TestingError } from "./errors.ts";

/** What ends the part of a document that its script can begin with. */
const SHELL_END = "<!--/v0-->";

/**
 * Reads a page up to the end of its shell; the rest is read behind its back.
 *
 * @param changed Called when the rest has ended.
 * @throws {TestingError} `mount` for anything but a live page.
 */
export async function readShell(
  url: URL,
  response: Response,
  changed: () => void,
): Promise<string> {
  const location = response.headers.get("location");
  if (location !== null) {
    throw new TestingError("mount", `cannot mount ${url.pathname}: it redirects to ${location}`);
  }
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let html = "";
  while (reader && !html.includes(SHELL_END)) {
    const { done, value } = await reader.read();
    if (done) break;
    html += decoder.decode(value, { stream: true });
  }
  if (!response.ok || !html.includes(SHELL_END) || !html.includes(`<meta name="vango"`)) {
    await reader?.cancel();
    throw new TestingError("mount", refusal(url, response, html));
  }
  void drain(reader!).then(changed);
  return html;
}

function refusal(url: URL, { status, headers, ok }: Response, body: string): string {
  const path = url.pathname + url.search;
  const type = headers.get("content-type") ?? "";
  const text = type.includes("html") ? shownText(parseDocument(body)) : body;
  const said = text === "" ? "nothing" : JSON.stringify(text.slice(0, 300));
  const why = !ok
    ? `it answered ${status}`
    : body.includes(SHELL_END)
    ? "its app has no platform, so its pages are not live; pass one to createVango"
    : "it is no page of createVango's";
  return `cannot mount ${path}: ${why}; it said ${said}`;
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // The live session has ended, and the response with it.
  }
}
