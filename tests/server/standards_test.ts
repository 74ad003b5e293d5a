import { assertEquals } from "@std/assert";

Deno.test("an app renders, goes live and keeps sessions where there is no Deno and no Node (law L8)", async () => {
  const worker = new Worker(new URL("./standards_worker.tsx", import.meta.url), { type: "module" });
  try {
    const said = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    });
    assertEquals(said, { shown: ["2", "late", "2"], whole: true, left: false });
  } finally {
    worker.terminate();
  }
});
