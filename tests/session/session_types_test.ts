import { assertEquals } from "@std/assert";
import type { Session } from "../../src/contract/session.ts";
import { startCluster } from "./fixture.ts";

interface Schema {
  theme: "light" | "dark";
  cart: readonly number[];
}

Deno.test("Session with a schema checks keys and values when it is compiled", async () => {
  await using cluster = startCluster();
  const open = await cluster.nodes[0]!.open(new Request("http://localhost/"));
  const session = open as unknown as Session<Schema>;
  session.set("theme", "dark");
  const theme: "light" | "dark" | undefined = session.get("theme");
  assertEquals(theme, "dark");
  const cart = session.signal("cart", []);
  cart.value = [...cart.value, 1];
  assertEquals(session.get("cart"), [1]);
  // @ts-expect-error: not one of the theme's values
  session.set("theme", "blue");
  // @ts-expect-error: not one of the schema's keys
  session.set("card", []);
  // @ts-expect-error: not what a cart begins with
  session.signal("cart", "empty");
});

Deno.test("Session without a schema takes any key, and signals take their initial value's type", async () => {
  await using cluster = startCluster();
  const session: Session = await cluster.nodes[0]!.open(new Request("http://localhost/"));
  const count = session.signal("count", 0);
  count.value++;
  // @ts-expect-error: it began as a number
  assertEquals((count.value = "1", session.get("count")), "1");
});
