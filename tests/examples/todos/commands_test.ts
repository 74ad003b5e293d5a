/** The two commands of the README, as somebody starts them. */
import { assertEquals } from "@std/assert";
import { Child } from "../../adapters/deno/child.ts";
import { Browser, type Tab } from "../../server/visitor.ts";

const FOLDER = new URL("../../../examples/todos/", import.meta.url);

function start(script: string, data: string, args: string[] = [], port = "0"): Child {
  const { pathname } = new URL(script, FOLDER);
  return new Child(["run", "-A", "--no-check", pathname, ...args], {
    PORT: port,
    VANGO_DATA: data,
  });
}

/** Ana's todos on a device of its own, in a browser that its address has let in. */
async function visit(device: Child): Promise<Tab> {
  const [, address] = await device.says(/kept on this device: (\S+)/);
  const browser = new Browser();
  const response = await browser.fetch(address!, { redirect: "manual" });
  await response.body?.cancel();
  return await browser.open(new URL(address!).origin, "/all");
}

async function add(tab: Tab, title: string): Promise<void> {
  tab.player.user.type("form.add input", title);
  tab.player.user.submit("form.add");
  await tab.until(() => titles(tab).includes(title));
}

function titles(tab: Tab): string[] {
  return tab.player.findAll(".todo .title").map(({ text }) => text).sort();
}

Deno.test("the todo list's commands: two devices beside a server that dies and comes back", async () => {
  const directory = await Deno.makeTempDir();
  const data = (name: string) => `${directory}/${name}`;
  try {
    await using devices = new AsyncDisposableStack();
    let port: string;
    const open = async (name: string) => {
      const args = ["ana", `http://127.0.0.1:${port}`];
      return devices.use(await visit(devices.use(start("device.ts", data(name), args))));
    };
    let phone: Tab;
    let laptop: Tab;
    {
      await using server = start("main.tsx", data("server"));
      [, port = ""] = await server.says(/http:\/\/\S+?:(\d+)/);
      [phone, laptop] = [await open("phone"), await open("laptop")];
      await add(phone, "Buy milk");
      await laptop.until(() => titles(laptop).includes("Buy milk"));
      await server.end("SIGKILL");
    }
    await add(laptop, "Written without a server");
    assertEquals(titles(phone), ["Buy milk"]);

    await using again = start("main.tsx", data("server"), [], port);
    await again.says(/http:/);
    await phone.until(() => titles(phone).length === 2, 60_000);
    assertEquals(titles(phone), ["Buy milk", "Written without a server"]);
    assertEquals(titles(laptop), titles(phone));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
