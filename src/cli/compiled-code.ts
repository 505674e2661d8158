// What V8 has compiled of the program is kept for its next run. What is found there is run, so it is kept in the user's own directory for caches, and
// nowhere that others could write. Without such a directory each run compiles for itself.
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import type { Script } from "node:vm";
import { programLimits } from "../protocol/limits/program-limits.ts";

const writableByOthers = 0o022;
/** In such a directory a name can be changed by its owner alone, as in /tmp. */
const sticky = 0o1000;

export class CompiledCode {
  readonly #directory: string;
  /** By the place that each is kept at. */
  readonly #fresh: Map<string, Script> = new Map();

  constructor(directory: string) {
    this.#directory = directory;
    process.once("exit", () => this.#write());
  }

  /** Of a program's file; undefined: nothing is kept of it. */
  read(filename: string): Buffer | undefined {
    if (!isNamedByContent(filename)) return undefined;
    try {
      return single(readFileSync(this.#placeOf(filename)));
    } catch {
      return undefined;
    }
  }

  /** Then the functions that ran are in it, too. */
  keepAtExit(filename: string, script: Script): void {
    if (isNamedByContent(filename)) this.#fresh.set(this.#placeOf(filename), script);
  }

  #placeOf(filename: string): string {
    return join(this.#directory, `${basename(filename, ".cjs")}-${engine()}`);
  }

  #write(): void {
    if (this.#fresh.size === 0) return;
    try {
      this.#makeRoom();
      for (const [place, script] of this.#fresh) {
        // It would be kept for other flags than it was looked for with: a service sets one more when it is loaded already.
        if (!place.endsWith(engine())) continue;
        const unfinished = `${place}-${process.pid}`;
        const code = script.createCachedData();
        writeFileSync(unfinished, Buffer.concat([code, code]), { mode: 0o600, flag: "wx" });
        renameSync(unfinished, place);
      }
    } catch {
      // The disk is full, or the directory is gone: the next run compiles for itself again.
    }
  }

  #makeRoom(): void {
    const kept = readdirSync(this.#directory, { withFileTypes: true }).filter((entry) => entry.isFile());
    if (kept.length < programLimits.compiledFilesMax.value) return;
    for (const { name } of kept) rmSync(join(this.#directory, name), { force: true });
  }
}

/** V8's version and flags, and what the processor can do. */
const engine = (): string => `${process.arch}-${cachedDataVersionTag().toString(36)}`;

/** It is kept twice: V8 looks at the beginning only, and a damaged one would end the process. A checksum takes node:zlib, and ten times as long. */
function single(twice: Buffer): Buffer | undefined {
  const code = twice.subarray(0, twice.length / 2);
  return code.equals(twice.subarray(code.length)) ? code : undefined;
}

/** V8 compares the source's length alone, so what may be kept bears a digest of its content in its name: `transfer-CfhD0ggp.cjs`. */
const isNamedByContent = (filename: string): boolean => /-[\w-]{8}\.cjs$/.test(filename);

/** Undefined where there is no place for it, or the user wants none. */
export function compiledCode(env: NodeJS.ProcessEnv): CompiledCode | undefined {
  if (env["NODE_DISABLE_COMPILE_CACHE"]) return undefined;
  const directory = cacheDirectory(env, process.geteuid?.());
  return directory === undefined ? undefined : new CompiledCode(directory);
}

/** `$XDG_CACHE_HOME/sallyport`, else `~/.cache/sallyport`, which is made; undefined where another user could write. */
export function cacheDirectory(env: NodeJS.ProcessEnv, user: number | undefined): string | undefined {
  // Windows has no such users.
  if (user === undefined) return undefined;
  const isOurs = ({ uid, mode }: { uid: number; mode: number }): boolean =>
    uid === user && (mode & writableByOthers) === 0;
  try {
    const { XDG_CACHE_HOME: named = "" } = env;
    const caches = isAbsolute(named) ? named : join(homedir(), ".cache");
    // With sudo the home may be somebody else's.
    const above = statSync(caches, { throwIfNoEntry: false }) ?? statSync(dirname(caches));
    if (!isOurs(above)) return undefined;
    const directory = join(caches, "sallyport");
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const made = lstatSync(directory);
    if (!made.isDirectory() || !isOurs(made)) return undefined;
    // Files are opened by this name as long as the program runs.
    const real = realpathSync(directory);
    return isFixed(real, user) ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody but the user and root can put something else at that place: with sudo a directory of root's may be in somebody else's home. */
function isFixed(real: string, user: number): boolean {
  for (let inner = real, above = dirname(real); above !== inner; inner = above, above = dirname(above)) {
    const { uid, mode } = statSync(above);
    const isOpen = (mode & writableByOthers) !== 0 && (mode & sticky) === 0;
    if (isOpen || (uid !== user && uid !== 0)) return false;
  }
  return true;
}
