// What a new session with the server is sent so that the client finds it as the old one was. The password stays in
// memory here and nowhere else.
import { argumentText, type Command } from "../command.ts";
import { quotedIn } from "../file-path.ts";
import type { Reply } from "../reply.ts";

/** `once`: it leaves nothing behind in the session, but must not be done twice. Of verbs that are not here, nobody knows. */
type Effect =
  | "none"
  | "once"
  | "login"
  | "account"
  | "setting"
  | "option"
  | "directory"
  | "restart"
  | "rename"
  | "reset";

const verbsOf: Readonly<Record<Effect, string>> = {
  none: "NOOP PWD XPWD SIZE MDTM SYST FEAT HELP STAT MLST ALLO CLNT CSID AVBL HASH XCRC XMD5 MD5 XSHA XSHA1 XSHA256 XSHA512 PRET",
  once: "DELE RMD XRMD MKD XMKD RNTO MFMT MFCT MFF COMB QUIT ABOR",
  login: "USER",
  account: "PASS ACCT",
  setting: "TYPE MODE STRU HOST LANG",
  option: "OPTS",
  directory: "CWD XCWD CDUP XCUP",
  restart: "REST",
  rename: "RNFR",
  reset: "REIN",
};

const effects: ReadonlyMap<string, Effect> = new Map(
  (Object.entries(verbsOf) as [Effect, string][]).flatMap(([effect, verbs]) =>
    verbs.split(" ").map((verb): [string, Effect] => [verb, effect]),
  ),
);

const repeatable: ReadonlySet<Effect | undefined> = new Set<Effect>([
  "none",
  "setting",
  "option",
  "directory",
  "restart",
]);

/** Sent to a server that may have done it already, it does nothing more. */
export const mayRepeat = (verb: string): boolean => repeatable.has(effects.get(verb));

/** A command of a replay, and whether its reply is what it has to be. */
export interface ReplayStep {
  readonly command: Command;
  readonly fits: (reply: Reply) => boolean;
}

interface Answered {
  readonly command: Command;
  readonly reply: Reply;
}

export class SessionRecord {
  readonly #keepsPassword: boolean;
  #login: Answered[] = [];
  readonly #settings: Map<string, Answered & { readonly isBeforeLogin: boolean }> = new Map();
  /** As PWD shows it behind the last CWD; undefined: where the login led. */
  #directory: string | undefined;
  /** CWD was obeyed, and PWD has not shown where that led. */
  #isMoving = false;
  #restart: Answered | undefined;
  #isRenaming = false;
  /** What the server was sent that cannot be repeated. */
  #unknown: string | undefined;
  /** How many commands of the client have been answered. */
  answers = 0;

  /** Without the password only a session before its login can be made again. */
  constructor(keepsPassword: boolean) {
    this.#keepsPassword = keepsPassword;
  }

  /** Why the session cannot be made again as it is now. */
  get obstacle(): string | undefined {
    if (this.#unknown !== undefined) return `${this.#unknown} cannot be repeated`;
    if (this.#isMoving) return "the server does not say its working directory";
    if (this.#isRenaming) return "RNFR waits for its RNTO";
    return undefined;
  }

  /** Transfers carry the bytes of the file as they are (RFC 959 section 3.1), so that a position in one is one in the other. */
  get carriesBytes(): boolean {
    const argument = (verb: string): string => {
      const set = this.#settings.get(verb);
      return set === undefined ? "" : argumentText(set.command).trim().toUpperCase();
    };
    return /^(I\b|L\s*8$)/.test(argument("TYPE")) && /^S?$/.test(argument("MODE")) && /^F?$/.test(argument("STRU"));
  }

  /** The offset that the next transfer starts from, by the client's REST. */
  get restart(): Command | undefined {
    return this.#restart?.command;
  }

  /** The server's final reply to a command that the client sent. True: PWD has to show where it has led. */
  answered(command: Command, reply: Reply): boolean {
    const { verb } = command;
    this.answers += 1;
    const effect = effects.get(verb);
    const isGood = reply.code < 400;
    // A forgotten RNFR or REST is forgotten by some servers only: what follows shows that the client does not want it.
    if (effect !== "rename") this.#isRenaming = false;
    if (!isGood) return false;
    if (effect === undefined) this.#unknown = isHarmlessSite(command) ? this.#unknown : verb;
    else if (effect === "setting" || effect === "option")
      this.#set(effect === "option" ? optionKey(command) : verb, { command, reply });
    else if (effect === "login" || effect === "account") this.#loggingIn(effect, { command, reply });
    else if (effect === "directory") this.#isMoving = true;
    else if (effect === "restart") this.#restart = { command, reply };
    else if (effect === "rename") this.#isRenaming = true;
    else if (effect === "reset") this.#reset();
    return effect === "directory";
  }

  /** PWD's answer behind a CWD. */
  directoryIs(reply: Reply): void {
    const path = reply.code < 300 ? quotedIn(reply) : undefined;
    if (path === undefined || path === "") return;
    this.#directory = path;
    this.#isMoving = false;
  }

  /** REST is for this transfer alone. */
  transferBegins(): void {
    this.#restart = undefined;
    this.#isRenaming = false;
  }

  /** In order, each to be answered before the next one is sent. */
  steps(): readonly ReplayStep[] {
    const settings = [...this.#settings.values()];
    // ProFTPD has no LANG for who has logged in, and HOST makes no sense then.
    const before = settings.filter(({ isBeforeLogin }) => isBeforeLogin);
    const after = settings.filter(({ isBeforeLogin }) => !isBeforeLogin);
    const steps = [...before, ...this.#login, ...after].map(asBefore);
    const path = this.#directory;
    if (path !== undefined) {
      steps.push({ command: commandOf("CWD", path), fits: ({ code }) => code < 300 });
      steps.push({
        command: commandOf("PWD", undefined),
        fits: (reply) => reply.code < 300 && quotedIn(reply) === path,
      });
    }
    return this.#restart === undefined ? steps : [...steps, asBefore(this.#restart)];
  }

  /** Behind the others: one may depend on another that was set before it. */
  #set(key: string, answered: Answered): void {
    this.#settings.delete(key);
    this.#settings.set(key, { ...answered, isBeforeLogin: this.#login.length === 0 });
  }

  #loggingIn(effect: "login" | "account", answered: Answered): void {
    if (!this.#keepsPassword) {
      this.#unknown = "the login";
      return;
    }
    if (effect === "account") this.#login.push(answered);
    // Another user in the same session: what of the first one holds still, each server decides for itself.
    else if (this.#login.some(({ command }) => command.verb === "PASS")) this.#unknown = "a second login";
    else this.#login = [answered];
  }

  #reset(): void {
    this.#login = [];
    this.#settings.clear();
    this.#directory = undefined;
    this.#isMoving = false;
    this.#restart = undefined;
  }
}

const commandOf = (verb: string, argument: string | undefined): Command => ({ verb, argument, iac: "none" });

const asBefore = ({ command, reply }: Answered): ReplayStep => ({
  command,
  fits: ({ code }) => Math.floor(code / 100) === Math.floor(reply.code / 100),
});

const optionKey = (command: Command): string => `OPTS ${argumentText(command).trim().split(/\s+/)[0]?.toUpperCase()}`;

/** They change files, and nothing of the session. */
const isHarmlessSite = (command: Command): boolean =>
  command.verb === "SITE" && /^(CHMOD|CHGRP|UTIME|HELP|MKDIR|RMDIR|SYMLINK)\b/i.test(argumentText(command).trim());
