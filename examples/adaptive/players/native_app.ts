/**
 * A native app, as far as the server can tell: the headless player over a real socket, with a
 * bearer token, native components and no browser.
 *
 * An app in Swift or Kotlin does the same in its own language: see `docs/protocol.md`.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@vango/vango";
import {
  Player,
  type PlayerElement,
  type PlayerFacts,
  type PlayerRecord,
  webSocketTransport,
} from "@vango/vango/player";

/** The two systems. */
export type NativePlatform = "ios" | "android";

/** What the phones say of themselves. */
const FACTS: Readonly<Record<NativePlatform, PlayerFacts>> = {
  ios: {
    platform: "ios",
    capabilities: { touch: true, haptics: true, camera: true, biometrics: true, nativeShare: true },
    screen: { width: 393, height: 852 },
  },
  android: {
    platform: "android",
    capabilities: { touch: true, haptics: true, camera: true, gps: true, nativeShare: true },
    screen: { width: 412, height: 915 },
  },
};

/** The same, in the header that comes with the request for a page. */
const CLIENT_HEADER: Readonly<Record<NativePlatform, string>> = {
  ios: "ios.393x852.100110011",
  android: "android.412x915.100111001",
};

/** Lines of the log that are kept. */
const LINES = 4;

/** An app that shows one page. */
export class NativeApp {
  readonly player: Player;
  /** Images that its native component has loaded, by their keys. */
  readonly images: ReadonlyMap<string, string>;
  readonly #changes = signal(0);
  readonly #log = signal<readonly string[]>([]);
  readonly #closing = new AbortController();

  private constructor(html: string, platform: NativePlatform, origin: string, token: string) {
    const images = new Map<string, string>();
    this.images = images;
    const headers = { authorization: `Bearer ${token}` };
    this.player = new Player(html, {
      facts: FACTS[platform],
      open: webSocketTransport(() =>
        // Deno's own option: a page in a browser cannot set headers.
        new WebSocket(
          origin.replace("http", "ws") + "/_vango/live",
          { headers } as unknown as string[],
        )
      ),
      components: {
        FastImage(props) {
          const { source, cacheKey } = props as { source: string; cacheKey: string };
          images.set(cacheKey, source);
        },
      },
      onRecord: (record) => this.#note(record),
    });
    // Asked again after whatever happens to the page.
    const changed = (): boolean => {
      this.#changes.value++;
      return false;
    };
    this.player.until(changed, this.#closing.signal).catch(() => {});
    this.player.connect();
  }

  /** Starts the app and loads its page. @throws {Error} when the server does not answer. */
  static async start(
    platform: NativePlatform,
    url: URL,
    signal: AbortSignal,
  ): Promise<NativeApp> {
    const headers = { "vango-client": CLIENT_HEADER[platform] };
    const response = await fetch(url, { headers, signal });
    const html = await response.text();
    signal.throwIfAborted();
    const token = response.headers.get("vango-session") ?? "";
    return new NativeApp(html, platform, url.origin, token);
  }

  /** Grows with everything that happens: whoever reads it draws the app again. */
  get changes(): ReadonlySignal<number> {
    return this.#changes;
  }

  /** What the server has asked of the system, the newest last. */
  get log(): ReadonlySignal<readonly string[]> {
    return this.#log;
  }

  /** The page's content. */
  get content(): PlayerElement | undefined {
    return this.player.findAll("main")[0];
  }

  close(): void {
    this.#closing.abort();
    this.player.close();
  }

  #note(record: PlayerRecord): void {
    const line = describe(record);
    if (line) this.#log.value = [...this.#log.value, line].slice(-LINES);
  }
}

function describe(record: PlayerRecord): string | undefined {
  if (record.kind === "native-view") return `0x50 ${record.component}`;
  if (record.kind !== "native") return undefined;
  const data = record.data as { kind?: string; title?: string };
  switch (record.what) {
    case "navigate":
      return "0x51 navigate";
    case "haptic":
      return `0x52 haptic: ${data.kind}`;
    case "share":
      return `0x53 share: ${data.title}`;
  }
}
