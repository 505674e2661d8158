// What the user is asked while logging in.
import type { Prompt } from "ssh2";
import { showLines, showText } from "../../show-text.ts";
import type { AskUser, Question } from "../../ssh-connection.ts";

const kinds: readonly (readonly [RegExp, Question["kind"]])[] = [
  [/code|token|otp|one.?time|verification|passcode|authenticator|pin\b/i, "one-time-code"],
  [/password|passwort|mot de passe|contraseña/i, "password"],
];

/** Asks one question at a time; `undefined` means that the user did not answer. */
export class Questions {
  readonly #ask: (question: Question) => Promise<string | undefined>;
  readonly #who: string;
  readonly #notify: (line: string) => void;

  /** `who` is `user@host`. */
  constructor(askUser: AskUser, who: string, notify: (line: string) => void, signal: AbortSignal) {
    this.#who = who;
    this.#notify = notify;
    this.#ask = async (question) => {
      const answer = await askUser(question, signal);
      signal.throwIfAborted();
      return answer;
    };
  }

  /** Before a question that was answered wrongly, in ssh's words. */
  denied(): void {
    this.#notify("Permission denied, please try again.");
  }

  password(): Promise<string | undefined> {
    return this.#ask({ kind: "password", text: `${this.#who}'s password: `, echo: false });
  }

  passphrase(file: string): Promise<string | undefined> {
    return this.#ask({ kind: "passphrase", text: `Enter passphrase for key '${file}': `, echo: false });
  }

  /** Prompts of keyboard-interactive (RFC 4256 section 3.2), with our own words before them, so that none can pose as ours. */
  async prompts(title: readonly string[], prompts: readonly Prompt[]): Promise<string[] | undefined> {
    const answers: string[] = [];
    for (const [index, { prompt, echo = false }] of prompts.entries()) {
      const kind = kinds.find(([pattern]) => pattern.test(prompt))?.[1] ?? "other";
      const shown = `(${this.#who}) ${showText(prompt.trimEnd())} `;
      const text = [...(index === 0 ? title.flatMap(showLines) : []), shown].join("\n");
      const answer = await this.#ask({ kind, text, echo });
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    return answers;
  }
}
