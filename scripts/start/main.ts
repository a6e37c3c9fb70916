import { DEFAULT_DATA_DIR, startPlatform } from "../platform/start.ts";
import { interrupted } from "../platform/run.ts";
import { parseArguments, type StartOptions, USAGE } from "./arguments.ts";
import { Demonstration } from "./demonstration.ts";
import { logToFile } from "./log.ts";
import { loadKept, saveKept } from "./operator.ts";
import { setUpShop } from "./shop-project.ts";
import { warmUp } from "./warm-up.ts";
import { stdoutTerminal, type Terminal } from "./terminal.ts";

/** `npm start`. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.kind === "help") {
      console.log(USAGE);
      return 0;
    }
    return await demonstrate(parsed.options, stdoutTerminal());
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function demonstrate(options: StartOptions, terminal: Terminal): Promise<number> {
  const stopAsked = new AbortController();
  interrupted().then(() => stopAsked.abort());
  const folder = options.dataDir ?? DEFAULT_DATA_DIR;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  // The payment service and the runbook of the demonstration are on this machine, which webhooks otherwise never call.
  Deno.env.set("PRUNELLA_ALLOW_LOOPBACK_TARGETS", "true");

  terminal.line(terminal.paint("bold", "Prunella: a shop breaks, and is healed."));
  terminal.line(
    terminal.paint("dim", "Starting a whole Supabase on this machine (the first time takes longest) ..."),
  );
  const logs = await logToFile(`${folder}/platform.log`);
  const undo: (() => unknown)[] = [() => logs.restore()];
  try {
    const platform = await startPlatform({ port: options.port, dataDir: options.dataDir, log: logs.log });
    undo.push(() => platform.stop());
    await warmUp(platform);
    const keptPath = `${folder}/demonstration.json`;
    const project = await setUpShop(platform, await loadKept(keptPath));
    undo.push(() => Promise.all([project.payments.stop(), project.runbook.stop()]));
    await saveKept(keptPath, project.kept);
    const demonstration = new Demonstration(platform, project, terminal, stopAsked.signal);
    undo.push(() => demonstration.stop());
    const healed = await demonstration.run(options.once);
    return options.once && !healed && !stopAsked.signal.aborted ? 1 : 0;
  } finally {
    if (stopAsked.signal.aborted) terminal.line("\nStopping ...");
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  }
}
