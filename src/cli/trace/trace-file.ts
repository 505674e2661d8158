// Where --trace=FILE goes: a file that only its owner can read, and that nobody else has put in the way.
import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { SallyportError } from "../../protocol/error.ts";
import { ownEntry } from "../../protocol/own-entry.ts";

export interface TraceOutput extends Disposable {
  /** Appends. A write that fails (disk full) is reported once, and then nothing more is written. */
  write(text: string): void;
}

// These are links by nature (/dev/stderr -> /proc/self/fd/2), and only root can change /dev.
const standardLinks = /^\/dev\/(?:stdout|stderr|tty|fd\/[0-9]+)$/;

/** Opens for appending; a new file gets mode 0600. Throws `CONFIG_INVALID` when the path is not safe or cannot be written. */
export function openTraceFile(path: string, onFailure: (error: Error) => void): TraceOutput {
  const descriptor = openSafely(path);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    write(text) {
      if (!isOpen) return;
      try {
        const bytes = Buffer.from(text);
        for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
      } catch (error) {
        close();
        onFailure(refusal(path, describeSystemError(error), "The trace ends here; the tunnel keeps running.", error));
      }
    },
    [Symbol.dispose]: close,
  };
}

function openSafely(path: string): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
  // O_NONBLOCK: a FIFO without a reader must not hang us. Windows has neither flag.
  const careful = standardLinks.test(path) ? 0 : (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
  let descriptor: number;
  try {
    descriptor = openSync(path, O_WRONLY | O_CREAT | O_APPEND | careful, 0o600);
  } catch (error) {
    throw refusal(path, describeSystemError(error), "Name a file in a directory that you can write to.", error);
  }
  const status = fstatSync(descriptor);
  if (status.isFile() && process.getuid !== undefined && status.uid !== process.getuid()) {
    closeSync(descriptor);
    throw refusal(
      path,
      "the file belongs to another user",
      "Name a file that you own, or one that does not exist yet.",
    );
  }
  return descriptor;
}

const reasons: Readonly<Record<string, string>> = {
  ELOOP: "it is a symbolic link",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such directory",
  EISDIR: "it is a directory",
  ENXIO: "it is a pipe that nobody reads, or a socket",
  ENOSPC: "no space left",
};

function describeSystemError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  return ownEntry(reasons, code) ?? code;
}

function refusal(path: string, why: string, hint: string, cause?: unknown): SallyportError {
  return new SallyportError("CONFIG_INVALID", `cannot write the trace to ${path}: ${why}`, { hint, cause });
}
