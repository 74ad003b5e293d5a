import { assertEquals } from "@std/assert";

// The runtime warns once a process, so the server has one of its own.
Deno.test("a server that answers with pages says nothing of request signals on the console", async () => {
  const script = new URL("quiet_server.tsx", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", script],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([success, text(stdout), text(stderr)], [true, "served\n", ""]);
});
