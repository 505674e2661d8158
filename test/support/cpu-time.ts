// How much work something is. Unlike the clock, a processor's time does not tell what else the machine does.

/** Milliseconds of processor time that this process uses while `work` runs. */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
