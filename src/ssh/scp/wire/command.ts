// The command that a client of scp's own protocol has run at the server: `scp -t DIR`, `scp -f FILE…`, as a shell would see it.

export interface ScpWord {
  /** One character per byte. */
  readonly text: string;
  /** With `*`, `?` and `[` where they were quoted put into brackets; as `text` where there is nothing to match. */
  readonly pattern: string;
}

export interface ScpCommand {
  /** `sink` receives files (-t), `source` sends them (-f). */
  readonly role: "sink" | "source";
  readonly recursive: boolean;
  /** Times and modes are kept. */
  readonly preserve: boolean;
  /** What is sent must go into a directory. */
  readonly intoDirectory: boolean;
  readonly paths: readonly ScpWord[];
}

/** `undefined`: it is another command. A text says why it is none that can be done. */
export function parseScpCommand(text: string): ScpCommand | string | undefined {
  if (!/^\s*(?:\/usr\/bin\/|\/bin\/)?scp(?:\s|$)/.test(text)) return undefined;
  const words = splitWords(text);
  if (words === undefined) return "a quote in the command is not closed";
  const rest = words.slice(1);
  const letters = new Set<string>();
  while (rest[0]?.pattern.startsWith("-") === true && rest[0].text !== "-") {
    const option = rest.shift()?.text ?? "";
    if (option === "--") break;
    for (const letter of option.slice(1)) letters.add(letter);
  }
  const unknown = [...letters].find((letter) => !"tfrpdvqBC".includes(letter));
  if (unknown !== undefined) return `-${unknown} is not an option that this server has`;
  if (letters.has("t") === letters.has("f")) return "this server is the remote end of scp: -t or -f";
  const role = letters.has("t") ? "sink" : "source";
  if (rest.length === 0 || (role === "sink" && rest.length > 1)) return "it takes one path";
  return {
    role,
    recursive: letters.has("r"),
    preserve: letters.has("p"),
    intoDirectory: letters.has("d"),
    paths: rest,
  };
}

const inBrackets = (character: string): string => (/[*?[]/.test(character) ? `[${character}]` : character);

/** Quotes and backslashes as in a POSIX shell; nothing is expanded or run. `undefined`: a quote is not closed. */
function splitWords(text: string): ScpWord[] | undefined {
  const words: ScpWord[] = [];
  let word: { text: string; pattern: string } | undefined;
  let quote = "";
  const add = (character: string, isQuoted: boolean): void => {
    word ??= { text: "", pattern: "" };
    word.text += character;
    word.pattern += isQuoted ? inBrackets(character) : character;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === "\\" && quote !== "'" && next !== "" && (quote === "" || '"\\$`'.includes(next))) {
      add(next, true);
      at += 1;
    } else if (character === quote) quote = "";
    else if (quote !== "") add(character, true);
    else if (character === "'" || character === '"') {
      quote = character;
      word ??= { text: "", pattern: "" };
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else add(character, false);
  }
  if (quote !== "") return undefined;
  return word === undefined ? words : [...words, word];
}
