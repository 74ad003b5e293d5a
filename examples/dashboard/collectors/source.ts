/**
 * Where the figures come from: the file system, or a fixture in tests.
 *
 * @module
 */
import { statfs } from "node:fs";

/** Bytes of a file system. */
export interface Space {
  readonly total: number;
  readonly used: number;
}

/** What a collector needs of the machine. */
export interface Source {
  /** The text of a file; `undefined` when it is not there or may not be read. */
  read(path: string): string | undefined;
  /** Ids of the running processes. */
  processIds(): number[];
  /** The space of the file system at `path`; `undefined` when it cannot be had. */
  space(path: string): Promise<Space | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * The real machine. Files under `/proc` are made while they are read and never touch a disk: a
 * synchronous read costs some 15 microseconds, a thread pool's round trip four times that.
 */
export function machineSource(): Source {
  return {
    read(path) {
      try {
        return Deno.readTextFileSync(path);
      } catch {
        // Processes end between being listed and being read; others are not ours to see.
        return undefined;
      }
    },
    processIds() {
      const ids: number[] = [];
      for (const entry of Deno.readDirSync("/proc")) {
        if (/^\d+$/.test(entry.name)) ids.push(Number(entry.name));
      }
      return ids;
    },
    space(path) {
      return new Promise((resolve) => {
        statfs(path, (error, found) => {
          if (error) return resolve(undefined);
          const { blocks, bfree, bavail, bsize } = found;
          // What is set aside for the administrator is neither used nor free: as `df` counts it.
          const used = (blocks - bfree) * bsize;
          resolve({ total: used + bavail * bsize, used });
        });
      });
    },
    now: () => Date.now(),
  };
}
