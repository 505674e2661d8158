// The user's terminal itself, wherever standard input and output go.
import { closeSync, fstatSync, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";

/** A terminal in raw mode: keys come as they are typed, and are not shown; a newline still returns to the first column. Disposal restores it. */
export interface Terminal extends Disposable {
  write(text: string): void;
  /** Typed text; `undefined` when the terminal has gone. */
  onKeys(callback: (typed: string | undefined) => void): void;
}

const paths = {
  posix: ["/dev/tty", "/dev/tty"],
  windows: ["\\\\.\\CONIN$", "\\\\.\\CONOUT$"],
} as const;

/** Undefined when this program has no terminal. */
export function openTerminal(): Terminal | undefined {
  const [inputPath, outputPath] = process.platform === "win32" ? paths.windows : paths.posix;
  const keys = openKeys(inputPath, process.platform === "win32" ? "r+" : "r");
  const output = keys === undefined ? undefined : tryOpen(outputPath, "w");
  if (keys === undefined || output === undefined) {
    keys?.close();
    return undefined;
  }
  const { input } = keys;
  return {
    write(text) {
      try {
        writeSync(output, text);
      } catch {
        // The terminal has gone; the end of its input shows that.
      }
    },
    onKeys(callback) {
      input.setEncoding("utf8");
      input.on("data", (typed: string) => callback(typed));
      input.on("end", () => callback(undefined));
      input.on("error", () => callback(undefined));
    },
    [Symbol.dispose]() {
      if (input.destroyed) return;
      input.setRawMode(false);
      keys.close();
      closeSync(output);
    },
  };
}

function tryOpen(path: string, flags: string): number | undefined {
  try {
    return openSync(path, flags);
  } catch {
    return undefined;
  }
}

function openKeys(path: string, flags: string): { readonly input: ReadStream; close(): void } | undefined {
  const descriptor = tryOpen(path, flags);
  if (descriptor === undefined) return undefined;
  const { rdev } = fstatSync(descriptor);
  try {
    const input = new ReadStream(descriptor).setRawMode(true);
    return {
      input,
      close() {
        input.destroy();
        closeOriginal(descriptor, rdev);
      },
    };
  } catch {
    closeSync(descriptor);
    return undefined;
  }
}

// libuv opens the terminal again where it can and leaves the descriptor that it was given to us; else it has closed it.
function closeOriginal(descriptor: number, rdev: number): void {
  try {
    if (fstatSync(descriptor).rdev === rdev) closeSync(descriptor);
  } catch {
    // Closed already.
  }
}
