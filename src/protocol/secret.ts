// A text that no log, trace, error or inspection can show by accident.

/** Wraps a password. Only {@link Secret.reveal} gives it back; printing it in any way gives `***`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the wire and for nothing else. */
  reveal(): string {
    return this.#text;
  }

  toString(): "***" {
    return "***";
  }

  toJSON(): "***" {
    return "***";
  }

  static {
    // What console.log and assertion messages of Node show.
    const inspect = Symbol.for("nodejs.util.inspect.custom");
    Object.defineProperty(Secret.prototype, inspect, { value: (): string => "***" });
  }
}
