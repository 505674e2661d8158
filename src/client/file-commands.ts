// What can be asked and done about files without a data connection. `shown` is the name that messages have: what goes to the
// server may be the last part of it.
import { decodeName } from "../protocol/client/name-bytes.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isSallyportError } from "../protocol/error.ts";
import type { ListedEntry, ListedTime } from "../protocol/listing/listed-entry.ts";
import { parseFactsLine } from "../protocol/listing/parse-facts-line.ts";
import { formatTimeValue, parseTimeValue } from "../protocol/listing/time-value.ts";
import { printable } from "../protocol/printable.ts";
import { type Reply, replyText } from "../protocol/reply.ts";
import { demand, encodingOf, mayHave, type Talk, wireName } from "./talk.ts";

const quoted = (path: string): string => `"${printable(path, 200)}"`;

/** Bytes in binary mode. Throws `FTP_REPLY_*`. */
export async function sizeOf(talk: Talk, path: string, shown: string = path): Promise<number> {
  const reply = await demand(talk, `could not get the size of ${quoted(shown)}`, "SIZE", wireName(talk, path));
  const size = Number(/^\s*(\d{1,16})\s*$/.exec(replyText(reply))?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(size)) throw replyError(`the size of ${quoted(shown)} cannot be read`, reply);
  return size;
}

/** Milliseconds since 1970. Throws `FTP_REPLY_*`. */
export async function modifiedOf(talk: Talk, path: string, shown: string = path): Promise<number> {
  const reply = await demand(talk, `could not get the time of ${quoted(shown)}`, "MDTM", wireName(talk, path));
  const ms = parseTimeValue(replyText(reply).trim());
  if (ms === undefined) throw replyError(`the time of ${quoted(shown)} cannot be read`, reply);
  return ms;
}

/** By MLST; else from SIZE, MDTM, and whether one can change to it. */
export async function statOf(talk: Talk, path: string, shown: string = path): Promise<ListedEntry> {
  const what = `could not stat ${quoted(shown)}`;
  if (mayHave(talk, "MLST")) {
    const reply = await talk.link.command("MLST", wireName(talk, path));
    const entry = reply.code === 250 ? factsOf(reply) : undefined;
    if (entry !== undefined) return { ...entry, name: decodeName(entry.name, encodingOf(talk)) };
    if (reply.code < 500 || reply.code > 504) throw replyError(what, reply);
  }
  return await statByHand(talk, path, what, shown);
}

function factsOf(reply: Reply): ListedEntry | undefined {
  for (const line of reply.lines.slice(1, -1)) {
    const entry = parseFactsLine(line.replace(/^ /, "").replace(/^250-\s?/, ""));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

async function statByHand(talk: Talk, path: string, what: string, shown: string): Promise<ListedEntry> {
  const [size, modified] = await Promise.allSettled([sizeOf(talk, path, shown), modifiedOf(talk, path, shown)]);
  const ms = modified.status === "fulfilled" ? modified.value : undefined;
  const time: ListedTime | undefined = ms === undefined ? undefined : { ms, precision: "second", zone: "utc" };
  if (size.status === "fulfilled") return { name: path, type: "file", size: size.value, modified: time };
  const here = await workingDirectory(talk);
  const there = await talk.link.command("CWD", wireName(talk, path));
  if (there.code >= 300) throw isSallyportError(size.reason) ? size.reason : replyError(what, there);
  await demand(talk, `could not go back to ${quoted(here)}`, "CWD", wireName(talk, here));
  return { name: path, type: "directory", modified: time };
}

/** From the double quotes of a 257 (RFC 959 appendix II). */
export async function workingDirectory(talk: Talk): Promise<string> {
  return quotedPath(talk, await demand(talk, "could not get the working directory", "PWD"), "");
}

function quotedPath(talk: Talk, reply: Reply, fallback: string): string {
  const path = quotedIn(reply);
  return path === undefined ? fallback : decodeName(path, encodingOf(talk));
}

/** As the server has it, one character per byte. */
export const quotedIn = ({ lines }: Reply): string | undefined =>
  /"((?:[^"]|"")*)"/.exec(lines[0] ?? "")?.[1]?.replaceAll('""', '"');

/** The path as the server tells it, which some do not. */
export async function makeDirectory(talk: Talk, path: string, shown: string = path): Promise<string> {
  const reply = await demand(talk, `could not make the directory ${quoted(shown)}`, "MKD", wireName(talk, path));
  return quotedPath(talk, reply, path);
}

export async function changeDirectory(talk: Talk, path: string): Promise<void> {
  const what = `could not change to ${quoted(path)}`;
  await (path === ".." ? demand(talk, what, "CDUP") : demand(talk, what, "CWD", wireName(talk, path)));
}

export async function removeDirectory(talk: Talk, path: string, shown: string = path): Promise<void> {
  await demand(talk, `could not remove the directory ${quoted(shown)}`, "RMD", wireName(talk, path));
}

export async function removeFile(talk: Talk, path: string, shown: string = path): Promise<void> {
  await demand(talk, `could not delete ${quoted(shown)}`, "DELE", wireName(talk, path));
}

export async function rename(
  talk: Talk,
  from: string,
  to: string,
  shown: { readonly from: string; readonly to: string },
): Promise<void> {
  const what = `could not rename ${quoted(shown.from)} to ${quoted(shown.to)}`;
  const target = wireName(talk, to);
  const reply = await talk.link.command("RNFR", wireName(talk, from));
  if (reply.code !== 350) throw replyError(what, reply);
  await demand(talk, what, "RNTO", target);
}

export async function setMode(talk: Talk, path: string, mode: number, shown: string = path): Promise<void> {
  const octal = mode.toString(8).padStart(3, "0");
  await demand(talk, `could not set the mode of ${quoted(shown)}`, "SITE", `CHMOD ${octal} ${wireName(talk, path)}`);
}

/** MFMT; else MDTM with a time, which older servers take. */
export async function setModified(talk: Talk, path: string, timeMs: number, shown: string = path): Promise<void> {
  const argument = `${formatTimeValue(timeMs)} ${wireName(talk, path)}`;
  const verb = talk.features.has("MFMT") ? "MFMT" : "MDTM";
  await demand(talk, `could not set the time of ${quoted(shown)}`, verb, argument);
}
