// Reads ssh_config(5) where no OpenSSH is installed to do it: lines, Host, Match and Include. A test compares it with `ssh -G`.
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { isAbsolute, join, parse } from "node:path";
import { assertOwn } from "../../../admission/private-file.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { matchesPattern, matchesPatternList } from "../pattern.ts";
import { keywordOf, usageOf } from "./unused-settings.ts";

interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly args: readonly string[];
  /** Everything after the keyword, for commands. */
  readonly rest: string;
  readonly number: number;
}

/** `undefined` for empty lines and comments. Throws for what ssh would not accept either; the message is the reason. */
export function parseConfigLine(text: string, number: number): ConfigLine | undefined {
  const line = text.trim();
  if (line === "" || line.startsWith("#")) return undefined;
  const [, keyword = "", rest = ""] = /^("[^"]*"|[^\s=]+)(?:\s*=\s*|\s+)?(.*)$/.exec(line) ?? [];
  return { keyword: keyword.replace(/"/g, "").toLowerCase(), args: splitArguments(rest), rest, number };
}

/** Words: quotes keep blanks, a backslash keeps a quote, a backslash or a blank, `#` at a word's start begins a comment. */
function splitArguments(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? "")) at++;
    if (at >= text.length || text[at] === "#") return words;
    const { word, end } = takeWord(text, at);
    words.push(word);
    at = end;
  }
}

function takeWord(text: string, start: number): { readonly word: string; readonly end: number } {
  let word = "";
  let quote = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    const next = text[at + 1] ?? "";
    if (character === "\\" && next !== "" && (`"'\\`.includes(next) || (quote === "" && next === " "))) {
      word += next;
      at++;
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (/\s/.test(character)) break;
    else word += character;
  }
  if (quote !== "") throw new Error("a quote is not closed");
  return { word, end: at };
}

/** Existing paths that match, in lexical order. `*` and `?` stay within one name and do not match a leading dot. */
function expandPathPattern(pattern: string): string[] {
  const { root } = parse(pattern);
  const names = pattern
    .slice(root.length)
    .split(/[\\/]+/)
    .filter((name) => name !== "");
  let found = [isAbsolute(pattern) ? root : "."];
  for (const name of names) {
    found = /[*?]/.test(name)
      ? found.flatMap((directory) => namesIn(directory, name).map((match) => join(directory, match)))
      : found.map((directory) => join(directory, name));
  }
  return found.filter((path) => existsSync(path));
}

function namesIn(directory: string, pattern: string): string[] {
  try {
    const visible = readdirSync(directory).filter((name) => pattern.startsWith(".") || !name.startsWith("."));
    return visible.filter((name) => matchesPattern(pattern, name)).sort();
  } catch {
    return []; // not a directory, or not ours to read
  }
}

/** What the conditions that look at something look at. */
type MatchSubjects = Readonly<Record<"host" | "originalhost" | "user" | "localuser", string>>;

interface MatchResult {
  readonly met: boolean;
  /** `final` was seen: the files are to be read once more. */
  readonly wantsFinal: boolean;
  /** Conditions that were not looked at, and count as not met. */
  readonly unknown: readonly string[];
  /** Why the line is wrong. */
  readonly problem?: string;
}

/** `final` is true in the second reading. */
function evaluateMatch(args: readonly string[], subjects: MatchSubjects, final: boolean): MatchResult {
  let result: MatchResult = { met: true, wantsFinal: false, unknown: [] };
  if (args.length === 0) return { ...result, met: false, problem: "Match without a condition" };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const negated = word.startsWith("!");
    const name = (negated ? word.slice(1) : word).toLowerCase();
    let holds = name === "all" || final;
    if (name === "final") result = { ...result, wantsFinal: true };
    else if (name !== "all" && name !== "canonical") {
      const patterns = rest.shift();
      if (patterns === undefined) return { ...result, met: false, problem: `Match ${name} has no value` };
      const subject = Object.entries(subjects).find(([key]) => key === name)?.[1];
      if (subject === undefined) result = { ...result, met: false, unknown: [...result.unknown, name] };
      holds = subject !== undefined && matchesPatternList(patterns.split(","), subject);
    }
    if (holds === negated) result = { ...result, met: false };
  }
  return result;
}

/** Whose settings are wanted, and by whom. */
interface ConfigQuestion {
  /** The host as the user typed it. */
  readonly host: string;
  readonly localUser: string;
  /** The user's home directory. */
  readonly home: string;
}

interface ConfigFile {
  readonly path: string;
  /** Where relative Includes are looked for. */
  readonly directory: string;
  /** A file that the user named must exist. */
  readonly required: boolean;
}

const accumulated = new Set([
  "certificatefile",
  "dynamicforward",
  "identityfile",
  "localforward",
  "remoteforward",
  "sendenv",
  "setenv",
]);
const commands = new Set(["proxycommand", "localcommand", "remotecommand", "knownhostscommand"]);

