// How much of an upload's source is at the server already, where the file itself is written: it is its own part.

import { type Chunks, compareTail } from "../client/compare-tail.ts";
import type { SourceFacts } from "../client/transfer-options.ts";
import { printable } from "../protocol/printable.ts";
import { isUntouched, nameState, resumeSteps } from "./resume-rule.ts";
import type { StoreOrder } from "./store-order.ts";

/** `there`: what has the name, `read` gives its bytes. `all`: nothing is to be sent. Throws what ends the session. */
export async function alreadyStored(
  order: StoreOrder,
  path: string,
  there: SourceFacts & { readonly size: number },
  read: (offset: number) => Chunks,
): Promise<number | "all"> {
  const { identity, resume, note, state, source, signal } = order;
  const { size } = there;
  const atServer = `${printable(path, 200)} at the server`;
  // Of this run's own bytes the time tells nothing.
  if (resume === "retry" && isUntouched(state.before, there)) {
    note(`${atServer} is still the file from before; it is sent again from the beginning`);
    return 0;
  }
  const name = nameState(resume === "retry" ? { size } : there, identity);
  if (name === "shorter" || name === "unclear") {
    const tail = source.seekable ? await compareTail(read, source.open, size, signal) : "unknown";
    if (tail === "different") {
      note(`${atServer} is not the beginning of the source; it is sent again from the beginning`);
      return 0;
    }
    if (tail === "unknown" && resume === "requested") {
      note(`${atServer} cannot be read and compared; --resume trusts that it is from this source`);
    }
  }
  const step = resumeSteps.none[name === "unclear" ? "same" : name];
  if (step === "there already") return "all";
  if (step === "resume name") return size;
  note(`${atServer} is another file; it is replaced`);
  return 0;
}
