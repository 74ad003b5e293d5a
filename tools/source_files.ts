const NOT_SOURCE = new Set(["node_modules", ".git", "coverage", ".vango"]);

/**
 * Every file under the given folders, sorted; a folder that does not exist has none.
 *
 * @param root Where the folders are.
 * @param folders Paths from the root.
 * @returns Paths from the root, with `/` on every platform.
 */
export async function listFiles(root: string, folders: string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) await collect(root, folder, files);
  return files.sort();
}

async function collect(root: string, folder: string, files: string[]): Promise<void> {
  try {
    for await (const entry of Deno.readDir(`${root}/${folder}`)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile) files.push(path);
      else if (entry.isDirectory && !NOT_SOURCE.has(entry.name)) await collect(root, path, files);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
