// What kinds of file systems a directory of this machine is on, itself and below: other ones may be mounted there at any time.
import { readFileSync, realpathSync } from "node:fs";

/** Where the answer comes from: at once, within milliseconds, or from another machine or program, which may never answer. */
export type Reach = "memory" | "disk" | "far";

const inMemory: ReadonlySet<string> = new Set(["tmpfs", "ramfs", "devtmpfs"]);

/** File systems on disks of this machine, and those that the kernel answers for by itself. All others count as far, as does autofs, which waits for another. */
const ofThisMachine: ReadonlySet<string> = new Set([
  ...["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "overlay", "squashfs", "vfat", "exfat"],
  ...["proc", "sysfs", "devpts", "cgroup", "cgroup2", "mqueue", "hugetlbfs", "securityfs", "debugfs", "tracefs", "bpf"],
  ...["pstore", "configfs", "efivarfs", "binfmt_misc", "fusectl", "nsfs", "rpc_pipefs", "selinuxfs"],
]);

interface Mount {
  readonly point: string;
  readonly type: string;
}

/** Linux: by the table of mounts, which asks none of them. Elsewhere nobody knows, so it is far. */
export class MountsBelow {
  /** Found once: to look for it asks the file system that it is on, which may not answer later. */
  readonly #real: string | undefined;
  readonly #readTable: () => string;

  constructor(directory: string, readTable: () => string = systemTable) {
    this.#real = realPath(directory);
    this.#readTable = readTable;
  }

  /** As the table has it now. */
  reach(): Reach {
    try {
      return this.#real === undefined ? "far" : furthest(mountsAt(this.#real, parseTable(this.#readTable())));
    } catch {
      return "far";
    }
  }
}

function realPath(directory: string): string | undefined {
  try {
    return realpathSync(directory, { encoding: "buffer" }).toString("latin1");
  } catch {
    return undefined;
  }
}

const systemTable = (): string => readFileSync("/proc/self/mountinfo", "latin1");

/** The one that the directory is on, and those below it. Of several at one place the last covers the others. */
function mountsAt(directory: string, mounts: readonly Mount[]): Mount[] {
  const within = (path: string, above: string): boolean =>
    path === above || path.startsWith(above === "/" ? "/" : `${above}/`);
  const above = mounts.filter(({ point }) => within(directory, point));
  const longest = Math.max(...above.map(({ point }) => point.length));
  const own = above.filter(({ point }) => point.length === longest).slice(-1);
  return [...own, ...mounts.filter(({ point }) => point !== directory && within(point, directory))];
}

function furthest(mounts: readonly Mount[]): Reach {
  if (mounts.length === 0 || mounts.some(({ type }) => !inMemory.has(type) && !ofThisMachine.has(type))) return "far";
  return mounts.every(({ type }) => inMemory.has(type)) ? "memory" : "disk";
}

/** proc_pid_mountinfo(5): the mount's place is the fifth word, its type the first one behind " - ". */
function parseTable(table: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of table.split("\n")) {
    const point = line.split(" ", 5)[4];
    const type = / - (\S+)/.exec(line)?.[1];
    if (point !== undefined && type !== undefined) mounts.push({ point: unescaped(point), type });
  }
  return mounts;
}

/** Spaces and the like are three octal digits there. */
const unescaped = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
