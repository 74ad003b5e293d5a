/** A folder of files that is gone at the end of its scope. */
export interface TempTree extends AsyncDisposable {
  /** Absolute path. */
  readonly root: string;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
}

/**
 * Writes a tree for a test: `await using tree = await tempTree({ "src/a.ts": "…" })`.
 *
 * @param files Path from the root → text.
 */
export async function tempTree(files: Record<string, string>): Promise<TempTree> {
  const root = await Deno.makeTempDir({ prefix: "vango_tools_" });
  const tree: TempTree = {
    root,
    read: (path) => Deno.readTextFile(`${root}/${path}`),
    async write(path, text) {
      await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
  for (const [path, text] of Object.entries(files)) await tree.write(path, text);
  return tree;
}
