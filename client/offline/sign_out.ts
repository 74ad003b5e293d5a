/**
 * Log-out by `<form data-sign-out>` or `<a data-sign-out>`: what waits is sent before, the data is
 * removed, and the server is told; later, when it cannot be reached now.
 *
 * @module
 */
import { keepSignOut, type SignOut } from "./account.ts";
import { ACCOUNT_PATH, CACHE, SIGN_OUT_TAG } from "./names.ts";

/** Milliseconds that the server has to say that it is there. */
const PATIENCE = 4_000;

/** What a log-out needs of the page. */
export interface Leaving {
  /** Whether there is somebody to sign out. */
  isHere(): boolean;
  /**
   * Sends what waits and removes the user's data.
   *
   * @returns How many transactions could not be sent; then nothing is removed, but with `discard`
   */
  remove(discard: boolean): Promise<number>;
  /** From now on nobody's data is shown here, nor in other tabs. */
  forget(): Promise<void>;
}

/** Takes over every log-out of the page. */
export function watchSignOut(leaving: Leaving): void {
  for (const type of ["click", "submit"]) {
    addEventListener(type, (event) => signOut(event, leaving), true);
  }
}

function signOut(event: Event, leaving: Leaving): void {
  const element = (event.target as Element).closest<HTMLElement>("[data-sign-out]");
  const isForm = element?.localName === "form";
  if (!element || !leaving.isHere() || (event.type === "submit") !== isForm) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave(element, leaving).then((gone) => {
    if (!gone) return;
    if (isForm) (element as HTMLFormElement).submit();
    else location.href = (element as HTMLAnchorElement).href;
  });
}

/** Whether nothing is left on this device of the user who signs out. */
async function leave(element: HTMLElement, leaving: Leaving): Promise<boolean> {
  const unsent = await leaving.remove(false);
  if (unsent > 0) {
    const discard = async (): Promise<void> => {
      await leaving.remove(true);
      await finish(element, leaving);
    };
    const asks = document.dispatchEvent(
      new CustomEvent("vango:unsent", { cancelable: true, detail: { unsent, discard } }),
    );
    if (!asks || !confirm(`Discard ${unsent} unsent change${unsent > 1 ? "s" : ""}?`)) return false;
    await leaving.remove(true);
  }
  await finish(element, leaving);
  return true;
}

async function finish(element: HTMLElement, leaving: Leaving): Promise<void> {
  const request = requestOf(element);
  // Only this app's server can be told from here.
  if (new URL(request.url).origin === location.origin && !await isReached()) {
    await keepSignOut(request);
    // An extra of Chromium's: also when no page is open then.
    const worker = await navigator.serviceWorker.getRegistration();
    await (worker as { sync?: SyncManager } | undefined)?.sync?.register(SIGN_OUT_TAG)
      .catch(() => {});
  }
  await leaving.forget();
  await caches.delete(CACHE);
}

/** What is used of the interface of that name, which the types of the DOM lack. */
interface SyncManager {
  register(tag: string): Promise<void>;
}

async function isReached(): Promise<boolean> {
  const signal = AbortSignal.timeout(PATIENCE);
  return await fetch(ACCOUNT_PATH, { cache: "no-store", signal })
    .then(({ ok }) => ok, () => false);
}

/** What the element would send. */
function requestOf(element: HTMLElement): SignOut {
  if (element.localName !== "form") return { url: (element as HTMLAnchorElement).href };
  const form = element as HTMLFormElement;
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)] as const);
  if (form.method === "post") return { url: form.action, fields };
  const url = new URL(form.action);
  url.search = String(new URLSearchParams(fields.map(([...pair]) => pair)));
  return { url: url.href };
}
