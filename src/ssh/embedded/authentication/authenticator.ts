// Chooses what to log in with next: publickey, keyboard-interactive, password (RFC 4252 section 5.1).
import type { AnyAuthMethod, Prompt } from "ssh2";
import { limits } from "../../../protocol/limits.ts";
import type { AuthenticationMethod, AuthenticationSettings } from "../configuration/host-settings.ts";
import { attemptWith, type Identity } from "./identity.ts";
import type { Questions } from "./questions.ts";

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
  }
}
