// What bin/sallyport.js calls: the engine is set up, and the program loaded.
import { compiledCode } from "./compiled-code.ts";
import { tuneEngine } from "./engine-flags.ts";
import { loadFiles } from "./program-files.ts";

export function loadProgram(): typeof import("./main.ts") {
  // First: what V8 has kept is good for the same flags alone.
  tuneEngine();
  const load = loadFiles(compiledCode(process.env));
  return load("./main.cjs") as typeof import("./main.ts");
}
