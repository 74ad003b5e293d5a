/** The adaptive example in a real Chromium: two browsers in frames, two native apps beside them. */
import { assertEquals } from "@std/assert";
import { serve } from "@vango/vango/deno";
import { createApp } from "../../examples/adaptive/app.tsx";
import { openChromium } from "../browser/chromium.ts";

Deno.test("the adaptive example shows one card in four players, and a sale in one is seen in all", async () => {
  const app = await createApp(() => `http://127.0.0.1:${server.port}`);
  const server = serve(app, { port: 0, hostname: "127.0.0.1", signals: false, onListen: () => {} });
  const chromium = await openChromium();
  try {
    const tab = await chromium.newPage();
    const problems: string[] = [];
    tab.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
    });
    tab.on("pageerror", (error) => problems.push(String(error)));
    await tab.setViewportSize({ width: 1440, height: 900 });
    await tab.goto(`http://127.0.0.1:${server.port}/`);
    const desktop = tab.frameLocator(".desktop iframe");
    const phone = tab.frameLocator(".phone iframe");
    const ios = tab.locator(".device.ios");
    const android = tab.locator(".device.android");
    const facts = async (player: typeof desktop | typeof ios) =>
      await player.locator(".facts span").allTextContents();

    // Each is what it says it is, and the card fits it.
    await phone.locator(".slide input").waitFor();
    await ios.locator(".slide input").waitFor();
    await android.locator(".slide input").waitFor();
    await desktop.locator("button.add").waitFor();
    assertEquals(await facts(phone), ["web", "xs", "touch"]);
    assertEquals(await facts(ios), ["ios", "xs", "touch"]);
    assertEquals(await facts(android), ["android", "xs", "touch"]);
    assertEquals(await facts(desktop), ["web", "md", "mouse"]);
    assertEquals(await desktop.locator("img").getAttribute("class"), "image-square");
    assertEquals(await phone.locator("img").getAttribute("class"), "image-wide");
    assertEquals(await desktop.locator("small").count(), 0);
    for (const native of [ios, android]) {
      assertEquals(await native.locator("small").textContent(), "FastImage");
      assertEquals(await native.locator(".log li").allTextContents(), ["0x50 FastImage"]);
    }

    // A sale in each; all of them count down.
    const left = async (expected: number) => {
      for (const player of [desktop, phone, ios, android]) {
        await player.locator(".stock", { hasText: `${expected} left` }).waitFor();
      }
      assertEquals(await tab.locator(".left b").textContent(), String(expected));
    };
    await left(24);
    await desktop.locator("button.add").click();
    await left(23);
    await phone.locator(".slide input").fill("100");
    await left(22);
    await ios.locator(".slide input").fill("100");
    await left(21);
    await android.locator(".slide input").fill("40");
    await android.locator(".slide input").fill("95");
    await left(20);
    await ios.locator(".log li", { hasText: "0x52 haptic: success" }).waitFor();
    await ios.locator("button.share").click();
    await ios.locator(".log li", { hasText: "0x53 share: Lumen desk lamp" }).waitFor();
    // What an app is asked for is not told to the other.
    assertEquals(await android.locator(".log li").allTextContents(), [
      "0x50 FastImage",
      "0x52 haptic: success",
    ]);
    await ios.locator(".slide span", { hasText: "Slide to add" }).waitFor();
    await android.locator(".slide span", { hasText: "Slide to add" }).waitFor();
    const picture = Deno.env.get("VANGO_SCREENSHOT");
    if (picture) await tab.screenshot({ path: picture });
    assertEquals(problems, []);
  } finally {
    await chromium[Symbol.asyncDispose]();
    // Ends the exhibit, and with it its apps: the test fails if one of their sockets stays.
    await server.shutdown();
  }
});
