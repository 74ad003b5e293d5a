/**
 * Forms with files: they come by HTTP, beside the socket, and meet their event here.
 *
 * ```
 * socket   EVENT 7 "u": "k3j9"          EVENT 8
 * HTTP     POST k3j9 ············· all there
 * mailbox  7 is next: it waits for k3j9 ├─ handler of 7 ─ handler of 8
 * ```
 *
 * The event keeps its place among the others, whichever of the two arrives first. Running it when
 * the form is there, out of its turn, was rejected: what the user did afterwards would come first.
 *
 * @module
 */
import { MAX_UPLOADS, UPLOAD_PATIENCE } from "./limits.ts";

/** Why a form did not come. */
export type UploadErrorCode = "upload-late" | "upload-too-large" | "upload-malformed";

/** A form with files that did not come whole; its event's handler does not run. */
export class UploadError extends Error {
  /** Name of the class. */
  override name = "UploadError";
  /** Names the kind of failure. */
  readonly code: UploadErrorCode;

  /** @param code What failed. @param message What could not be done. */
  constructor(code: UploadErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

interface Upload {
  readonly form: PromiseWithResolvers<FormData>;
  /** Whether its body is being read: then the event waits as long as that takes. */
  reading: boolean;
  settled: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Ids of forms that are over, so that one that is sent again is not kept. */
const REMEMBERED = 16;

/** The forms with files of one page. */
export class Uploads {
  readonly #uploads: Map<string, Upload> = new Map();
  readonly #over: string[] = [];
  #closed = false;

  /**
   * A form begins to arrive.
   *
   * @returns How to say what came of it; `"known"` when it has arrived before, `undefined` when too
   * many wait already.
   */
  begin(id: string): UploadSlot | "known" | undefined {
    if (this.#closed) return undefined;
    if (this.#over.includes(id)) return "known";
    const upload = this.#get(id);
    if (!upload) return undefined;
    if (upload.reading || upload.settled) return "known";
    upload.reading = true;
    clearTimeout(upload.timer);
    return {
      arrived: (form) => this.#settle(id, upload, () => upload.form.resolve(form)),
      failed: (error) => this.#settle(id, upload, () => upload.form.reject(error)),
      lost: () => {
        upload.reading = false;
        this.#arm(id, upload);
      },
    };
  }

  /**
   * The form of an event whose turn has come.
   *
   * @throws {UploadError} when it does not come; {@linkcode Uploads} sees to it that this is known
   * in bounded time.
   */
  async take(id: string): Promise<FormData> {
    const upload = this.#get(id);
    if (!upload) throw new UploadError("upload-late", "cannot take a form: too many wait already");
    try {
      return await upload.form.promise;
    } finally {
      this.#forget(id, upload);
    }
  }

  /** Nobody takes any more. */
  close(): void {
    this.#closed = true;
    for (const [id, upload] of this.#uploads) this.#forget(id, upload);
  }

  #get(id: string): Upload | undefined {
    let upload = this.#uploads.get(id);
    if (upload || this.#uploads.size >= MAX_UPLOADS) return upload;
    upload = { form: Promise.withResolvers(), reading: false, settled: false, timer: undefined };
    // An event that never asks must not make a failure an unhandled one.
    upload.form.promise.catch(() => {});
    this.#uploads.set(id, upload);
    this.#arm(id, upload);
    return upload;
  }

  /** Of form and event the one that is there waits for the other, but not for ever. */
  #arm(id: string, upload: Upload): void {
    clearTimeout(upload.timer);
    upload.timer = setTimeout(() => {
      upload.form.reject(new UploadError("upload-late", "cannot take a form: it did not arrive"));
      this.#forget(id, upload);
    }, UPLOAD_PATIENCE);
  }

  #settle(id: string, upload: Upload, settle: () => void): void {
    if (this.#closed || upload.settled) return;
    upload.settled = true;
    upload.reading = false;
    settle();
    if (this.#uploads.get(id) === upload) this.#arm(id, upload);
  }

  #forget(id: string, upload: Upload): void {
    clearTimeout(upload.timer);
    if (this.#uploads.get(id) !== upload) return;
    this.#uploads.delete(id);
    this.#over.push(id);
    if (this.#over.length > REMEMBERED) this.#over.shift();
  }
}

/** A form that is being read. */
export interface UploadSlot {
  /** It is here, whole. */
  arrived(form: FormData): void;
  /** It will not come. */
  failed(error: UploadError): void;
  /** The connection broke: the player may send it again. */
  lost(): void;
}
