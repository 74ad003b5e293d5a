/**
 * The page that all four players play.
 *
 * @module
 */
import { type Ctx, type Renderable, Script, Title } from "@vango/vango";
import { LAMP } from "../product.ts";
import { ProductCard } from "./product_card.tsx";

/** What the server knows of its player: each of these parts renders again when it changes. */
function Facts(_: unknown, { client }: Ctx): () => Renderable {
  return () => (
    <footer class="facts">
      <span>{client.platform}</span>
      <span>{client.screenSize}</span>
      <span>{client.hasCapability("touch") ? "touch" : "mouse"}</span>
    </footer>
  );
}

/** The page. `?device=phone` makes it pretend to be on a phone, for the exhibit. */
export function ProductPage({ url }: Ctx): Renderable {
  return (
    <main class="shop">
      <Title>{LAMP.name}</Title>
      {url.searchParams.get("device") === "phone" && <Script src="/assets/phone.js" />}
      <ProductCard product={LAMP} />
      <Facts />
    </main>
  );
}
