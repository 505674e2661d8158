// One file from server to server: past this machine where both servers allow it, else through it.
import type { TransferOptions } from "../client/transfer-options.ts";
import { transferBetween } from "../connect/transfer-between.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { isFtp, type ServerSession, type Transferred } from "./server-session.ts";

export interface Copy {
  /** Source and destination; asked again after a failure that may have ended one of them. */
  readonly session: () => Promise<readonly [ServerSession, ServerSession]>;
  readonly from: string;
  readonly to: string;
  /** The URL of `to`, for messages. */
  readonly target: string;
}

export interface CopyRules {
  /** Do not ask the servers to send to each other. */
  readonly throughHere: boolean;
  readonly resume: boolean;
  /** Pairs of servers that do not send to each other; more are added. */
  readonly noFxp: Set<string>;
  /** Is told what is no failure. */
  readonly note: (text: string) => void;
}

/** `pair` names the two servers: those that have refused once are not asked again. */
export async function copyFile(
  rules: CopyRules,
  copy: Copy,
  options: TransferOptions,
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

async function copyBetween({ session, from, to }: Copy, { signal, verify }: TransferOptions): Promise<Transferred> {
  const [source, destination] = await session();
  if (!isFtp(source) || !isFtp(destination)) throw noThirdParty();
  const call = signal === undefined ? {} : { signal };
  const sizes = verify === "none" ? { verify } : {};
  const { bytes = 0, verified } = await transferBetween(source, destination, from, to, { ...call, ...sizes });
  const how = "third-party";
  const name = source.hashes.find((one) => destination.hashes.includes(one));
  if (verify !== "hash" || name === undefined) return { bytes, verified, how };
  const [ours, theirs] = await Promise.all([source.hash(from, name, call), destination.hash(to, name, call)]);
  if (ours === theirs) return { bytes, verified: name, how };
  throw new SallyportError(
    "FTP_VERIFY",
    `"${from}": its ${name} is ${ours} at the one server and ${theirs} at the other`,
    {
      cure: "Copy the file again; was it changed meanwhile?",
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

async function copyThroughHere(rules: CopyRules, copy: Copy, options: TransferOptions): Promise<Transferred> {
  const [source, destination] = await copy.session();
  const { from, to } = copy;
  const how = "through this machine";
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const size = await source.size(from, call).catch(() => undefined);
  const there = rules.resume ? await sizeThere(destination, to, call) : 0;
  if (there > 0 && there === size) return { bytes: 0, verified: "size", how, wasThere: true };
  if (size !== undefined && there > size) {
    throw new SallyportError("FTP_VERIFY", `${copy.target} has ${there} bytes, and the source has ${size}`, {
      cure: "It is another file: copy it without --resume.",
    });
  }
  const { onProgress, resume: _, ...both } = options as TransferOptions & { readonly resume?: boolean };
  const streams: { destroy(): unknown }[] = [];
  const open = (offset: number): AsyncIterable<Uint8Array> => {
    // A checksum needs the bytes before as well.
    const verify = there + offset > 0 ? "size" : (both.verify ?? "size");
    const stream = source.download(from, { ...both, verify, offset: there + offset });
    stream.result.catch(() => {});
    streams.push(stream);
    return stream;
  };
  let sent = 0;
  const report = ({ bytes }: { bytes: number }): void => {
    sent = bytes;
    onProgress?.({ bytes: there + bytes, size });
  };
  try {
    const { bytes, verified } = await destination.upload(open, to, { ...both, append: there > 0, onProgress: report });
    return { bytes, verified, how };
  } catch (error) {
    const part = copy.target + (destination.partSuffix ?? "");
    if (sent > 0) rules.note(`${part} may have a part of the file; --resume goes on there`);
    throw error;
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

async function sizeThere(
  client: ServerSession,
  path: string,
  call: { readonly signal?: AbortSignal },
): Promise<number> {
  if (client.bytesThere !== undefined) return await client.bytesThere(path, call);
  try {
    return await client.size(path, call);
  } catch (error) {
    // It is not there yet.
    if (isSallyportError(error) && error.details.reply === 550) return 0;
    throw error;
  }
}
