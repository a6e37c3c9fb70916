/** Ticks of the kernel's process clock per second; 100 on every Linux that Deno runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;

/** CPU time of a process so far, user and system, in milliseconds. Linux only. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces; what follows it is counted from field 3 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return (user + system) * 1000 / TICKS_PER_SECOND;
}

/** The most memory that a process ever had resident, in megabytes. Linux only. */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (!kilobytes) throw new Error("This system does not tell the peak memory of a process (VmHWM)");
  return Number(kilobytes) / 1024;
}
