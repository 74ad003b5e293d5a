// What a phone's browser has and this machine's may not: fingers, a motor and a share sheet.
// It runs before the player's script, so that the handshake says so.
Object.defineProperties(navigator, {
  maxTouchPoints: { value: 5 },
  share: { value: () => Promise.resolve() },
  vibrate: { value: () => true },
});
