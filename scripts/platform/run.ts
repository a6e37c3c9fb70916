import { parseArguments, USAGE } from "./arguments.ts";
import { allowForDevelopment } from "./environment.ts";
import { type PlatformOptions, startPlatform } from "./start.ts";

/** `npm run platform`: the local platform until it is interrupted. Returns the exit code. */
export async function runPlatform(args: readonly string[], defaults: PlatformOptions = {}): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.kind === "help") console.log(USAGE);
    else await runUntilInterrupted({ ...defaults, ...parsed.options });
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function runUntilInterrupted(options: PlatformOptions): Promise<void> {
  const stopAsked = interrupted();
  allowForDevelopment(options.host);
  const platform = await startPlatform(options);
  console.log(`Prunella's platform is up (${platform.engine}).`);
  if (platform.migrated.length > 0) console.log(`Migrations applied: ${platform.migrated.length}`);
  console.log([
    "",
    `  Studio           ${platform.url}`,
    `  REST             ${platform.url}/rest/v1`,
    `  Functions        ${platform.functionsUrl}`,
    `  Metrics          ${platform.functionsUrl}/metrics`,
    `  Publishable key  ${platform.publishableKey}`,
    `  Secret key       ${platform.secretKey}`,
    `  Automations key  ${platform.automationsKey}`,
    "",
    "Stop it with Ctrl+C.",
  ].join("\n"));
  await stopAsked;
  await platform.stop();
}

/** The first signal asks to stop; the second does not wait for it. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = () => {
      if (asked) Deno.exit(130);
      asked = true;
      resolve();
    };
    Deno.addSignalListener("SIGINT", onSignal);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  });
}
