// Processes as /proc shows them: children, descendants, and whether one is still there.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** One letter of proc(5): R, S, D, Z (ended, not yet waited for), T (stopped), … */
  readonly state: string;
}

function readProcess(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may hold spaces and parentheses itself, so count from the last one.
    const [state = "", parent = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(parent), state };
  } catch {
    return undefined;
  }
}

/** Every process of this machine that has not ended. */
function runningProcesses(): ProcessEntry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((entry): entry is ProcessEntry => entry !== undefined && entry.state !== "Z");
}

/** Direct children of `parent` that have not ended. */
export function childrenOf(parent: number): number[] {
  return (
    childrenByThread(parent)?.filter(isRunning) ??
    runningProcesses()
      .filter((entry) => entry.parent === parent)
      .map((entry) => entry.pid)
  );
}

/** As the kernel lists them, if it was built to: a hundred times quicker than a look at every process. */
function childrenByThread(parent: number): number[] | undefined {
  try {
    const threads = readdirSync(`/proc/${parent}/task`);
    const lists = threads.map((thread) => readFileSync(`/proc/${parent}/task/${thread}/children`, "latin1"));
    return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  } catch {
    return undefined;
  }
}

/** Children, their children, and so on. */
export function descendantsOf(ancestor: number): number[] {
  const all = runningProcesses();
  const found: number[] = [];
  const queue = [ancestor];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    const children = all.filter((entry) => entry.parent === parent).map((entry) => entry.pid);
    found.push(...children);
    queue.push(...children);
  }
  return found;
}

export function isRunning(pid: number): boolean {
  const entry = readProcess(pid);
  return entry !== undefined && entry.state !== "Z";
}

/** True while process `pid` has the file of this path open. */
export function hasOpen(pid: number, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((name) => readlinkSync(`/proc/${pid}/fd/${name}`) === path);
  } catch {
    return false; // it, or a descriptor of it, went away meanwhile
  }
}

/** Sends a signal; a process that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The command line, for messages. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "(gone)";
  }
}
