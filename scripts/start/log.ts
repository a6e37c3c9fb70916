/**
 * Sends what functions and the platform log to a file, so that the terminal tells the story alone. The returned function puts
 * the console back.
 */
export async function logToFile(
  path: string,
): Promise<{ log: (message: string) => void; restore: () => void }> {
  const file = await Deno.open(path, { create: true, append: true, mode: 0o600 });
  const encoder = new TextEncoder();
  const log = (...parts: unknown[]) => {
    file.writeSync(encoder.encode(`${new Date().toISOString()} ${parts.map(String).join(" ")}\n`));
  };
  const { warn, error } = console;
  Object.assign(console, { warn: log, error: log });
  return {
    log,
    restore() {
      Object.assign(console, { warn, error });
      file.close();
    },
  };
}
