// `LIST -al path`: clients send the options of ls, though no RFC has them.

export interface ListRequest {
  /** Names that begin with a dot too. */
  readonly all: boolean;
  /** The directory itself instead of what is in it. */
  readonly itself: boolean;
  readonly order: "name" | "time" | "size";
  readonly reverse: boolean;
  /** `-R` was asked for. */
  readonly recursive: boolean;
  /** `""` when none was given. */
  readonly path: string;
}

/** A word of ls options. A file may have such a name; `--` before it makes it one. */
const optionWord = /^-([A-Za-z1]+)(?: +|$)/;

/** Letters that we do not know change nothing, as most servers have it. */
export function parseListRequest(argument: string): ListRequest {
  let rest = argument.replace(/^ +/, "");
  let letters = "";
  for (let match = optionWord.exec(rest); match !== null; match = optionWord.exec(rest)) {
    letters += match[1];
    rest = rest.slice(match[0].length);
  }
  const has = (letter: string): boolean => letters.includes(letter);
  return {
    all: has("a") || has("A"),
    itself: has("d"),
    order: has("t") ? "time" : has("S") ? "size" : "name",
    reverse: has("r"),
    recursive: has("R"),
    path: rest.replace(/^--(?: |$)/, ""),
  };
}
