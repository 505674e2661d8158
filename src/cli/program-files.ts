// The files of the program (scripts/bundle.js): each is loaded with what V8 compiled of it in an earlier run, where that is kept.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import type { CompiledCode } from "./compiled-code.ts";

interface LoadedFile {
  exports: unknown;
}

type FileBody = (exports: unknown, load: Load, module: LoadedFile, filename: string, directory: string) => void;
type Load = (specifier: string) => unknown;

/** What `require` does, for the files beside this one; packages and Node's own modules are left to Node's. */
export function loadFiles(compiled: CompiledCode | undefined): Load {
  const here = fileURLToPath(import.meta.url);
  const directory = dirname(here);
  const requireOther = createRequire(here);
  const loaded = new Map<string, LoadedFile>();
  return function load(specifier) {
    if (!specifier.startsWith("./")) return requireOther(specifier);
    const known = loaded.get(specifier);
    if (known !== undefined) return known.exports;
    const file: LoadedFile = { exports: {} };
    loaded.set(specifier, file);
    const filename = join(directory, specifier);
    bodyOf(filename, compiled)(file.exports, load, file, filename, directory);
    return file.exports;
  };
}

function bodyOf(filename: string, compiled: CompiledCode | undefined): FileBody {
  // On one line with the first of the file, so that the lines of a stack trace are right.
  const source = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(filename, "utf8")}\n})`;
  const cachedData = compiled?.read(filename);
  const script = new Script(source, {
    filename,
    ...(cachedData && { cachedData }),
  });
  // V8 takes it only from the same version of itself, with the same flags.
  if (script.cachedDataRejected !== false) compiled?.keepAtExit(filename, script);
  return script.runInThisContext() as FileBody;
}
