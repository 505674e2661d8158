// A world that ends with its keeper: namespaces of processes, mounts and (inside) networks, all held by one process. When
// it ends, for whatever reason, the kernel kills every program inside and forgets every namespace, mount and file. So even
// a `kill -9` of this program leaves nothing: the keeper's standard input then ends, and with it the keeper.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { SallyportError } from "../../../protocol/error.ts";

/** All files of a world live here, in memory, and are seen from inside only. */
export const labDirectory = "/run/lab";

/** /run hides the machine's: named network namespaces, sockets and process ids of others are none of a world's business. */
const script = `mount -t tmpfs -o mode=755 lab /run &&
mkdir -p /run/netns /run/sshd ${labDirectory} && chmod 755 ${labDirectory} && echo ready && exec cat`;

export interface Keeper {
  readonly pid: number;
  /** Settles when everything inside is gone. */
  readonly ended: Promise<void>;
  /** Lets everything inside end; idempotent. */
  release(): void;
}

/** Throws `CONFIG_INVALID` where the kernel or the container forbids namespaces. */
export async function startKeeper(): Promise<Keeper> {
  const child = spawn(
    "unshare",
    ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", "-c", script],
    { stdio: ["pipe", "pipe", "pipe"], detached: true }, // Ctrl-C is for this program alone
  );
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  child.stdin.on("error", () => {}); // it is gone already
  const complaint = await untilReady(child);
  if (complaint !== undefined || child.pid === undefined) {
    child.stdin.end();
    await ended;
    throw new SallyportError("CONFIG_INVALID", `no namespaces can be made here: ${complaint}`, {
      hint: "Run it as root on a Linux machine, or in a container that is allowed to (--privileged).",
    });
  }
  return { pid: child.pid, ended, release: () => child.stdin.end() };
}

/** What was said instead, if it did not come up. */
async function untilReady(child: ChildProcess): Promise<string | undefined> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const failed = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(said.trim() || "unshare ended at once"));
  });
  const ready = child.stdout === null ? failed : once(child.stdout, "data").then(() => undefined);
  return await Promise.race([ready, failed]);
}
