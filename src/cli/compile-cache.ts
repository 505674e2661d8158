// What V8 has compiled of the program is kept for its next run, where Node can do that (22.1 and later). What is found there is run, so it is kept in
// the user's own directory for caches, and nowhere that others could write. Without such a directory each run compiles for itself.
import { lstatSync, mkdirSync, statSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

const writableByOthers = 0o022;

/** NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE are the user's word, and Node's own business. */
export function keepCompiled(): void {
  const enable: unknown = Reflect.get(module, "enableCompileCache");
  if (typeof enable !== "function" || process.env["NODE_COMPILE_CACHE"] || process.env["NODE_DISABLE_COMPILE_CACHE"])
    return;
  const directory = cacheDirectory(process.env, process.geteuid?.());
  if (directory !== undefined) enable.call(module, directory);
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
    return made.isDirectory() && isOurs(made) ? directory : undefined;
  } catch {
    return undefined;
  }
}
