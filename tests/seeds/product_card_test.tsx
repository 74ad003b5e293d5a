import { assert, assertEquals } from "@std/assert";
import { mount, type MountOptions } from "@vango/vango/testing";
import { type Product, ProductCard } from "./product_card.tsx";
import { exampleApp } from "./rig.ts";

const LAMP: Product = { id: "lamp-7", name: "Lamp", imageUrl: "/lamp.avif" };

function openCard(options: MountOptions) {
  return mount(
    exampleApp(() => (
      <main>
        <ProductCard product={LAMP} />
      </main>
    )).app,
    "/",
    options,
  );
}

Deno.test("on the web with a mouse the product card has a button and a large image", async () => {
  await using view = await openCard({ platform: "web" });
  assertEquals(view.text("button.add"), "Add Lamp");
  assert(!view.has(".swipe"));
  assertEquals(view.find("img").get("class"), "w-64 h-64");
  await view.click("button.add");
  assertEquals(view.text("output"), "1");
  assertEquals(view.recordsOf("native-view"), []);
});

Deno.test("on a phone's browser it is swiped, with an image as wide as the screen", async () => {
  await using view = await openCard({
    screen: { width: 390, height: 844 },
    capabilities: { touch: true },
  });
  assertEquals(view.text(".swipe"), "Swipe to add Lamp");
  assert(!view.has("button.add"));
  assertEquals(view.find("img").get("class"), "w-full h-48");
  assertEquals(view.recordsOf("native-view"), []);
});

for (const platform of ["ios", "android"] as const) {
  Deno.test(`in an ${platform} app it loads its image by a native component, and is felt`, async () => {
    await using view = await openCard({ platform });
    assertEquals(view.recordsOf("native-view").map(({ component, data }) => [component, data]), [
      ["FastImage", { source: "/lamp.avif", cacheKey: "lamp-7" }],
    ]);
    await view.click(".swipe");
    assertEquals(view.text("output"), "1");
    assertEquals(view.recordsOf("native").map(({ what, data }) => [what, data]), [
      ["haptic", { kind: "success", pattern: [10, 50, 20] }],
    ]);
  });
}

Deno.test("the image's class follows the width, at the limits that the specification names", async () => {
  await using view = await openCard({ screen: { width: 767, height: 800 } });
  assertEquals(view.find("img").get("class"), "w-full h-48");
  await view.change({ screen: { width: 768, height: 800 } });
  assertEquals(view.find("img").get("class"), "w-64 h-64");
  await view.click("button.add");
  await view.change({ screen: { width: 500, height: 800 } });
  assertEquals(view.find("img").get("class"), "w-full h-48");
  assertEquals(view.text("output"), "1");
});

Deno.test("a mouse that is unplugged from a touch screen makes the button a swipe", async () => {
  await using view = await openCard({ capabilities: { hover: true, keyboard: true } });
  assert(view.has("button.add"));
  await view.change({ capabilities: { touch: true } });
  assert(view.has(".swipe") && !view.has("button.add"));
});
