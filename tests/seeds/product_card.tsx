/**
 * The specification's 16.3 usage example: one product card for every player.
 *
 * @module
 */
import { Card, type Ctx, type Renderable, signal } from "@vango/vango";

/** A product. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly imageUrl: string;
}

/** What both triggers do. */
interface TriggerProps {
  readonly product: Product;
  readonly onadd: () => void;
}

/** For fingers: the app's player adds on a swipe, and says so as a click. */
const SwipeToAdd = ({ product, onadd }: TriggerProps) => (
  <div role="button" tabindex={0} class="swipe" data-swipe="right" onclick={onadd}>
    Swipe to add {product.name}
  </div>
);

const ButtonAdd = ({ product, onadd }: TriggerProps) => (
  <button type="button" class="add" onclick={onadd}>Add {product.name}</button>
);

/** The card. */
export function ProductCard(
  { product }: { readonly product: Product },
  ctx: Ctx,
): () => Renderable {
  const { client } = ctx;
  const added = signal(0);
  const add = () => {
    added.value++;
    client.haptic("success");
  };
  // Better for a native app than an image in markup.
  if (client.isNative) {
    client.sendNative("FastImage", { source: product.imageUrl, cacheKey: product.id });
  }
  return () => {
    const Trigger = client.hasCapability("touch") ? SwipeToAdd : ButtonAdd;
    const small = client.screenSize === "xs" || client.screenSize === "sm";
    return (
      <Card>
        <img
          src={product.imageUrl}
          alt={product.name}
          class={small ? "w-full h-48" : "w-64 h-64"}
        />
        <h3>{product.name}</h3>
        <Trigger product={product} onadd={add} />
        <output>{added}</output>
      </Card>
    );
  };
}
