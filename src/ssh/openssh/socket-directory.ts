// The directory that holds the multiplexing socket and the sockets of remote listeners. Who can reach them can use the
// SSH connection, so the directory is ours alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SallyportError } from "../../protocol/error.ts";
import { onProcessExit } from "./exit-hook.ts";

/** sockaddr_un holds 108 bytes on Linux and 104 on BSD and macOS, one of them for the NUL. */
const socketPathBytesMax = 103;

/** Longest name that ssh makes up in here: our longest with a dot and 16 letters behind it, until it listens (mux.c). */
const nameBytesMax = 12 + 17;

/** ssh expands `%h` and `${NAME}` in a ControlPath (ssh_config(5)). */
const expandable = /[%$~]/;

export interface SocketDirectory {
  readonly path: string;
  /** Absolute path of a name inside it. */
  file(name: string): string;
  /** Deletes it and all in it; idempotent. */
  remove(): void;
}

/** Makes a directory with mode 0700 in $XDG_RUNTIME_DIR, else in the system's place for temporary files. */
export function makeSocketDirectory(candidates: readonly string[] = usualPlaces()): SocketDirectory {
  let cause: unknown;
  for (const parent of candidates) {
    const pattern = join(parent, "sallyport-");
    if (Buffer.byteLength(pattern) + 6 + 1 + nameBytesMax > socketPathBytesMax || expandable.test(pattern)) continue;
    try {
      return socketDirectory(mkdtempSync(pattern));
    } catch (error) {
      cause ??= error; // not there, or not writable: the next one
    }
  }
  throw new SallyportError("SSH_CONFIG", "there is no place for the socket of ssh", {
    cause,
    hint: "Set TMPDIR to a directory that is writable and has a short name.",
  });
}

function usualPlaces(): string[] {
  const runtime = process.env["XDG_RUNTIME_DIR"] ?? "";
  return [...(runtime === "" ? [] : [runtime]), tmpdir(), "/tmp"];
}

function socketDirectory(path: string): SocketDirectory {
  const remove = (): void => {
    forget();
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
  const forget = onProcessExit(remove);
  return { path, file: (name) => join(path, name), remove };
}
