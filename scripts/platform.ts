import { parseArguments, USAGE } from "./platform/arguments.ts";
import { startPlatform } from "./platform/start.ts";

/** `npm run platform`: the local platform until it is interrupted. */
async function main(): Promise<void> {
  const parsed = parseArguments(Deno.args);
  if (parsed.kind === "help") {
    console.log(USAGE);
    return;
  }
  const platform = await startPlatform(parsed.options);
  console.log(`Prunella's platform is up (${platform.engine}).`);
  if (platform.migrated.length > 0) console.log(`Migrations applied: ${platform.migrated.length}`);
  console.log([
    "",
    `  Studio           ${platform.url}`,
    `  REST             ${platform.url}/rest/v1`,
    `  Functions        ${platform.functionsUrl}`,
    `  Publishable key  ${platform.publishableKey}`,
    `  Secret key       ${platform.secretKey}`,
    `  Automations key  ${platform.automationsKey}`,
    "",
    "Stop it with Ctrl+C.",
  ].join("\n"));

  await interrupted();
  await platform.stop();
}

/** The first signal asks to stop; the second does not wait for it. */
function interrupted(): Promise<void> {
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

try {
  await main();
  Deno.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}