/** Collects settings: the first value of a keyword counts, as in ssh. */
export class ConfigReader {
  readonly config: Map<string, string[]> = new Map();
  /** `Match exec` and other things that were not looked at, for the user. */
  readonly notes: string[] = [];
  readonly #question: ConfigQuestion;
  #matchFinal = false;
  #wantsFinal = false;

  constructor(question: ConfigQuestion) {
    this.#question = question;
  }

  /** A value of the command line. */
  set(keyword: string, value: string): void {
    const values = this.config.get(keyword);
    // Two ways to the same server: the first one that is set counts.
    if (keyword === "proxyjump" && this.config.has("proxycommand")) return;
    if (keyword === "proxycommand" && this.config.has("proxyjump")) return;
    if (values === undefined) this.config.set(keyword, [value]);
    else if (accumulated.has(keyword) && !values.includes(value)) values.push(value);
  }

  /** `-o Name=value`. */
  option(text: string): void {
    const line = this.#parse(text, 0, "-o");
    if (line !== undefined) this.#apply(line, `-o ${text}`);
  }

  /** All files, in order; once more if one of them has `Match final` (ssh_config(5)). */
  files(files: readonly ConfigFile[]): void {
    for (const file of files) this.#file(file, 0);
    if (!this.#wantsFinal) return;
    this.#matchFinal = true;
    this.set("hostname", this.hostName); // settled by the first pass
    for (const file of files) this.#file(file, 0);
  }

  /** HostName so far, with `%h` expanded. */
  get hostName(): string {
    const { host } = this.#question;
    return (this.config.get("hostname")?.[0] ?? host).replace(/%([%h])/g, (_, token) => (token === "h" ? host : "%"));
  }

  #file(file: ConfigFile, depth: number): void {
    if (depth > limits.sshConfigIncludesMax) throw invalid(file.path, "too many Includes within Includes");
    let active = true;
    for (const [index, text] of readLines(file).entries()) {
      const place = `${file.path} line ${index + 1}`;
      const line = this.#parse(text, index + 1, place);
      if (line === undefined) continue;
      if (line.keyword === "host") active = matchesPatternList(line.args, this.#hostToMatch);
      else if (line.keyword === "match") active = this.#matches(line, place);
      else if (!active) continue;
      else if (line.keyword === "include") this.#include(line, file, depth);
      else this.#apply(line, place);
    }
  }

  get #hostToMatch(): string {
    return this.#matchFinal ? this.hostName : this.#question.host;
  }

  #include(line: ConfigLine, file: ConfigFile, depth: number): void {
    for (const arg of line.args) {
      const path = join(arg.startsWith("/") || arg.startsWith("~") ? "" : file.directory, arg);
      const expanded = path.replace(/^~(?=\/|$)/, this.#question.home);
      for (const found of expandPathPattern(expanded)) {
        this.#file({ path: found, directory: file.directory, required: false }, depth + 1);
      }
    }
  }

  #parse(text: string, number: number, place: string): ConfigLine | undefined {
    try {
      return parseConfigLine(text, number);
    } catch (error) {
      throw invalid(place, (error as Error).message);
    }
  }

  #apply(line: ConfigLine, place: string): void {
    const keyword = keywordOf(line.keyword);
    if (usageOf(keyword) === undefined) {
      const ignored = this.config.get("ignoreunknown")?.[0]?.toLowerCase().split(",") ?? [];
      if (matchesPatternList(ignored, keyword)) return;
      throw invalid(place, `unknown option '${line.keyword}'`);
    }
    const value = commands.has(keyword) ? line.rest : line.args.join(" ");
    if (value === "") throw invalid(place, `${line.keyword} has no value`);
    this.set(keyword, value);
  }

  #matches(line: ConfigLine, place: string): boolean {
    const { host, localUser } = this.#question;
    const subjects: MatchSubjects = {
      host: this.hostName,
      originalhost: host,
      user: this.config.get("user")?.[0] ?? localUser,
      localuser: localUser,
    };
    const match = evaluateMatch(line.args, subjects, this.#matchFinal);
    if (match.problem !== undefined) throw invalid(place, match.problem);
    if (match.wantsFinal) this.#wantsFinal = true;
    for (const name of match.unknown) this.notes.push(`${place}: Match ${name} needs OpenSSH and counts as not met`);
    return match.met;
  }
}

/** ProxyCommand and `Match exec` are run, so a file that somebody else may write is not obeyed (readconf.c of OpenSSH). */
function readLines(file: ConfigFile): string[] {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file.path, "r");
    const stats = fstatSync(descriptor);
    // -F /dev/null and the pipe of a shell's <(…) are no files that others could change.
    if (stats.isFile()) assertOwn(stats, file.path, "SSH_CONFIG");
    return readFileSync(descriptor, "utf8").split(/\r?\n/);
  } catch (error) {
    if (isSallyportError(error)) throw error;
    if (!file.required) return [];
    throw new SallyportError("SSH_CONFIG", `could not read the SSH configuration file ${file.path}`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function invalid(place: string, why: string): SallyportError {
  return new SallyportError("SSH_CONFIG", `${place}: ${why}`, { hint: "Correct the SSH configuration there." });
}
