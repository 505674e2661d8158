// Objects as tables whose keys are any words: `table[word]` finds `constructor` in each of them.
import { posix } from "node:path";
import { placeOf, type SourceFile, withoutComments } from "./source-files.ts";

/** What says of a name that it is such a table; keys of a closed union are not meant. */
const declared =
  /\b([A-Za-z_$][\w$]*)\??:\s*(?:Readonly<\s*Record<\s*string\s*,|Record<\s*string\s*,|HandlerTable\b|\{\s*(?:readonly )?\[\w+: string\]:)/g;

/** The rest of a file is nobody's wire. */
const exempt: readonly RegExp[] = [/^src\/protocol\/own-entry\.ts$/, /^src\/(?:lab|simulation)\//];

function tablesOf(code: string): Set<string> {
  return new Set(Array.from(code.matchAll(declared), ([, name = ""]) => name));
}

const importing = /\bimport\s*\{([^}]*)\}\s*from\s*"([^"]+)"/g;

/** Tables of other files. */
function importedTables(file: SourceFile, code: string, files: ReadonlyMap<string, string>): string[] {
  return Array.from(code.matchAll(importing)).flatMap(([, names = "", specifier = ""]) => {
    const theirs = tablesOf(files.get(posix.join(posix.dirname(file.path), specifier)) ?? "");
    return names.split(",").flatMap((name) => (theirs.has(name.trim()) ? [name.trim()] : []));
  });
}

/** One line for each look-up in an open table by a word that is not written there. */
export function openLookUps(files: readonly SourceFile[]): string[] {
  const codes = new Map(files.map(({ path, text }) => [path, withoutComments(text)]));
  return files.flatMap((file) => {
    if (exempt.some((pattern) => pattern.test(file.path))) return [];
    const code = codes.get(file.path) ?? "";
    return [...new Set([...tablesOf(code), ...importedTables(file, code, codes)])].flatMap((name) => {
      const indexed = new RegExp(
        `(?<![\\w$])${name.replace(/\$/g, "\\$")}(?:\\?\\.)?\\[(?!["'\\d\\]])[^\\]]+\\](?!\\s*=[^=])|\\bin (?:[\\w$.]+\\.)?${name}\\b`,
        "g",
      );
      return Array.from(
        code.matchAll(indexed),
        (match) => `${placeOf(file, match.index)} has ${match[0]}: use ownEntry or a Map`,
      );
    });
  });
}
