/** Reads a request's JSON, within bounds. */

import { SyncRefusal } from "../authority/policy.ts";

/**
 * @throws {SyncRefusal} `too-large` as soon as the body passes `most` bytes, whatever length it
 * declared; `bad-request` when it is not JSON
 */
export async function readJson(request: Request, most: number): Promise<unknown> {
  // A form or plain text could be sent by any site without asking first.
  const type = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new SyncRefusal("bad-request", "Cannot read the request: it is not application/json");
  }
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(most);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.byteLength;
      if (length > most) throw tooLarge(most);
      text += decoder.decode(chunk, { stream: true });
    }
    return JSON.parse(text + decoder.decode());
  } catch (cause) {
    if (cause instanceof SyncRefusal) throw cause;
    throw new SyncRefusal("bad-request", "Cannot read the request: it is not JSON", {}, { cause });
  }
}

function tooLarge(most: number): SyncRefusal {
  return new SyncRefusal("too-large", `Cannot take the request: over ${most} bytes; send less`);
}
