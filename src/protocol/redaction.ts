// What a trace may show of a session: passwords are hidden in commands, and in whatever repeats them (`500 'PASS ...': not
// understood`, STAT, a name that is the password). Nothing that goes on the wire passes through it.
import { argumentText, type Command, describeCommand } from "./command.ts";
import { findCommand } from "./command-table.ts";
import { limits } from "./limits.ts";
import type { Reply } from "./reply.ts";
import { secretArgument } from "./secret-arguments.ts";

/** The part of a trace that knows the session's secrets. */
export class Redaction {
  #patterns: RegExp[] = [];
  /** What was shown before it became a secret. */
  readonly #seen: Set<string> = new Set();
  /** USER was sent: a line that is no command is most likely the password alone. */
  #awaitsPassword = false;

  /** One command line without its end, as it may be shown. */
  command(command: Command): string {
    const { verb } = command;
    const argument = command.argument === undefined ? undefined : argumentText(command);
    const found = secretArgument(verb, argument);
    // Unless it is one of ours with a letter too many: then it shows which.
    const isBare = this.#awaitsPassword && found === undefined && findCommand(verb) === undefined;
    if (isBare) this.#remember("", argument === undefined ? verb : `${verb} ${argument}`);
    else this.#awaitsPassword = verb === "USER";
    if (isBare) return "***";
    if (found !== undefined) this.#remember(found.open, found.secret);
    if (found !== undefined || argument === undefined) return describeCommand(command);
    if (verb === "USER") this.#learn(argument);
    return describeCommand({ ...command, argument: this.#hide(argument) });
  }

  /** Of a command that nobody is shown, what is secret in it is kept all the same. */
  follow(command: Command): void {
    const { verb, argument } = command;
    const mayMatter = this.#awaitsPassword || verb === "USER" || typeof argument === "object";
    if (mayMatter || secretArgument(verb, argument) !== undefined) this.command(command);
  }

  reply(reply: Reply): Reply {
    const shown = reply.lines.map((line) => this.text(line));
    // Before there is a secret nobody repeats it: the server's own words.
    for (const line of shown) this.#learn(line);
    return { code: reply.code, lines: shown };
  }

  text(text: string): string {
    return this.#hide(text);
  }

  #remember(open: string, secret: string): void {
    const parts = new Set([secret, secret.trim(), ...secret.split(/\s+/), secret.replace(/^[:=\s]+/, "")]);
    for (const part of parts) {
      if (part === "") continue;
      const literal = escapePattern(part);
      const verb = escapePattern(open.trim());
      // Said directly behind the command, or in quotes, it is repeated whatever word it is.
      const echoes = [`(?<=["'\`<(\\[{])${literal}(?=["'\`>)\\]}])`];
      if (verb !== "") echoes.push(`(?<=${verb}\\s*)${literal}(?!\\w)`);
      // Whole words only: a short password is a part of many harmless words.
      if (!this.#isServersOwn(part)) echoes.push(`(?<!\\w)${literal}(?!\\w)`);
      const pattern = new RegExp(echoes.join("|"), "gi");
      if (!this.#patterns.some(({ source }) => source === pattern.source)) this.#patterns.push(pattern);
    }
    this.#patterns = this.#patterns.slice(-limits.redactedSecretsMax);
  }

  #isServersOwn(word: string): boolean {
    return isOrdinaryWord(word) || this.#seen.has(word.toLowerCase());
  }

  #learn(text: string): void {
    for (const word of text.toLowerCase().split(/[^\p{L}\p{N}_@.-]+|\.(?!\w)/u)) {
      if (this.#seen.size >= limits.redactedWordsMax) return;
      if (word !== "") this.#seen.add(word);
    }
  }

  #hide(text: string): string {
    return this.#patterns.reduce((shown, pattern) => shown.replace(pattern, "***"), text);
  }
}

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

// The words that servers refuse and accept a login with. Hiding one of them because it is somebody's wrong password as well
// would show the password.

const words =
  "access account accounts again allowed anonymous are as at authenticate authenticated authentication authorized bad be been " +
  "before bye cannot check closed command connect connected connection could credentials denied directory disabled error " +
  "expired fail failed failure for forbidden ftp goodbye granted guest has have host in incorrect invalid is it limit local " +
  "log logged login logon logout many mismatch must name need no not ok okay on only or pass passwd password passwords " +
  "permission permitted please proceed ready refused rejected remote required restrictions retry root rejected secure send " +
  "sent server service session sorry specify successful the this to too try unable unauthorized unavailable unknown up user " +
  "username users valid wait welcome with wrong you your";

const ordinary: ReadonlySet<string> = new Set(words.split(" "));

export const isOrdinaryWord = (word: string): boolean => ordinary.has(word.toLowerCase());
