/**
 * Draws what a headless player has, as a native app would: from its tree, control by control.
 *
 * @module
 */
import type { Renderable } from "@vango/vango";
import type { PlayerElement, PlayerNode } from "@vango/vango/player";
import type { NativeApp } from "../players/native_app.ts";

/** The screen of an app: what its page shows, in controls of the system. */
export function NativeScreen({ app }: { readonly app: NativeApp }): () => Renderable {
  return () => {
    // Whatever happens to the player draws it again.
    app.changes.value;
    const { content } = app;
    return <div class="native-content">{content ? drawAll(content, app) : null}</div>;
  };
}

function drawAll(element: PlayerElement, app: NativeApp): Renderable[] {
  return [...element].map((node) => draw(node, app));
}

function draw(node: PlayerNode, app: NativeApp): Renderable {
  if (node.type === "comment") return null;
  if (node.type === "text") return node.data;
  const style = "native " + (node.get("class") ?? "");
  switch (node.tag) {
    case "img":
      return <NativeImage key={keyOf(node)} element={node} app={app} />;
    case "button":
      return (
        <button
          key={keyOf(node)}
          type="button"
          class={style}
          onclick={() => app.player.user.click(node)}
        >
          {drawAll(node, app)}
        </button>
      );
    case "input":
      return (
        <input
          key={keyOf(node)}
          type="range"
          min="0"
          max="100"
          aria-label="Slide to add"
          value={app.player.user.valueOf(node) as string}
          onchange={({ value }) => app.player.user.fill(node, value)}
        />
      );
    case "h1":
      return <p key={keyOf(node)} class="native title">{drawAll(node, app)}</p>;
    case "p":
      return <p key={keyOf(node)} class={style}>{drawAll(node, app)}</p>;
    case "b":
    case "span":
      return <span key={keyOf(node)} class={style}>{drawAll(node, app)}</span>;
    default:
      return <div key={keyOf(node)} class={style}>{drawAll(node, app)}</div>;
  }
}

/** The image that the native component has loaded, if the server has sent one. */
function NativeImage(
  { element, app }: { readonly element: PlayerElement; readonly app: NativeApp },
): () => Renderable {
  return () => {
    app.changes.value;
    const loaded = app.images.get(element.get("data-native") ?? "");
    return (
      <div class="native image">
        <img src={loaded ?? element.get("src") ?? ""} alt="" />
        {loaded && <small>FastImage</small>}
      </div>
    );
  };
}

const keys = new WeakMap<PlayerElement, string>();
let nextKey = 0;

/** Names an element for as long as it lives, so that its drawing stays, too. */
function keyOf(element: PlayerElement): string {
  let key = keys.get(element);
  if (key === undefined) keys.set(element, key = String(++nextKey));
  return key;
}
