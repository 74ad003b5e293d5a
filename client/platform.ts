/**
 * What the server is told about the machine.
 *
 * @module
 */

export interface Platform {
  platform: string;
  capabilities: Record<string, boolean>;
  screen: { width: number; height: number };
}

/** The facts as they are now. */
export function describePlatform(): Platform {
  const has = (query: string): boolean => matchMedia(query).matches;
  const browser: object = navigator;
  const facts = {
    platform: /Electron|Tauri|Deno/.test(navigator.userAgent) || "__TAURI_INTERNALS__" in window
      ? "desktop"
      : "web",
    capabilities: {
      touch: navigator.maxTouchPoints > 0,
      hover: has("(any-hover:hover)"),
      keyboard: has("(any-pointer:fine)"),
      haptics: "vibrate" in browser,
      camera: "mediaDevices" in browser,
      gps: "geolocation" in browser,
      push: "PushManager" in window,
      biometrics: "PublicKeyCredential" in window,
      nativeShare: "share" in browser,
    },
    screen: { width: innerWidth, height: innerHeight },
  };
  // The next first paint fits at once: `src/ctx/client_facts.ts` reads it, in the order above.
  document.cookie = `vango_client=${facts.platform}.${innerWidth}x${innerHeight}.${
    Object.values(facts.capabilities).map(Number).join("")
  };path=/;max-age=31536000;samesite=lax`;
  return facts;
}
