// The program's modules, put together into a few files: what a command needs from its start stands in two or three, since each file costs
// more to find and open than to read. Nothing is shortened, so that the lines of a stack trace can be read. They are CommonJS: of that Node
// lets us keep what V8 has compiled (src/cli/program-files.ts).
import { join } from "node:path";
import { rolldown } from "rolldown";

/** Each with the modules that it always loads; what several need is a file that they share, and the first is loaded by all. */
const commands = {
  program: ["cli/program.js"],
  transfer: ["cli/transfer/run-transfer.js"],
  tunnel: ["cli/run/run-tunnel.js", "cli/run/background.js", "tunnel/open-tunnel.js"],
};

/** What Node itself loads before what V8 has kept is taken: these modules alone, or all that shares a file with them is loaded twice. */
const start = "cli/load-program.js";

/** What is loaded by its name, by bin/sallyport.js or load-program. */
const entries = ["cli/main.js", "cli/version.js", start];

/** `compiled` has the modules, and `dir` gets the files. `more`: modules that are loaded by their names, too. */
export async function bundle(compiled, dir, external, more = []) {
  const build = await rolldown({
    input: [...entries.map((path) => join(compiled, path)), ...more],
    platform: "node",
    external,
    preserveEntrySignatures: "allow-extension",
    plugins: [{ name: "constants", renderChunk: (code) => withConstants(code) }],
  });
  const name = chunkNames(compiled);
  // Each of these files has all that its modules import, or another of them has.
  const { output } = await build.write({
    dir,
    format: "cjs",
    // What is loaded that way has no place to look from for import().
    dynamicImportInCjs: false,
    strict: true,
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    codeSplitting: { groups: [{ name, debugName: "commands" }], includeDependenciesRecursively: false },
  });
  await build.close();
  refuseRings(output);
}

/**
 * What a file has from another one is a constant: rolldown writes `require_program.limits` wherever it stands in the source, a look into a table of hundreds
 * of names and a call of a function at each use, over a hundred for a small file of the server. No file loads itself through others (`refuseRings`), and nothing that is exported is `let` (a static test).
 */
function withConstants(code) {
  const loads = /^const (require_\w+) = (require\(.+\));$/gm;
  const used = new Map([...code.matchAll(loads)].map(([, from]) => [from, new Set()]));
  return code
    .replace(/\b(require_\w+)\.([\w$]+)/g, (whole, from, name) => {
      used.get(from)?.add(name);
      return used.has(from) ? `${from}$${name}` : whole;
    })
    .replace(loads, (line, from, load) => {
      const names = [...used.get(from)].map((name) => `${name}: ${from}$${name}`);
      return names.length === 0 ? line : `const { ${names.join(", ")} } = ${load};`;
    });
}

/** A constant of a file that is still being loaded would be undefined (`withConstants`). */
function refuseRings(output) {
  const imports = new Map(output.map((file) => [file.fileName, file.imports ?? []]));
  for (const [name, direct] of imports) {
    const reached = new Set(direct);
    for (const next of reached) for (const further of imports.get(next) ?? []) reached.add(further);
    if (reached.has(name))
      throw new Error(`${name} loads itself through other files of the program: ${direct.join(", ")}`);
  }
}

/** In which file a module goes; null: one that is found by who imports it. */
function chunkNames(compiled) {
  let sets;
  return (id, graph) => {
    sets ??= Object.entries({ start: [start], ...commands }).map(([name, modules]) => [
      name,
      importedBy(modules, compiled, graph),
    ]);
    const [first, ...more] = sets.filter(([, ids]) => ids.has(id)).map(([name]) => name);
    if (first === undefined || entries.some((path) => id === join(compiled, path))) return null;
    return first === "start" || first === "program" ? first : [first, ...more].join("-");
  };
}

function importedBy(modules, compiled, graph) {
  const found = new Set(modules.map((path) => join(compiled, path)));
  for (const id of found) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) found.add(next);
  return found;
}
