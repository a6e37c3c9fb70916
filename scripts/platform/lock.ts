/**
 * Keeps a second platform off a data folder: `lock` holds the pid of the one that runs, for the message. The lock
 * itself is the operating system's, which ends with the process however it dies, so none can be stale.
 */
export async function lockFolder(folder: string): Promise<{ release(): void }> {
  const path = `${folder}/lock`;
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  if (!await file.tryLock(true)) {
    file.close();
    const pid = (await Deno.readTextFile(path)).trim();
    throw new Error(
      `The data folder ${folder} is in use by process ${
        pid || "(unknown)"
      }: stop that one, or choose another ` +
        `folder with --data-dir`,
    );
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return { release: () => file.close() };
}
