// Words that do not belong into some folders.
import { placeOf, type SourceFile, withoutComments } from "./source-files.ts";

interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Where the words are at home. */
  readonly home: RegExp | undefined;
}

const bans: readonly Ban[] = [
  {
    pattern: /\b(?:Date\.now|performance\.now|process\.hrtime)\b/g,
    instead: "time comes from a Clock (src/platform/clock.ts)",
    home: /^src\/network\/system-[^/]+\.ts$/,
  },
  {
    pattern: /\bMath\.random\b/g,
    instead: "randomness comes from a Random (src/platform/random.ts)",
    home: /^src\/network\/system-[^/]+\.ts$/,
  },
  { pattern: /\bconsole\./g, instead: "below src/cli there is only the Trace", home: /^src\/cli\// },
  {
    pattern: /\bexport let\b/g,
    instead: "what is exported never changes: scripts/bundle.js relies on it",
    home: /^$/,
  },
  { pattern: /\b(?:TODO|FIXME)\b/g, instead: "finish it, or open an issue", home: undefined },
];

/** Our own objects are known by a code or a field. */
function classesOf(files: readonly SourceFile[]): Ban {
  const names = files.flatMap(({ text }) => Array.from(text.matchAll(/\bclass (\w+)/g), ([, name = ""]) => name));
  return {
    pattern: new RegExp(`\\binstanceof (?:${["SallyportError", ...names].join("|")})\\b`, "g"),
    instead: "a program may have two copies of the package: isSallyportError, a code, or a field that tells them apart",
    home: /^$/,
  };
}

/** One line per banned word: `place has word: what to do instead`. Comments count for TODO and FIXME only. */
export function bannedWords(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const code = withoutComments(file.text);
    return [...bans, classesOf(files)].flatMap(({ pattern, instead, home }) => {
      if (home?.test(file.path)) return [];
      const text = home === undefined ? file.text : code;
      return Array.from(text.matchAll(pattern), (match) => `${placeOf(file, match.index)} has ${match[0]}: ${instead}`);
    });
  });
}
