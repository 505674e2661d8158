// Where the programs of a real run live: started in one of the world's hosts, or beside them all.
import { execFile } from "node:child_process";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { type Keeper, labDirectory, startKeeper } from "./keeper.ts";
import { Program, type ProgramOptions } from "./program.ts";

export class Enclosure implements AsyncDisposable {
  readonly #keeper: Keeper;
  readonly #programs = new Set<Program>();

  private constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** Throws `CONFIG_INVALID` where namespaces cannot be made. */
  static async open(): Promise<Enclosure> {
    return new Enclosure(await startKeeper());
  }

  /** Path, as seen inside, of a file of this world. */
  inside(name: string): string {
    return `${labDirectory}/${name}`;
  }

  /** The same file as seen by this program. */
  outside(name: string): string {
    return `/proc/${this.#keeper.pid}/root${labDirectory}/${name}`;
  }

  /** Runs a shell script to its end, on a host or beside them all, and gives what it wrote. */
  script(text: string, host?: string): Promise<string> {
    const [program = "", ...words] = [...this.#enter(host), "/bin/bash", "-c", text];
    return new Promise((resolve, reject) => {
      const options = { timeout: limits.labScriptMs, maxBuffer: 1 << 24 };
      execFile(program, words, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new SallyportError("CONFIG_INVALID", complaint(stderr, error.message), { cause: error }));
      });
    });
  }

  /** Starts a program that runs on. It is killed with the world, at the latest. */
  start(host: string, command: readonly string[], options: ProgramOptions = {}): Program {
    const words = [...this.#enter(host), "setpriv", "--pdeathsig", "KILL", "--", ...command];
    const program = new Program(words, options);
    this.#programs.add(program);
    return program;
  }

  /** Everything is gone when it resolves: programs, networks, mounts, files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#keeper.release();
    await Promise.all([this.#keeper.ended, ...Array.from(this.#programs, (program) => program.ended)]);
  }

  #enter(host: string | undefined): string[] {
    const { pid } = this.#keeper;
    const spaces = [`--mount=/proc/${pid}/ns/mnt`, `--pid=/proc/${pid}/ns/pid_for_children`];
    const net = host === undefined ? [] : [`--net=/proc/${pid}/root/run/netns/${host}`];
    return ["nsenter", ...spaces, ...net, "--"];
  }
}

function complaint(stderr: string, message: string): string {
  const said = stderr.trim();
  return `the network could not be built: ${said === "" ? message : said}`;
}
