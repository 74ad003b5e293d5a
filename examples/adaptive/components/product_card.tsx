/**
 * The product card of the specification: one component, drawn as each player can.
 *
 * @module
 */
import {
  Card,
  type ControlEvent,
  type Ctx,
  onCleanup,
  type Renderable,
  signal,
} from "@vango/vango";
import { type Product, stock } from "../product.ts";

/** Milliseconds that the slide stays at its end, saying that it worked. */
const PRAISE = 900;

/** What both triggers are given. */
interface TriggerProps {
  readonly onadd: () => void;
}

/** For fingers: slide it to its end. It is a range input, so that keys and screen readers can. */
function SlideToAdd({ onadd }: TriggerProps): () => Renderable {
  const place = signal(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const move = ({ value }: ControlEvent): void => {
    place.value = Number(value);
    const isThere = place.value >= 90;
    if (isThere) onadd();
    clearTimeout(timer);
    timer = setTimeout(() => place.value = 0, isThere ? PRAISE : 0);
  };
  return () => (
    <label class={["slide", place.value >= 90 && "there"]}>
      <span>{place.value >= 90 ? "Added" : "Slide to add"}</span>
      <input type="range" min="0" max="100" value={place.value} onchange={move} />
    </label>
  );
}

/** For a mouse. */
function AddButton({ onadd }: TriggerProps): Renderable {
  return <button type="button" class="add" onclick={onadd}>Add to cart</button>;
}

/** The card. */
export function ProductCard(
  { product }: { readonly product: Product },
  ctx: Ctx,
): () => Renderable {
  const { client } = ctx;
  const cart = signal(0);
  const add = (): void => {
    if (stock.value === 0) return client.haptic("error");
    stock.value--;
    cart.value++;
    client.haptic("success");
  };
  const share = (): void =>
    client.share({ title: product.name, text: `${product.name}, ${product.price}` });

  // A native app loads and keeps the image itself; on the web this does nothing.
  if (client.isNative) {
    client.sendNative("FastImage", { source: product.imageUrl, cacheKey: product.id });
  }
  return () => {
    const Trigger = client.hasCapability("touch") ? SlideToAdd : AddButton;
    const isSmall = client.screenSize === "xs" || client.screenSize === "sm";
    return (
      <Card class="product">
        <img
          src={product.imageUrl}
          alt=""
          class={isSmall ? "image-wide" : "image-square"}
          data-native={product.id}
        />
        <div class="about">
          <h1>{product.name}</h1>
          <p class="price">{product.price}</p>
          <p class="blurb">{product.blurb}</p>
          <p class="stock">
            <b>{stock}</b> left{cart.value > 0 && <span>, {cart} in your cart</span>}
          </p>
          <div class="actions">
            <Trigger onadd={add} />
            {client.hasCapability("nativeShare") && (
              <button type="button" class="share" onclick={share}>Share</button>
            )}
          </div>
        </div>
      </Card>
    );
  };
}
