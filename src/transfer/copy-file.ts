// One file from server to server: past this machine where both servers allow it, else through it.
import { transferBetween } from "../client/third-party.ts";
import type { FileTransferOptions, Transferred } from "../client/transfer-options.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { attemptsOf } from "./file-attempts.ts";
import { transferOptions } from "./file-transfer.ts";
import { identify } from "./identify.ts";
import { keepTimeThere } from "./keep-time.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import { type StoreOptions, storeFile } from "./store-file.ts";
import { remoteSource } from "./store-order.ts";

/** How a file is copied from server to server. */
export interface CopyOptions extends FileTransferOptions {
  /** All bytes go through this machine, also where the servers could send to each other. Default false. */
  readonly throughHere?: boolean;
}

/**
 * Copies a file from server to server. Two FTP servers that allow it send to each other (FXP); else the bytes go through this machine,
 * and what is stored is as {@link uploadFile} stores it. Source and destination may be one session.
 *
 * @throws SallyportError `FTP_REPLY_*` or `FS_*` when a server refuses, `FTP_TRANSFER` and `NET_*` when the transfer broke, `FTP_VERIFY` when
 * the copy is not what is at the source; the signal's reason.
 * @example
 * const { how } = await copyFile(session, "report.txt", another, "archive/report.txt", { retries: 2 });
 */
export async function copyFile(
  source: ServerSession,
  from: string,
  destination: ServerSession,
  to: string,
  options: CopyOptions = {},
): Promise<Transferred> {
  const { signal } = options;
  // What is read and what is written need a session each.
  await using second = source === destination ? await destination.openAnother(definedProps({ signal })) : undefined;
  const both = [source, second ?? destination] as const;
  const copy = (): Promise<Transferred> =>
    copyOneFile(
      copyRules(source, destination, options),
      { session: async () => both, from, to },
      transferOptions(options),
      "",
    );
  if ((options.retries ?? 0) === 0) return await copy();
  return await attemptsOf(both[0]).keep(() => attemptsOf(both[1]).keep(copy));
}

/** The rules of a library call; SFTP has no third-party transfer. */
export function copyRules(source: ServerSession, destination: ServerSession, options: CopyOptions): CopyRules {
  const { throughHere = false, resume = false, inPlace = false, onNote = () => {} } = options;
  const mayFxp = isFtp(source) && isFtp(destination);
  return { throughHere: throughHere || !mayFxp, resume, inPlace, noFxp: new Set(), note: onNote };
}

export interface Copy {
  /** Source and destination; asked again after a failure that may have ended one of them. */
  readonly session: () => Promise<readonly [ServerSession, ServerSession]>;
  readonly from: string;
  readonly to: string;
}

export type CopyAttemptOptions = Omit<StoreOptions, "note" | "resume" | "inPlace" | "onDataComplete">;

export interface CopyRules {
  /** Do not ask the servers to send to each other. */
  readonly throughHere: boolean;
  readonly resume: boolean;
  /** Write the name itself at the destination, without a part. */
  readonly inPlace: boolean;
  /** Pairs of servers that do not send to each other; more are added. */
  readonly noFxp: Set<string>;
  /** Is told what is no failure. */
  readonly note: (text: string) => void;
}

/** `pair` names the two servers: those that have refused once are not asked again. */
export async function copyOneFile(
  rules: CopyRules,
  copy: Copy,
  options: CopyAttemptOptions,
  pair: string,
): Promise<Transferred> {
  const { throughHere, resume, noFxp } = rules;
  // A third-party transfer cannot begin in the middle, nor change line ends.
  if (!throughHere && !resume && options.type !== "ascii" && !noFxp.has(pair)) {
    try {
      return await copyBetween(copy, options);
    } catch (error) {
      if (!isSallyportError(error) || !isRefusal(error)) throw error;
      if (!noFxp.has(pair)) {
        rules.note(`the servers do not send to each other (${error.message}); through this machine then`);
      }
      noFxp.add(pair);
    }
  }
  return await copyThroughHere(rules, copy, options);
}

/** About the way, not about the file: that would fail through here as well. A server may break down over it (mod_tls 2.9.2). */
function isRefusal({ code, details }: SallyportError): boolean {
  if ([450, 452, 530, 550, 552, 553].includes(details.reply ?? 0)) return false;
  return /^(?:FTP_REPLY_|FTP_TRANSFER$|FTP_PROTOCOL_REMOTE$|NET_UNSUPPORTED$|NET_TIMEOUT$|NET_REFUSED$|NET_RESET$)/.test(
    code,
  );
}

async function copyBetween(
  { session, from, to }: Copy,
  { signal, verify, times }: CopyAttemptOptions,
): Promise<Transferred> {
  const [source, destination] = await session();
  if (!isFtp(source) || !isFtp(destination)) throw noThirdParty();
  const call = { signal };
  const sizes = verify === "none" ? { verify } : {};
  const { bytes = 0, verified } = await transferBetween(source, destination, from, to, { ...call, ...sizes });
  const how = "third-party";
  if (times) await keepTimeThere(destination, to, (await identify(source, from, call)).modifiedMs, signal);
  const name = source.hashes.find((one) => destination.hashes.includes(one));
  if (verify !== "hash" || name === undefined) return { bytes, verified, how };
  const [ours, theirs] = await Promise.all([source.hash(from, name, call), destination.hash(to, name, call)]);
  if (ours === theirs) return { bytes, verified: name, how };
  throw new SallyportError(
    "FTP_VERIFY",
    `"${from}": its ${name} is ${ours} at the one server and ${theirs} at the other`,
    {
      hint: "Copy the file again; was it changed meanwhile?",
    },
  );
}

/** SFTP has no third-party transfer. */
function noThirdParty(): SallyportError {
  return new SallyportError(
    "NET_UNSUPPORTED",
    "one of them speaks SFTP, where a server sends to nobody but its client",
  );
}

async function copyThroughHere(rules: CopyRules, copy: Copy, options: CopyAttemptOptions): Promise<Transferred> {
  const [first, destination] = await copy.session();
  const { signal, verify, type } = options;
  // SFTP has no types: lines pass it as they are here, where an FTP server at the other side converts them.
  const knowsTypes = isFtp(first) || isFtp(destination);
  const typeAt = (session: ServerSession): { readonly type?: NonNullable<typeof type> } =>
    type === undefined || (knowsTypes && !isFtp(session)) ? {} : { type };
  using source = remoteSource(async () => (await copy.session())[0], copy.from, {
    signal,
    ...definedProps({ verify }),
    ...typeAt(first),
  });
  const { note, resume, inPlace } = rules;
  const { type: _, ...others } = options;
  const stored = await storeFile(destination, source, copy.to, {
    ...others,
    ...typeAt(destination),
    note,
    resume,
    inPlace,
    renew: async () => (await copy.session())[1],
  });
  return { ...stored, how: "through this machine" };
}
