/**
 * One page, four players side by side.
 *
 * @module
 */
import {
  type Ctx,
  ErrorCard,
  onMount,
  type Page,
  type Renderable,
  signal,
  Skeleton,
} from "@vango/vango";
import { NativeApp, type NativePlatform } from "../players/native_app.ts";
import { stock } from "../product.ts";
import { NativeScreen } from "./native_screen.tsx";

const PRODUCT = "/product";

/** What a device's frame is given. */
interface FrameProps {
  readonly kind: "ios" | "android" | "phone" | "desktop";
  readonly name: string;
  readonly note: Renderable;
  readonly children: Renderable;
}

function Frame({ kind, name, note, children }: FrameProps): Renderable {
  return (
    <figure class={["device", kind]}>
      <div class="frame">{children}</div>
      <figcaption>
        <h2>{name}</h2>
        {note}
      </figcaption>
    </figure>
  );
}

/** The bar above every phone's screen. */
function StatusBar(): Renderable {
  return (
    <div class="status-bar" aria-hidden="true">
      <span>9:41</span>
      <i class="camera" />
      <span class="battery" />
    </div>
  );
}

/** What the card asks of its player, and what comes of it. */
function Asks(): Renderable {
  return (
    <dl class="asks" aria-label="What the card asks of its player">
      <div>
        <dt>
          <code>client.isNative</code>
        </dt>
        <dd>the app's own image component</dd>
      </div>
      <div>
        <dt>
          <code>client.hasCapability("touch")</code>
        </dt>
        <dd>a slide, or else a button</dd>
      </div>
      <div>
        <dt>
          <code>client.screenSize</code>
        </dt>
        <dd>a wide image, or a square one</dd>
      </div>
    </dl>
  );
}

/** What an exhibit of native apps needs to know. */
interface DeviceProps {
  readonly platform: NativePlatform;
  readonly name: string;
  /** Where the server is, as seen from itself: never what a visitor's request says. */
  readonly origin: () => string;
}

/** A phone with a native app: it starts when somebody looks, and ends with the page. */
function NativeDevice({ platform, name, origin }: DeviceProps): () => Renderable {
  const app = signal<NativeApp | undefined>(undefined, { durable: false });
  const failed = signal(false, { durable: false });
  onMount(() => {
    const leaving = new AbortController();
    NativeApp.start(platform, new URL(PRODUCT, origin()), leaving.signal)
      .then((started) => app.value = started)
      .catch(() => failed.value = !leaving.signal.aborted);
    return () => {
      leaving.abort();
      app.peek()?.close();
    };
  });
  return () => {
    const log = app.value?.log.value ?? [];
    const note = (
      <ol class="log" aria-label={`What ${name} was asked for`}>
        {log.length === 0 && <li class="quiet">nothing yet</li>}
        {log.map((line, i) => (
          <li key={i}>
            <code>{line}</code>
          </li>
        ))}
      </ol>
    );
    return (
      <Frame kind={platform} name={name} note={note}>
        <StatusBar />
        <p class="app-bar" aria-hidden="true">Shop</p>
        {failed.value
          ? <ErrorCard title="The app could not start" message="Is the server reachable?" />
          : app.value
          ? <NativeScreen app={app.value} />
          : <Skeleton class="starting" lines={4} />}
        <i class="home" aria-hidden="true" />
      </Frame>
    );
  };
}

/** Makes the exhibit. @param origin Where the server is, as seen from itself. */
export function createExhibit(origin: () => string): Page {
  return function Exhibit(_: Ctx): () => Renderable {
    return () => (
      <main class="exhibit">
        <header>
          <div>
            <h1>One card, four players</h1>
            <p>
              The same component, rendered on the server for whoever plays it. Buy in one; the
              others follow.
            </p>
          </div>
          <p class="left">
            <b>{stock}</b>
            <span>in stock</span>
            <button type="button" onclick={() => stock.value = 24}>Refill</button>
          </p>
        </header>
        <div class="devices">
          <Frame
            kind="desktop"
            name="Browser, desktop"
            note={
              <>
                <p>
                  A mouse, so a button; room, so a square image. <code>sendNative</code>{" "}
                  sends nothing here.
                </p>
                <Asks />
              </>
            }
          >
            <div class="window-bar" aria-hidden="true">
              <i />
              <i />
              <i />
              <span>shop.example{PRODUCT}</span>
            </div>
            <iframe title="The card in a desktop browser" src={PRODUCT} />
          </Frame>
          <Frame
            kind="phone"
            name="Browser, phone"
            note={
              <p>
                Fingers, so a slide; 390 pixels, so a wide image. A haptic is{" "}
                <code>navigator.vibrate</code>.
              </p>
            }
          >
            <StatusBar />
            <iframe title="The card in a phone's browser" src={PRODUCT + "?device=phone"} />
            <i class="home" aria-hidden="true" />
          </Frame>
          <NativeDevice platform="ios" name="iOS app" origin={origin} />
          <NativeDevice platform="android" name="Android app" origin={origin} />
        </div>
      </main>
    );
  };
}
