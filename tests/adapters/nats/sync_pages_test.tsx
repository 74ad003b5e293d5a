import type { Page } from "@vango/vango";
import { defaultSyncStore } from "@vango/vango/deno";
import { assertEquals } from "@std/assert";
import { startNode } from "../../server/node.ts";
import { Note } from "../../server/note_page.tsx";
import { Browser } from "../../server/visitor.ts";
import { startNatsServer } from "./nats_server.ts";

const pages: Record<string, Page> = { "/": (() => <Note />) as unknown as Page };

Deno.test("pages at two servers of a cluster see each other's writes live, over NATS", async () => {
  await using nats = await startNatsServer();
  const env = (name: string) => name === "NATS_URL" ? nats.url : undefined;
  const places = await Promise.all([defaultSyncStore({ env }), defaultSyncStore({ env })]);
  const [first, second] = places.map((place) =>
    startNode(pages, { sync: { ...place, identify: () => ({ userId: "ana" }) } })
  );
  try {
    using here = await new Browser().open(first!.origin);
    using there = await new Browser().open(second!.origin);
    await here.clicked("#write");
    await there.until(() => there.text("#note") === "x");
    await there.clicked("#write");
    await here.until(() => here.text("#note") === "xx");
    assertEquals([...first!.errors, ...second!.errors], []);
  } finally {
    await first![Symbol.asyncDispose]();
    await second![Symbol.asyncDispose]();
    for (const place of places) await place.close();
  }
});
