// Reads one answer from raw key strokes: what to show, and when it is complete. Pure.

import { limits } from "../../protocol/limits.ts";

export type Answer =
  | { readonly kind: "line"; readonly text: string }
  /** Ctrl-C. */
  | { readonly kind: "interrupt" }
  /** Ctrl-Z. What was typed is forgotten. */
  | { readonly kind: "suspend" }
  /** Ctrl-D on an empty line, or the terminal went away. */
  | { readonly kind: "end" };

/** What to write to the terminal now, and the answer once there is one. */
export interface Edit {
  readonly show: string;
  readonly answer?: Answer;
}

/** One per question. With `echo` false nothing but the final newline is shown. */
export class LineEditor {
  readonly #echo: boolean;
  #characters: string[] = [];
  #inEscape = false;

  constructor(echo: boolean) {
    this.#echo = echo;
  }

  /** Takes typed text; what follows a complete line is ignored. */
  feed(typed: string): Edit {
    let show = "";
    for (const key of typed) {
      const edit = this.#key(key);
      show += edit.show;
      if (edit.answer !== undefined) return { show, answer: edit.answer };
    }
    return { show };
  }

  #key(key: string): Edit {
    if (this.#inEscape) {
      // CSI and SS3 sequences (arrow keys) end with a letter or a tilde.
      this.#inEscape = !/[A-NP-Za-z~]/.test(key);
      return { show: "" };
    }
    switch (key) {
      case "\r":
      case "\n":
        return { show: "\n", answer: { kind: "line", text: this.#characters.join("") } };
      case "\u0003":
        return { show: "^C\n", answer: { kind: "interrupt" } };
      case "\u0004":
        return this.#characters.length === 0 ? { show: "\n", answer: { kind: "end" } } : { show: "" };
      case "\u001a":
        return { show: "^Z\n", answer: { kind: "suspend" } };
      case "\b":
      case "\u007f":
        return { show: this.#erase(1) };
      case "\u0015":
        return { show: this.#erase(this.#characters.length) };
      case "\u001b":
        this.#inEscape = true;
        return { show: "" };
      default:
        return { show: this.#insert(key) };
    }
  }

  #insert(key: string): string {
    if (/\p{Cc}/u.test(key) || this.#characters.length >= limits.typedAnswerCharactersMax) return "";
    this.#characters.push(key);
    return this.#echo ? key : "";
  }

  #erase(count: number): string {
    const erased = this.#characters.splice(Math.max(0, this.#characters.length - count));
    return this.#echo ? "\b \b".repeat(erased.length) : "";
  }
}
