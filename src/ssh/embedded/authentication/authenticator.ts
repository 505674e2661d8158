// Chooses what to log in with next: publickey, keyboard-interactive, password (RFC 4252 section 5.1).
import type { AnyAuthMethod, Prompt } from "ssh2";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { showText } from "../../show-text.ts";
import type { AskUser } from "../../ssh-connection.ts";
import type { AuthenticationMethod, AuthenticationSettings } from "../configuration/host-settings.ts";
import type { ReplyTimeout } from "../reply-timeout.ts";
import { attemptWith, findIdentities, type Identity } from "./identities.ts";
import { Questions } from "./questions.ts";

type Attempt = () => Promise<AnyAuthMethod | undefined>;

/** One log-in. Not a secret: `tried` and `offered` go into the error message. */
export class Authenticator {
  /** `publickey (~/.ssh/id_ed25519)`, `password`, … */
  readonly tried: string[] = [];
  #offered: readonly string[] | undefined;
  readonly #user: string;
  readonly #settings: AuthenticationSettings;
  readonly #identities: Identity[];
  readonly #questions: Questions | undefined;
  readonly #fail: (error: unknown) => void;
  readonly #prompted = new Map<AuthenticationMethod, number>();
  #attempts = 0;
  #gaveUp = false;

  /** `questions` is absent where nobody can be asked. `fail` ends the log-in, from within a question. */
  constructor(
    user: string,
    settings: AuthenticationSettings,
    identities: readonly Identity[],
    questions: Questions | undefined,
    fail: (error: unknown) => void,
  ) {
    this.#user = user;
    this.#settings = settings;
    this.#identities = [...identities];
    this.#questions = settings.batch ? undefined : questions;
    this.#fail = fail;
  }

  /** What the server would take, once it has said so. */
  get offered(): readonly string[] {
    return this.#offered ?? [];
  }

  /** A question for a password or a code had no answer, as there was nobody to ask or the user gave none. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** A USERAUTH_FAILURE; after partial success (RFC 4252 section 5.1) other methods, or the same again, have to follow. */
  onFailure(methods: readonly string[], partialSuccess: boolean): void {
    this.#offered = methods;
    if (partialSuccess) this.#prompted.clear();
  }

