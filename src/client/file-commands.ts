// What can be asked and done about files without a data connection. `shown` is the name that messages have: what goes to the
// server may be the last part of it.
import { decodeName } from "../protocol/client/name-bytes.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { findCommand } from "../protocol/command-table.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { quotedIn } from "../protocol/file-path.ts";
import type { ListedEntry, ListedTime } from "../protocol/listing/listed-entry.ts";
import { formatTimeValue, parseTimeValue } from "../protocol/listing/listed-time.ts";
import { parseFactsLine } from "../protocol/listing/parse-facts-line.ts";
import { printable } from "../protocol/printable.ts";
import { type Reply, replyText } from "../protocol/reply.ts";
import { checkedCommand, encodingOf, forgetDirectory, mayHave, type Session, wireName } from "./session.ts";

const quoted = (path: string): string => `"${printable(path, 200)}"`;

/** Bytes in binary mode. Throws `FTP_REPLY_*`. */
export async function sizeOf(session: Session, path: string, shown: string = path): Promise<number> {
  const reply = await checkedCommand(
    session,
    `could not get the size of ${quoted(shown)}`,
    "SIZE",
    wireName(session, path),
  );
  const size = sizeIn(reply);
  if (size === undefined) throw replyError(`the size of ${quoted(shown)} cannot be read`, reply);
  return size;
}

