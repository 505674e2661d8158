// Reads ssh_config(5) where no OpenSSH is installed to do it: Host, Match and Include. A test compares it with `ssh -G`.
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assertOwn } from "../../../platform/private-file.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { matchesPatternList } from "../pattern.ts";
import { type ConfigLine, parseConfigLine } from "./config-lines.ts";
import { evaluateMatch, type MatchSubjects } from "./match-criteria.ts";
import { expandPathPattern } from "./path-pattern.ts";
import { keywordOf, usageOf } from "./usage-table.ts";

/** Whose settings are wanted, and by whom. */
export interface ConfigQuestion {
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
