// A file or a program of this machine in the place of the terminal. Opened with the first bytes: a command that fails neither
// empties the file nor starts the program.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { translateFsError } from "../../filesystem/fs-error.ts";
import { SallyportError } from "../../protocol/error.ts";
import { localPath } from "./local-path.ts";
import type { Redirection } from "./redirection.ts";
import type { Settings } from "./shell.ts";

export class RedirectedOutput extends Writable {
  readonly #redirection: Redirection;
  readonly #settings: Pick<Settings, "localDirectory">;
  #target: Writable | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(redirection: Redirection, settings: Pick<Settings, "localDirectory">) {
    super({ decodeStrings: true });
    this.#redirection = redirection;
    this.#settings = settings;
    // `during` tells it.
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
