// `ls > file` and `ls | more`: where a command's lines go, if not to the terminal.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { translateFsError } from "../filesystem/fs-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { usageError } from "../text/usage-error.ts";
import { type LocalPlace, localPath } from "./local-path.ts";
import { splitLine } from "./split-line.ts";

export type Redirection =
  | { readonly to: "file"; readonly name: string; readonly append: boolean }
  /** A line for this machine's shell. */
  | { readonly to: "program"; readonly line: string };

/** What of a command's output may go elsewhere: the lines of `ls`, or the file of `get FILE |more`, as with ftp(1). */
export type Redirectable = "lines" | "file";

/**
 * The line without its redirection. What stands in quotes or behind a backslash is none. With `file` it is a `|` at the beginning
 * of a word and nothing else: names may have all these characters in them.
 * @throws SallyportError `USAGE_INVALID`
 */
export function takeRedirection(line: string, what: Redirectable): readonly [string, Redirection | undefined] {
  const at = operatorAt(line, what);
  if (at === -1) return [line, undefined];
  const before = line.slice(0, at);
  if (line.charAt(at) === "|") {
    const program = line.slice(at + 1).trim();
    if (program === "") throw usageError("a program is needed after the |", "For example ls | more.");
    return [before, { to: "program", line: program }];
  }
  const append = line.startsWith(">>", at);
  const [name, ...others] = splitLine(line.slice(at + (append ? 2 : 1)));
  if (name === undefined || name.text === "" || others.length > 0) {
    throw usageError("one file name is needed after the >", "For example ls > list.txt.");
  }
  return [before, { to: "file", name: name.text, append }];
}

function operatorAt(line: string, what: Redirectable): number {
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (character === "\\") index += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && isOperator(character, line.charAt(index - 1), what)) return index;
  }
  return -1;
}

function isOperator(character: string, before: string, what: Redirectable): boolean {
  if (what === "lines") return character === "|" || character === ">";
  return character === "|" && /[ \t]/.test(before);
}

export class RedirectedOutput extends Writable {
  readonly #redirection: Redirection;
  readonly #settings: LocalPlace;
  #target: Writable | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(redirection: Redirection, settings: LocalPlace) {
    super({ decodeStrings: true });
    this.#redirection = redirection;
    this.#settings = settings;
    // `during` reports it.
    this.on("error", () => {});
  }

  /** Runs what writes here, to its end and to the program's. A program that reads no further ends it, and that is no failure. */
  async during(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.end();
      await finished(this, { readable: false });
    } catch (error) {
      this.destroy();
      if (!isBrokenPipe(error)) throw error;
    } finally {
      await this.#ended;
    }
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#open().write(chunk, (error) => done(error == null ? null : this.#translated(error)));
  }

  override _final(done: (error?: Error | null) => void): void {
    const target = this.#open();
    target.end();
    finished(target, { readable: false }).then(
      () => done(),
      (error: Error) => done(this.#translated(error)),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#target?.destroy();
    done(error);
  }

  #open(): Writable {
    this.#target ??=
      this.#redirection.to === "file" ? this.#openFile(this.#redirection) : this.#start(this.#redirection);
    return this.#target;
  }

  #openFile({ name, append }: Redirection & { readonly to: "file" }): Writable {
    const file = createWriteStream(localPath(this.#settings, name), { flags: append ? "a" : "w" });
    file.on("error", () => {});
    return file;
  }

  #start({ line }: Redirection & { readonly to: "program" }): Writable {
    const shell = process.env["SHELL"] || "/bin/sh";
    const child: ChildProcess = spawn(shell, ["-c", line], {
      cwd: this.#settings.localDirectory,
      stdio: ["pipe", "inherit", "inherit"],
    });
    this.#ended = new Promise((resolve) => {
      child.on("close", resolve);
      child.on("error", (cause) => {
        this.destroy(new SallyportError("USAGE_INVALID", `cannot run ${shell}`, { cause }));
        resolve(undefined);
      });
    });
    const { stdin } = child;
    if (stdin === null) throw new Error("the program has no standard input");
    stdin.on("error", () => {});
    return stdin;
  }

  #translated(error: Error): Error {
    if (this.#redirection.to === "program") return error;
    return translateFsError(error, localPath(this.#settings, this.#redirection.name));
  }
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "EPIPE";
}
