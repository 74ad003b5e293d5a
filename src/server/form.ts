/**
 * `POST /_vango/form`: a submitted form that has files. Its event comes over the socket and waits
 * in the page's mailbox until the form is here.
 *
 * @module
 */
import type { Context } from "hono";
import { UploadError } from "../live/uploads.ts";
import { isOwnPost } from "./guard.ts";
import type { Services } from "./services.ts";

/** Bytes of one form, files included, unless the app says otherwise: some photos. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Entries of one form: as many as a form without files may have. */
const MAX_ENTRIES = 1_000;

/** Milliseconds that one form may take to arrive: 16 MiB at 30 KB/s. */
const DEADLINE = 10 * 60_000;

/** Forms that arrive at the same time, of all pages: what they hold is in memory. */
const MAX_CONCURRENT = 32;

const ID = /^[\w-]{1,64}$/;

/** Takes forms for the pages of an app. */
export class FormEndpoint {
  readonly #services: Services;
  #arriving = 0;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * Answers 204 when the form is with its event. Checked before anything of the body is read:
   * origin, page token, the session of the cookie, size as far as it is stated.
   */
  async answer(c: Context): Promise<Response> {
    const { refusals, registry } = this.#services;
    const request = c.req.raw;
    if (request.method !== "POST") return c.text("Use POST", 405, { allow: "POST" });
    if (!await this.#isOurs(c)) {
      refusals.note("form");
      return c.text("Refused", 403);
    }
    const id = request.headers.get("vango-upload") ?? "";
    const type = request.headers.get("content-type") ?? "";
    if (!ID.test(id)) return c.text("No id", 400);
    if (!/^multipart\/form-data;/i.test(type)) return c.text("Expected a form", 415);
    const page = await this.#pageOf(request);
    const live = page === undefined ? undefined : registry.get(page);
    if (!live || this.#arriving >= MAX_CONCURRENT) {
      // The page may come back, here or on another server: the player tries again.
      return c.text("Try later", 503, { "retry-after": "1" });
    }
    const slot = live.uploads.begin(id);
    if (slot === "known") return c.body(null, 204);
    if (!slot) return c.text("Too many forms wait", 429);
    this.#arriving++;
    try {
      slot.arrived(await this.#read(request, type));
      return c.body(null, 204);
    } catch (error) {
      if (!(error instanceof UploadError)) {
        slot.lost();
        return c.text("Broken off", 400);
      }
      refusals.note("form");
      slot.failed(error);
      return c.text(error.message, error.code === "upload-too-large" ? 413 : 400);
    } finally {
      this.#arriving--;
    }
  }

  /** Whether a page of ours sends it, in the browser that it was made for. */
  async #isOurs(c: Context): Promise<boolean> {
    const request = c.req.raw;
    const { platform, origins = [] } = this.#services.options;
    const remoteAddress = platform?.remoteAddress(c.env);
    const secure = this.#services.isSecure(request, remoteAddress);
    if (!isOwnPost(request, origins, secure)) return false;
    const { sessions, tokens } = await this.#services.ready();
    const token = tokens.verify(request.headers.get("vango-page") ?? "");
    if (!token.ok) return false;
    using session = await sessions.open(request, { remoteAddress });
    return session.id === token.payload.s;
  }

  async #pageOf(request: Request): Promise<string | undefined> {
    const { tokens } = await this.#services.ready();
    const token = tokens.verify(request.headers.get("vango-page") ?? "");
    return token.ok ? token.payload.p : undefined;
  }

  /** @throws {UploadError} for a form that is too large or none. */
  async #read(request: Request, type: string): Promise<FormData> {
    const most = this.#services.options.uploads?.maxBytes ?? MAX_BYTES;
    const refuse = (): UploadError =>
      new UploadError("upload-too-large", `cannot take a form: it has more than ${most} bytes`);
    if (Number(request.headers.get("content-length") ?? 0) > most) throw refuse();
    if (!request.body) throw new UploadError("upload-malformed", "cannot take a form: it is empty");
    let failure: UploadError | undefined;
    let size = 0;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), DEADLINE);
    const counted = request.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          size += chunk.byteLength;
          if (size <= most) return controller.enqueue(chunk);
          failure = refuse();
          controller.error(failure);
        },
      }),
      { signal: late.signal },
    );
    let whole: ArrayBuffer;
    try {
      whole = await new Response(counted).arrayBuffer();
    } catch (error) {
      if (!late.signal.aborted) throw failure ?? error;
      throw new UploadError("upload-late", "cannot take a form: it has not arrived in time");
    } finally {
      clearTimeout(timer);
    }
    return await parse(whole, type);
  }
}

async function parse(whole: ArrayBuffer, type: string): Promise<FormData> {
  let form: FormData | undefined;
  try {
    form = await new Response(whole, { headers: { "content-type": type } }).formData();
  } catch {
    // What is no multipart body.
  }
  if (form && [...form.keys()].length <= MAX_ENTRIES) return form;
  throw new UploadError(
    "upload-malformed",
    "cannot take a form: it is broken or has too many fields",
  );
}
