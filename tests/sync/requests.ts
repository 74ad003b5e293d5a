/** What a device of Ana's asks, as it stands in the body of a request. */

/** Who asks: the first fields of every request. */
export const ASKER = {
  protocol: 1,
  schema: 0,
  user: "ana",
  scope: "",
  clientId: "client-a",
  epoch: null,
} as const;

/** Asks for everything, for the first time. */
export const PULL = { ...ASKER, cursor: null, view: "", limit: 100 } as const;
