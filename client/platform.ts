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

/** What was told last. */
let told: Platform;

/** Capabilities whose use was refused: a camera that may not be used is none. */
const denied: Record<string, boolean> = {};

/** The facts as they are now, for a handshake. */
export function describePlatform(): Platform {
  const has = (query: string): boolean => matchMedia(query).matches;
  const browser: object = navigator;
  told = {
    // The page may say it itself: not every shell around a web view leaves a trace in it.
    platform: document.documentElement.dataset.vangoPlatform ??
      (/Electron|Tauri/.test(navigator.userAgent) || "__TAURI_INTERNALS__" in window
        ? "desktop"
        : "web"),
    capabilities: {
      touch: navigator.maxTouchPoints > 0,
      hover: has("(any-hover:hover)"),
      keyboard: has("(any-pointer:fine)"),
      haptics: "vibrate" in browser,
      camera: "mediaDevices" in browser && !denied.camera,
      gps: "geolocation" in browser && !denied.gps,
      push: "PushManager" in window && !denied.push,
      biometrics: "PublicKeyCredential" in window,
      nativeShare: "share" in browser,
    },
    screen: { width: innerWidth, height: innerHeight },
  };
  // The next first paint fits at once: `src/ctx/client_facts.ts` reads it, in the order above.
  document.cookie = `vango_client=${told.platform}.${innerWidth}x${innerHeight}.${
    Object.values(told.capabilities).map(Number).join("")
  };path=/;max-age=31536000;samesite=lax`;
  return told;
}

/** The facts that are different from what was told, if any are. */
export function platformChanges(): Partial<Platform> | undefined {
  const before = told;
  const { capabilities, screen } = describePlatform();
  const changed = Object.entries(capabilities)
    .filter(([name, value]) => before.capabilities[name] !== value);
  const { width, height } = before.screen;
  const resized = width !== screen.width || height !== screen.height;
  if (!resized && !changed[0]) return undefined;
  return {
    ...changed[0] && { capabilities: Object.fromEntries(changed) },
    ...resized && { screen },
  };
}

/** Calls back when the facts may have changed. */
export function watchPlatform(changed: () => void): void {
  let timer: ReturnType<typeof setTimeout>;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(changed, 200);
  });
  for (const query of ["hover:hover", "pointer:fine", "pointer:coarse"]) {
    matchMedia(`(any-${query})`).addEventListener("change", changed);
  }
  const permissions = { camera: "camera", gps: "geolocation", push: "notifications" };
  for (const [capability, name] of Object.entries(permissions)) {
    // Not every browser knows every name.
    navigator.permissions?.query({ name: name as PermissionName }).then((status) => {
      const note = (): void => {
        denied[capability] = status.state === "denied";
        changed();
      };
      status.onchange = note;
      note();
    }).catch(() => {});
  }
}

/** Calls back when the device is on another network than before, where the browser tells. */
export function watchNetwork(changed: () => void): void {
  const { connection } = navigator as { connection?: EventTarget & { type?: string } };
  let before = connection?.type;
  // It also tells of every new estimate of the network's speed.
  connection?.addEventListener("change", () => {
    const { type } = connection;
    if (type !== before) changed();
    before = type;
  });
}
