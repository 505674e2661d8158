// The processes that a process started, and those that they started.
import { readdirSync, readFileSync } from "node:fs";

/** As seen now; those whose parent has ended are not found. */
export function descendantsOf(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(name));
  }
  const found = [ancestor];
  for (const parent of found) {
    for (const [pid, its] of parents) if (its === parent) found.push(pid);
  }
  return found.slice(1);
}

/** The name in parentheses may hold spaces and parentheses itself, so look behind the last one (proc(5), stat). */
function parentOf(name: string): number {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
