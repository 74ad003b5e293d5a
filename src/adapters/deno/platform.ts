/**
 * Deno as a platform.
 *
 * @module
 */
import type { Platform, UpgradedSocket } from "../../contract/platform.ts";

/** Settings of {@linkcode deno}. */
export interface DenoOptions {
  /** Where the secret of a developer's machine is kept. Default: `.vango/secret`. */
  readonly secretFile?: string;
}

/**
 * The platform for apps that run on Deno: `deno serve`, `Deno.serve`, Deno Deploy.
 *
 * Development is whatever is not production: `VANGO_ENV` or `NODE_ENV` is `production`, or Deno
 * Deploy runs the app.
 *
 * @example
 * ```ts
 * import { deno } from "@vango/vango/deno";
 * console.assert(deno().name === "deno");
 * ```
 */
export function deno(options: DenoOptions = {}): Platform {
  return {
    name: "deno",
    development: !isProduction(),
    env: readEnv,
    upgrade(request): UpgradedSocket {
      // The players ping; Deno's own timer would only close sockets behind our back.
      return Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    },
    remoteAddress(env): string | undefined {
      const address = (env as { remoteAddr?: Deno.Addr } | undefined)?.remoteAddr;
      return address?.transport === "tcp" ? address.hostname : undefined;
    },
    developmentSecret: () => keptSecret(options.secretFile ?? ".vango/secret"),
  };
}

function isProduction(): boolean {
  return readEnv("VANGO_ENV") === "production" || readEnv("NODE_ENV") === "production" ||
    readEnv("DENO_DEPLOYMENT_ID") !== undefined;
}

/** A variable, or nothing where reading the environment is not permitted. */
function readEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** The secret in a file, made on first use, so that a restart keeps cookies and pages good. */
async function keptSecret(file: string): Promise<string> {
  try {
    const kept = (await Deno.readTextFile(file)).trim();
    if (kept.length >= 32) return kept;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return crypto.randomUUID() + crypto.randomUUID();
  }
  const secret = crypto.randomUUID() + crypto.randomUUID();
  try {
    await Deno.mkdir(file.replace(/[^/\\]*$/, "") || ".", { recursive: true });
    await Deno.writeTextFile(file, secret + "\n", { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  return secret;
}