  /** The next attempt, or `false` when nothing is left. The first one only asks what there is. */
  async next(): Promise<AnyAuthMethod | false> {
    if (this.#offered === undefined) return { type: "none", username: this.#user };
    if (this.#attempts++ > limits.sshAuthAttemptsMax) return false;
    const attempts: Readonly<Record<AuthenticationMethod, Attempt>> = {
      publickey: () => this.#publicKey(),
      "keyboard-interactive": () => this.#keyboardInteractive(),
      password: () => this.#password(),
    };
    for (const method of this.#settings.methods) {
      const attempt = this.#offered.includes(method) ? await attempts[method]() : undefined;
      if (attempt !== undefined) return attempt;
    }
    return false;
  }

  async #publicKey(): Promise<AnyAuthMethod | undefined> {
    for (let identity = this.#identities.shift(); identity !== undefined; identity = this.#identities.shift()) {
      const attempt = await attemptWith(identity, this.#user);
      if (attempt === undefined) continue;
      this.tried.push(`publickey (${identity.label})`);
      return attempt;
    }
    return undefined;
  }

  #keyboardInteractive(): Promise<AnyAuthMethod | undefined> {
    const questions = this.#questions;
    if (questions === undefined || !this.#mayPrompt("keyboard-interactive")) return Promise.resolve(undefined);
    const prompt = (
      name: string,
      instructions: string,
      _language: string,
      prompts: Prompt[],
      finish: (answers: string[]) => void,
    ): void => {
      const title = [name, instructions].filter((text) => text.trim() !== "");
      questions.prompts(title, prompts).then((answers) => {
        if (answers === undefined) this.#giveUp("keyboard-interactive");
        finish(answers ?? prompts.map(() => ""));
      }, this.#fail);
    };
    return Promise.resolve({ type: "keyboard-interactive", username: this.#user, prompt });
  }

  async #password(): Promise<AnyAuthMethod | undefined> {
    const questions = this.#questions;
    if (questions === undefined || !this.#mayPrompt("password")) return undefined;
    const password = await questions.password();
    if (password === undefined) {
      this.#giveUp("password");
      return undefined;
    }
    return { type: "password", username: this.#user, password };
  }

  /** Counts an attempt, at most NumberOfPasswordPrompts of each method. */
  #mayPrompt(method: AuthenticationMethod): boolean {
    const count = this.#prompted.get(method) ?? 0;
    if (count >= this.#settings.promptsMax) return false;
    this.#prompted.set(method, count + 1);
    if (count === 0) this.tried.push(method);
    else this.#questions?.denied();
    return true;
  }

  #giveUp(method: AuthenticationMethod): void {
    this.#prompted.set(method, Number.POSITIVE_INFINITY);
    this.#gaveUp = true;
    if (this.tried.at(-1) === method) this.tried[this.tried.length - 1] = `${method} (no answer)`;
  }
}

interface LoginParts {
  readonly user: string;
  /** `user@host`, for questions. */
  readonly who: string;
  readonly settings: AuthenticationSettings;
  /** Absent where nobody can be asked. */
  readonly askUser: AskUser | undefined;
  readonly notify: (line: string) => void;
  readonly replyTimeout: ReplyTimeout;
  /** Ends the log-in, from within a question. */
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

export async function prepareLogin(parts: LoginParts): Promise<Authenticator> {
  const { user, who, settings, askUser, notify, replyTimeout, fail, signal } = parts;
  const questions = askUser && new Questions(askUser, who, notify, signal);
  const passphrase = questions && ((file: string) => questions.passphrase(file));
  const wantsKeys = settings.methods.includes("publickey");
  const identities = wantsKeys ? await findIdentities(settings, passphrase, notify) : [];
  const untimed = identities.map((identity) => untimedIdentity(identity, replyTimeout));
  return new Authenticator(user, settings, untimed, questions, fail);
}

/** An agent may ask its user to confirm each signature (ssh-add -c). */
function untimedIdentity(identity: Identity, replyTimeout: ReplyTimeout): Identity {
  return { ...identity, sign: (data, hash) => replyTimeout.pause(() => identity.sign(data, hash)) };
}

interface Circumstances {
  /** `user@host`. */
  readonly who: string;
  /** A password could have been asked for. */
  readonly couldAsk: boolean;
  readonly cause: unknown;
}

/** Names what was tried and what the server would take. */
export function authenticationFailed(login: Authenticator, { who, couldAsk, cause }: Circumstances): SallyportError {
  const tried = login.tried.length === 0 ? "nothing could be tried" : `tried ${login.tried.join(", ")}`;
  const offered = login.offered.map((method) => showText(method)).join(", ") || "nothing";
  return new SallyportError("SSH_AUTH", `${who} could not log in: ${tried}; the server takes ${offered}`, {
    cause,
    hint: hint(login, couldAsk),
    details: { phase: "authentication" },
  });
}

function hint(login: Authenticator, couldAsk: boolean): string {
  const asks = login.offered.some((method) => method === "password" || method === "keyboard-interactive");
  if (asks && (!couldAsk || login.gaveUp))
    return "Run it on a terminal, so that a password can be asked for, or use a key (-i, ssh-agent).";
  if (!login.offered.includes("publickey")) return "Check the user name (-l) and the password.";
  return "Check the user name (-l) and the key (-i): its public half must be in authorized_keys on the SSH server.";
}

/** RFC 4252 section 8, SSH_MSG_USERAUTH_PASSWD_CHANGEREQ. */
export function passwordExpired(who: string): SallyportError {
  return new SallyportError("SSH_AUTH", `the password of ${who} has expired`, {
    hint: "Log in once with ssh and change it.",
    details: { phase: "authentication" },
  });
}
