export function assert(x: unknown, m?: string): asserts x { if (!x) throw new Error(m); }