/** Undefined for what cannot be read. */
export function sizeIn(reply: Reply): number | undefined {
  const size = Number(/^\s*(\d{1,16})\s*$/.exec(replyText(reply))?.[1] ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** Milliseconds since 1970. Throws `FTP_REPLY_*`. */
export async function modifiedOf(session: Session, path: string, shown: string = path): Promise<number> {
  const reply = await checkedCommand(
    session,
    `could not get the time of ${quoted(shown)}`,
    "MDTM",
    wireName(session, path),
  );
  const ms = timeIn(reply);
  if (ms === undefined) throw replyError(`the time of ${quoted(shown)} cannot be read`, reply);
  return ms;
}

export const timeIn = (reply: Reply): number | undefined => parseTimeValue(replyText(reply).trim());

/** By MLST; else from SIZE, MDTM, and whether one can change to it. */
export async function statOf(session: Session, path: string, shown: string = path): Promise<ListedEntry> {
  const what = `could not stat ${quoted(shown)}`;
  if (mayHave(session, "MLST") && session.quirks.mlst) {
    const reply = await session.control.command("MLST", wireName(session, path));
    const entry = reply.code === 250 ? factsOf(reply) : undefined;
    if (entry !== undefined) return { ...entry, name: decodeName(entry.name, encodingOf(session)) };
    if (reply.code < 500 || reply.code > 504) throw replyError(what, reply);
    session.quirks.mlst = reply.code !== 500 && reply.code !== 502;
  }
  return await statByHand(session, path, what, shown);
}

function factsOf(reply: Reply): ListedEntry | undefined {
  for (const line of reply.lines.slice(1, -1)) {
    const entry = parseFactsLine(line.replace(/^ /, "").replace(/^250-\s?/, ""));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

async function statByHand(session: Session, path: string, what: string, shown: string): Promise<ListedEntry> {
  const [size, modified] = await Promise.allSettled([sizeOf(session, path, shown), modifiedOf(session, path, shown)]);
  const ms = modified.status === "fulfilled" ? modified.value : undefined;
  const time: ListedTime | undefined = ms === undefined ? undefined : { ms, precision: "second", zone: "utc" };
  if (size.status === "fulfilled") return { name: path, type: "file", size: size.value, modified: time };
  const asked = workingDirectory(session);
  asked.catch(() => {});
  if (session.options.pipeline === false) await asked;
  const there = await session.control.command("CWD", wireName(session, path));
  const here = await asked;
  const directory: ListedEntry = { name: path, type: "directory", modified: time };
  if (there.code >= 300) {
    // Where we are is a directory, also at a server without CWD.
    if (wireName(session, here) === wireName(session, path)) return directory;
    throw isSallyportError(size.reason) ? size.reason : replyError(what, there);
  }
  await checkedCommand(session, `could not go back to ${quoted(here)}`, "CWD", wireName(session, here));
  return directory;
}

/** From the double quotes of a 257 (RFC 959 appendix II). */
export async function workingDirectory(session: Session): Promise<string> {
  return quotedPath(session, await checkedCommand(session, "could not get the working directory", "PWD"), "");
}

function quotedPath(session: Session, reply: Reply, fallback: string): string {
  const path = quotedIn(reply);
  return path === undefined ? fallback : decodeName(path, encodingOf(session));
}

/** The path as the server tells it, which some do not. */
export async function makeDirectory(session: Session, path: string, shown: string = path): Promise<string> {
  const reply = await checkedCommand(
    session,
    `could not make the directory ${quoted(shown)}`,
    "MKD",
    wireName(session, path),
  );
  return quotedPath(session, reply, path);
}

export async function changeDirectory(session: Session, path: string): Promise<void> {
  const what = `could not change to ${quoted(path)}`;
  await (path === ".."
    ? checkedCommand(session, what, "CDUP")
    : checkedCommand(session, what, "CWD", wireName(session, path)));
}

export async function removeDirectory(session: Session, path: string, shown: string = path): Promise<void> {
  await checkedCommand(session, `could not remove the directory ${quoted(shown)}`, "RMD", wireName(session, path));
}

export async function removeFile(session: Session, path: string, shown: string = path): Promise<void> {
  await checkedCommand(session, `could not delete ${quoted(shown)}`, "DELE", wireName(session, path));
}

export async function rename(
  session: Session,
  from: string,
  to: string,
  shown: { readonly from: string; readonly to: string },
): Promise<void> {
  const what = `could not rename ${quoted(shown.from)} to ${quoted(shown.to)}`;
  const target = wireName(session, to);
  const reply = await session.control.command("RNFR", wireName(session, from));
  if (reply.code !== 350) throw replyError(what, reply);
  await checkedCommand(session, what, "RNTO", target);
}

export async function setMode(session: Session, path: string, mode: number, shown: string = path): Promise<void> {
  const octal = mode.toString(8).padStart(3, "0");
  await checkedCommand(
    session,
    `could not set the mode of ${quoted(shown)}`,
    "SITE",
    `CHMOD ${octal} ${wireName(session, path)}`,
  );
}

/** MFMT; else MDTM with a time, which older servers take. */
export async function setModified(session: Session, path: string, timeMs: number, shown: string = path): Promise<void> {
  const argument = `${formatTimeValue(timeMs)} ${wireName(session, path)}`;
  const verb = session.features.has("MFMT") ? "MFMT" : "MDTM";
  await checkedCommand(session, `could not set the time of ${quoted(shown)}`, verb, argument);
}

/** Would leave the session in a state that we know nothing of: a data connection, other bytes on the control connection. */
const refused: ReadonlySet<string> = new Set(["AUTH", "CCC", "REIN", "ADAT", "MIC", "CONF", "ENC", "USER"]);

/** Throws `CONFIG_INVALID` for commands that have data, and those that would take the session apart. */
export async function quote(session: Session, line: string): Promise<Reply> {
  const [, word = "", argument] = /^(\S+)(?: (.*))?$/s.exec(line.trim()) ?? [];
  const verb = word.toUpperCase();
  if (findCommand(verb)?.data !== undefined || refused.has(verb)) {
    throw new SallyportError(
      "CONFIG_INVALID",
      `${verb} cannot be sent as it is: the session would not know what it did`,
      {
        hint: "Use the method that is made for it.",
      },
    );
  }
  const wire = argument === undefined ? undefined : wireName(session, argument);
  const reply = await session.control.command(verb, wire);
  if (verb === "TYPE") session.type = undefined;
  // CWD, CDUP, SMNT, and whatever vendors have.
  forgetDirectory(session);
  return reply;
}
