// Which folder may import which. The order is that of docs/internals/architecture.md: ground floor first.
import { posix } from "node:path";
import { placeOf, type SourceFile, withoutComments } from "./source-files.ts";

/** A folder imports from itself and from earlier rows; folders of one row do not import each other. */
const layers: readonly (readonly string[])[] = [
  ["protocol"],
  ["platform"],
  ["text"],
  ["admission"],
  ["network"],
  ["ssh"],
  ["filesystem"],
  ["simulation"],
  ["data-connection"],
  ["client", "server", "gateway"],
  ["doctor"],
  ["lab"],
  ["transfer"],
  ["tunnel", "serve", "connect"],
  ["bridge", "demo", "prompt"],
  ["cli", "testing"],
];

/** Folders without the outside world; the compiler checks them too (tsconfig.pure.json). */
const pureFolders: readonly string[] = [
  "src/protocol/",
  "src/ssh/channels/machine/",
  "src/ssh/connection-protocol/",
  "src/ssh/scp/wire/",
  "src/ssh/sftp/wire/",
];

/** Packages, and the only folder that may import each. */
const packageHomes: Readonly<Record<string, string>> = {
  ssh2: "src/ssh/embedded/",
  commander: "src/cli/",
  pino: "src/cli/",
};

const imports =
  /\b(?:import|export)\b[^;"'()]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']|\bimport\s*["']([^"']+)["']/g;

const rankOf = (folder: string): number => layers.findIndex((row) => row.includes(folder));

function relativeFault(importer: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(importer), specifier);
  const [from = "", to = ""] = [importer, target].map((path) => path.split("/")[1]);
  if (!specifier.endsWith(".ts")) return "a relative import ends in .ts";
  if (!target.startsWith("src/")) return "src imports nothing outside of src";
  if (importer === "src/index.ts") return undefined;
  if (pureFolders.some((pure) => importer.startsWith(pure) && !pureFolders.some((other) => target.startsWith(other)))) {
    return "a pure folder imports pure folders only";
  }
  if (target.split("/").length < 3) return "no folder imports src/index.ts";
  if (rankOf(from) === -1) return `src/${from} is not in the list of layers (test/static/import-faults.ts)`;
  if (rankOf(to) === -1) return `src/${to} is not in the list of layers (test/static/import-faults.ts)`;
  return from === to || rankOf(to) < rankOf(from) ? undefined : `src/${from} may not import src/${to}`;
}

function packageFault(importer: string, specifier: string): string | undefined {
  if (specifier.startsWith("node:")) {
    return pureFolders.some((pure) => importer.startsWith(pure)) ? "a pure folder imports no node:*" : undefined;
  }
  const home = packageHomes[specifier];
  if (home === undefined) return "not a package that src uses";
  return importer.startsWith(home) ? undefined : `only ${home} imports it`;
}

/** One line per import that breaks a rule: `place imports "what": rule`. */
export function importFaults(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    Array.from(withoutComments(file.text).matchAll(imports)).flatMap((match) => {
      const specifier = match[1] ?? match[2] ?? match[3] ?? "";
      const fault = specifier.startsWith(".")
        ? relativeFault(file.path, specifier)
        : packageFault(file.path, specifier);
      return fault === undefined ? [] : [`${placeOf(file, match.index)} imports "${specifier}": ${fault}`];
    }),
  );
}
