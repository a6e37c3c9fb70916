/** Prometheus' own checker, where it is installed (Debian's package `prometheus`). */
export const promtool = {
  installed: await run(["--version"], "").then(({ code }) => code === 0, () => false),
  /** What it says about metrics in text format; no output and code 0 when all is well. */
  check: (text: string) => run(["check", "metrics"], text),
};

async function run(args: string[], input: string): Promise<{ code: number; output: string }> {
  const child = new Deno.Command("promtool", { args, stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
