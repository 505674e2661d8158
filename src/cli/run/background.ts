// -f. Node cannot fork, so the program starts itself again as a child and leaves when the child is ready.
import { type ChildProcess, spawn } from "node:child_process";
import { fstatSync } from "node:fs";
import { SallyportError } from "../../protocol/error.ts";
import { exitStatus, exitStatusOfSignal } from "../exit-status.ts";
import type { ProcessIo } from "./process-io.ts";

/** Tells the child what it is; removed from its environment at once. */
const childMark = "SALLYPORT_BACKGROUND_CHILD";

/** What the child sends to the parent. */
type Message = { readonly kind: "line"; readonly line: string } | { readonly kind: "ready" };

/** Starts the child and waits: 0 once it is ready, else its exit status. The child reports by itself what went wrong. */
export async function runInBackground(argv: readonly string[], io: ProcessIo): Promise<number> {
  if (process.platform === "win32") {
    throw new SallyportError("USAGE_INVALID", "-f cannot work on Windows: a program there cannot leave its console", {
      hint: "Leave -f out and begin the line with: start /b",
    });
  }
  // Not detached: ssh must still be able to ask on the terminal. A pipe for standard error, so that nobody who reads
  // ours waits for the child's end; a regular file has no reader and stays.
  const keepsError = fstatSync(2).isFile();
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...argv], {
    stdio: ["ignore", "ignore", keepsError ? "inherit" : "pipe", "ipc"],
    env: { ...io.env, [childMark]: "1" },
  });
  child.stderr?.on("data", (bytes: Buffer) => io.printError(bytes.toString()));
  const release = io.onStopSignal((signal) => void child.kill(signal));
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on("message", (message: Message) => {
        if (message.kind === "line") io.printLine(message.line);
        // What the child wrote to standard error before is in the pipe by now, and is read first.
        else setImmediate(() => setImmediate(() => resolve(exitStatus.ok)));
      });
      child.on("error", reject);
      child.on("close", (status, signal) => resolve(statusOf(status, signal)));
    });
  } finally {
    release();
    detach(child);
  }
}

/** It lives on, and we are to end. */
function detach(child: ChildProcess): void {
  child.stderr?.destroy();
  if (child.connected) child.disconnect();
  child.unref();
}

function statusOf(status: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (status ?? exitStatus.other) : exitStatusOfSignal(signal);
}

/** True in the child, once: the mark is taken away so that programs started by it do not inherit it. */
export function isBackgroundChild(env: NodeJS.ProcessEnv): boolean {
  const isChild = env[childMark] !== undefined && process.send !== undefined;
  delete env[childMark];
  return isChild;
}

/** The child's io: it speaks through its parent until it is ready, and from then on only SIGTERM ends it. */
export function backgroundIo(io: ProcessIo): ProcessIo {
  const notify = (message: Message): void => void (process.connected && process.send?.(message));
  let isReady = false;
  return {
    ...io,
    printLine: (line) => notify({ kind: "line", line }),
    onStopSignal(callback) {
      // The parent is gone before it should be: nobody will ever know of this tunnel.
      const onOrphaned = (): void => {
        if (!isReady) callback("SIGHUP");
      };
      process.once("disconnect", onOrphaned);
      const release = io.onStopSignal((signal) => {
        if (!isReady || signal === "SIGTERM") callback(signal);
      });
      return () => {
        process.off("disconnect", onOrphaned);
        release();
      };
    },
    becameReady() {
      isReady = true;
      process.on("SIGQUIT", () => {});
      notify({ kind: "ready" });
      process.disconnect?.();
    },
  };
}
