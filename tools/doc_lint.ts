/**
 * The doc lint of everything exported, without findings in the files of other packages: a type of
 * theirs that we re-export is documented where it comes from.
 *
 * @module
 */
import { runDeno } from "./run_deno.ts";

// deno-lint-ignore no-control-regex
const COLORS = /\u001b\[[0-9;]*m/g;

/** The findings of `deno doc --lint` that lie in this project's files. */
export function ownFindings(output: string): string[] {
  return output.replace(COLORS, "").split(/\n(?=error\[)/)
    .filter((finding) => finding.startsWith("error["))
    .filter((finding) =>
      !/-->\s+\S*registry\.[^/]*\//.test(finding) && !/-->.*node_modules/.test(finding)
    )
    .map((finding) => finding.trim());
}

/** Lints the documentation of what `files` export. */
export async function lintDocs(files: string[]): Promise<{ success: boolean; output: string }> {
  const { success, output } = await runDeno(["doc", "--lint", "--quiet", ...files]);
  if (success) return { success, output };
  const findings = ownFindings(output);
  // Without any finding the command itself failed, and its words are what there is to see.
  const failed = findings.length > 0 || !/^error\[/m.test(output.replace(COLORS, ""));
  return { success: !failed, output: findings.length > 0 ? findings.join("\n\n") : output };
}
