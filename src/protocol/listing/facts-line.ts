// MLST and MLSD (RFC 3659 section 7): facts for programs.
import type { FileFacts } from "./file-facts.ts";
import { formatTimeValue } from "./listed-time.ts";

export type FactName = "type" | "size" | "modify" | "perm" | "unique" | "unix.mode";

/** All that we can report, as FEAT writes them. */
export const factNames: readonly FactName[] = ["type", "size", "modify", "perm", "unique", "unix.mode"];

/** How each is written in a line. */
const spelling: Readonly<Record<FactName, string>> = {
  type: "type",
  size: "size",
  modify: "modify",
  perm: "perm",
  unique: "unique",
  "unix.mode": "UNIX.mode",
};

export interface FactsOptions {
  /** The facts that the client wants (OPTS MLST). */
  readonly wanted: ReadonlySet<FactName>;
  /** The user may change something. */
  readonly writable: boolean;
}

const values: Readonly<Record<FactName, (facts: FileFacts, options: FactsOptions) => string | undefined>> = {
  type: (facts) => typeValue(facts),
  size: (facts) => (facts.type === "file" ? String(facts.size) : undefined),
  modify: (facts) => formatTimeValue(facts.modifiedMs),
  perm: (facts, options) => permissions(facts, options.writable),
  unique: (facts) => facts.id,
  "unix.mode": (facts) => `0${facts.mode.toString(8).padStart(3, "0")}`,
};

/** `type=file;size=5;… name`, without a line end. The name is everything behind the first space. */
export function factsLine(name: string, facts: FileFacts, options: FactsOptions): string {
  const parts = factNames.map((fact) => {
    const value = options.wanted.has(fact) ? values[fact](facts, options) : undefined;
    return value === undefined ? "" : `${spelling[fact]}=${value};`;
  });
  return `${parts.join("")} ${name}`;
}

/** The line of FEAT: every fact, a star behind those that are sent now. */
export function factsFeature(wanted: ReadonlySet<FactName>): string {
  return `MLST ${factNames.map((fact) => `${spelling[fact]}${wanted.has(fact) ? "*" : ""};`).join("")}`;
}

/** OPTS MLST (RFC 3659 section 7.9): what is not known is left out. */
export function parseFactNames(text: string): ReadonlySet<FactName> {
  const asked = new Set(text.toLowerCase().split(";"));
  return new Set(factNames.filter((fact) => asked.has(fact)));
}

/** The names of the set, as the reply to OPTS MLST writes them. */
export function formatFactNames(wanted: ReadonlySet<FactName>): string {
  return factNames
    .filter((fact) => wanted.has(fact))
    .map((fact) => `${spelling[fact]};`)
    .join("");
}

function typeValue({ type }: FileFacts): string {
  if (type === "directory") return "dir";
  // RFC 3659 section 7.5.1.5: what is neither file nor directory has a name of its system's own.
  return type === "link" ? "OS.unix=slink" : type === "file" ? "file" : "OS.unix=special";
}

/** RFC 3659 section 7.5.5; a hint by the user's rights, the file's own bits may still forbid it. */
function permissions({ type }: FileFacts, writable: boolean): string {
  if (type === "directory") return writable ? "cdeflmp" : "el";
  if (type === "file") return writable ? "adfrw" : "r";
  return writable ? "df" : "";
}
