/** Runs a program and returns what it wrote; the last lines of it are the problem when it failed. */
export async function command(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ ok: boolean; stdout: string; stderr: string }> {
  const output = await new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
    env: { NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { ok: output.success, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

const SHOWN_LINES = 40;

/** The problems of running `deno` with these arguments: none, or its words. */
export async function denoProblems(root: string, args: readonly string[]): Promise<string[]> {
  const { ok, stdout, stderr } = await command(Deno.execPath(), args, root);
  if (ok) return [];
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) =>
    line.trim() !== "" && !/^Check /.test(line)
  );
  return [lines.slice(-SHOWN_LINES).join("\n")];
}
