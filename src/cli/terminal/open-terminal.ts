// The user's terminal itself, wherever standard input and output go.
import { closeSync, openSync, writeSync } from "node:fs";
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
  const inputDescriptor = tryOpen(inputPath, process.platform === "win32" ? "r+" : "r");
  const input = inputDescriptor === undefined ? undefined : tryRaw(inputDescriptor);
  const output = input === undefined ? undefined : tryOpen(outputPath, "w");
  if (input === undefined || output === undefined) {
    input?.destroy();
    return undefined;
  }
  return {
    write(text) {
      try {
        writeSync(output, text);
      } catch {
        // The terminal has gone; the end of its input tells that.
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
      input.destroy();
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

function tryRaw(descriptor: number): ReadStream | undefined {
  try {
    return new ReadStream(descriptor).setRawMode(true);
  } catch {
    closeSync(descriptor);
    return undefined;
  }
}
