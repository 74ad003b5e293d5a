/**
 * Who may come in to a device process. Its address is on this machine alone, but so are other
 * programs, other people's accounts, and every web page that is open in its browser.
 *
 * - The host must be this machine by name: a page whose name was pointed here afterwards (DNS
 *   rebinding) comes with its own.
 * - The browser must have been let in by the address with the key, which only the owner was shown;
 *   it then has a cookie that no page of another site can use.
 */

/** Where the key stands in the address that the owner opens. */
const PARAMETER = "vango-key";

/** Answers what may not come in, and lets the rest through. */
export class DeviceDoor {
  readonly #key: string = crypto.randomUUID() + crypto.randomUUID();
  #port = 0;

  /** Opens it. @returns The address for the owner, which lets a browser in. */
  open(port: number): string {
    this.#port = port;
    return `http://localhost:${port}/?${PARAMETER}=${this.#key}`;
  }

  /** `undefined` lets the request through. */
  refuse(request: Request): Response | undefined {
    const url = new URL(request.url);
    const { hostname, port } = url;
    const isHere = hostname === "localhost" || hostname === "127.0.0.1";
    if (!isHere || Number(port || 80) !== this.#port) return closed("Bad host", 400);
    if (url.searchParams.get(PARAMETER) === this.#key) {
      url.searchParams.delete(PARAMETER);
      const cookie = `${this.#cookie}=${this.#key}; Path=/; HttpOnly; SameSite=Strict`;
      const location = url.pathname + url.search;
      return new Response(null, { status: 303, headers: { location, "set-cookie": cookie } });
    }
    const cookies = (request.headers.get("cookie") ?? "").split(/; */);
    if (cookies.includes(`${this.#cookie}=${this.#key}`)) return undefined;
    return closed("Open the address that the device has shown", 403);
  }

  /** Cookies are not kept apart by port. */
  get #cookie(): string {
    return `vango_device_${this.#port}`;
  }
}

function closed(text: string, status: number): Response {
  return new Response(text, { status, headers: { "cache-control": "no-store" } });
}
