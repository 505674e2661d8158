// One file to a server: attempts, and what each of them may resume.
import { refuseAsciiParts } from "../client/download.ts";
import type { Progress, SourceFacts, TransferOptions, Transferred } from "../client/transfer-options.ts";
import { printable } from "../protocol/printable.ts";
import { type AttemptRules, attemptsOf, withAttempts } from "./file-attempts.ts";
import { likeness } from "./resume-rule.ts";
import type { ServerSession } from "./server-session.ts";
import type { AttemptState, ResumeMode, StoreSource } from "./store-order.ts";

export interface StoreOptions extends AttemptRules, Pick<TransferOptions, "verify" | "type" | "onDataComplete"> {
  readonly resume?: boolean;
  /** Write the name itself, without a part. FTP always does. */
  readonly inPlace?: boolean;
  /** Give the server's file the time of the source. Default false. */
  readonly times?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

/** Throws what the session does; `FTP_VERIFY` for a file that is not the source's. */
export async function storeFile(
  session: ServerSession,
  source: StoreSource,
  path: string,
  options: StoreOptions,
): Promise<Transferred> {
  const { signal, note, resume = false, retries = 0, verify = "size", type = "binary", inPlace = false } = options;
  const { onProgress = () => {}, onDataComplete } = options;
  refuseAsciiParts(`could not upload "${printable(path, 200)}"`, { type, retries }, resume);
  const state: AttemptState = {};
  let known: SourceFacts | undefined;
  const rules = { ...options, retries: source.seekable ? retries : 0 };
  return await withAttempts(session, rules, async (own) => {
    const identity = await source.identify(signal);
    // Before the first byte of this run whatever is there is from elsewhere.
    const mode = state.hasBegun === true ? again(known, identity, path, note) : resume ? "requested" : "no";
    if (mode === "no") delete state.from;
    known = identity;
    const report = (progress: Progress): void => {
      state.hasBegun = true;
      onProgress(progress);
    };
    const modifiedMs = options.times ? identity.modifiedMs : undefined;
    const mayRetry = rules.retries > 0;
    const what = { path, source, identity, resume: mode, state, inPlace, mayRetry, modifiedMs };
    const common = { ...what, signal, verify, type, onProgress: report, note };
    // What is left after the data must need no other attempt.
    const order = retries > 0 || onDataComplete === undefined ? common : { ...common, onDataComplete };
    return await attemptsOf(own).store(order);
  });
}

function again(
  known: SourceFacts | undefined,
  now: SourceFacts,
  path: string,
  note: (text: string) => void,
): ResumeMode {
  const found = likeness(known, now);
  if (found === "same") return "retry";
  note(
    found === "changed"
      ? `${path}: the source was replaced since the last attempt; it is sent again from the beginning`
      : `${path}: nothing shows whether the source is still the same; it is sent again from the beginning`,
  );
  return "no";
}
