// What of a listing has come: a server that invents files never ends.
import { SallyportError } from "../error.ts";
import { limits } from "../limits.ts";

export class ListingSize {
  readonly #what: string;
  #entries = 0;
  #bytes = 0;

  /** `what`: begins the message, `the listing of "x"`. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Throws `LIMIT_LISTING`. */
  add(entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
    if (this.#entries > limits.listedEntriesMax) throw tooLong(this.#what, `${limits.listedEntriesMax} files`);
    if (this.#bytes > limits.listingBytesMax) throw tooLong(this.#what, `${limits.listingBytesMax} bytes`);
  }
}

function tooLong(what: string, most: string): SallyportError {
  return new SallyportError("LIMIT_LISTING", `${what} has more than ${most}, the most that we read`, {
    hint: "List a part of it, with a pattern or in a subdirectory; or the server is broken, and its listing has no end.",
  });
}
