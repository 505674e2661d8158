// Directories that are reached by CWD, where a path in the command would be ignored, mean something else or be refused: old
// PLCs, z/OS data sets, IBM i. RFC 1738 section 3.2.2 has a CWD for each component. The session comes back before anything else.
import { raceAbort } from "../platform/abort.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { quotedIn } from "./file-commands.ts";
import { type Talk, wireName } from "./talk.ts";

/** What this server offers and does not have, found out and remembered for the session. */
export interface Ways {
  /** MLSD, where it is offered. */
  mlsd: "untried" | "works" | "missing";
  /** PRET has not been refused. */
  pret: boolean;
}

export const newWays = (): Ways => ({ mlsd: "untried", pret: true });

/** Where the server has us. Bytes, one character each. */
export interface Place {
  /** Where the user is; undefined: not asked since the last change. */
  base: string | undefined;
  /** Where we went from there for a listing or a file, as a path of the user's. */
  away: string | undefined;
  /** A change that is on its way, or over. Never rejects. */
  moving: Promise<unknown>;
}

export const newPlace = (): Place => ({ base: undefined, away: undefined, moving: Promise.resolve() });

/** Whether the server takes us there. Throws only when the session is lost, or left somewhere else. */
export async function goTo(talk: Talk, directory: string, signal: AbortSignal): Promise<Reply | "unknown-base"> {
  return await raceAbort(
    moving(talk, () => change(talk, directory)),
    signal,
  );
}

/** Back to where the user is. Throws `FTP_REPLY_*` when the server does not let us, and then the session is given up. */
export async function comeBack(talk: Talk): Promise<void> {
  await moving(talk, () => back(talk));
}

/** The directory is another one now, or may be. */
export function forgetPlace({ place }: Talk): void {
  place.base = undefined;
}

/** One after the other, also when nobody waits for the one before any more. */
async function moving<T>({ place }: Talk, move: () => Promise<T>): Promise<T> {
  const moved = place.moving.then(move);
  place.moving = moved.catch(() => {});
  return await moved;
}

async function back({ place, link }: Talk): Promise<void> {
  if (place.away === undefined || place.base === undefined) return;
  const reply = await link.command("CWD", place.base);
  if (reply.code >= 300) {
    const error = replyError(`could not go back to "${printable(place.base, 200)}"`, reply);
    link.fail(error);
    throw error;
  }
  place.away = undefined;
}

async function change(talk: Talk, directory: string): Promise<Reply | "unknown-base"> {
  const { place, link } = talk;
  const path = wireName(talk, directory);
  if (place.away === directory) return arrived;
  place.base ??= await askBase(talk);
  const { base } = place;
  if (base === undefined) return "unknown-base";
  // A path from the root needs no way back before it.
  const fromRoot = path.startsWith("/")
    ? path
    : base.startsWith("/")
      ? `${base.replace(/\/$/, "")}/${path}`
      : undefined;
  if (place.away !== undefined && fromRoot === undefined) await back(talk);
  const whole = await link.command("CWD", place.away === undefined ? path : (fromRoot ?? path));
  if (whole.code < 300) {
    place.away = directory;
    return whole;
  }
  const steps = path.split("/").filter((step) => step !== "");
  if (whole.code < 500 || steps.length < 2) return whole;
  await back(talk);
  if (path.startsWith("/")) steps[0] = `/${steps[0]}`;
  return await step(talk, directory, steps, whole);
}

/** Component by component. Gives the refusal of the whole when one of them is refused. */
async function step(talk: Talk, directory: string, steps: readonly string[], whole: Reply): Promise<Reply> {
  const { place, link } = talk;
  for (const one of steps) {
    const reply = await link.command("CWD", one);
    if (reply.code >= 300) {
      await back(talk);
      return whole;
    }
    place.away = directory;
  }
  return arrived;
}

const arrived: Reply = { code: 250, lines: ["250 there already"] };

async function askBase({ link }: Talk): Promise<string | undefined> {
  const reply = await link.command("PWD");
  const path = reply.code < 300 ? (quotedIn(reply) ?? unquotedIn(reply)) : undefined;
  return path === undefined || path === "" || /[\r\n\0]/.test(path) ? undefined : path;
}

/** `257 /dir`, without the quotes that RFC 959 wants. */
const unquotedIn = ({ lines }: Reply): string | undefined => /^257[ -]\s*(\/\S*)(?:\s|$)/.exec(lines[0] ?? "")?.[1];

/** The directory and the name in it; undefined for a name without directory, and for what is in the root. */
function split(path: string): readonly [string, string] | undefined {
  const [, directory = "", name = ""] = /^(.*\/)?([^/]+)$/s.exec(path) ?? [];
  const parent = directory.replace(/\/+$/, "");
  return parent === "" || name === "" || name === "." || name === ".." ? undefined : [parent, name];
}

export interface PathUse {
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with the name of the file in its directory, to which we have gone: a path would be ignored by some servers, taken
 * for another file or refused by others. With the path where the server does not let us go there, or tells no way back.
 */
export async function byName<T>(talk: Talk, { path, signal }: PathUse, work: (name: string) => Promise<T>): Promise<T> {
  const parts = split(path);
  if (parts !== undefined && isThere(await goTo(talk, parts[0], signal))) return await work(parts[1]);
  await raceAbort(comeBack(talk), signal);
  return await work(path);
}

/** The same with two names. What moves from one directory to another is named by its paths. */
export async function byNames<T>(
  talk: Talk,
  { path, signal, other }: PathUse & { readonly other: string },
  work: (name: string, other: string) => Promise<T>,
): Promise<T> {
  const [from, to] = [split(path), split(other)];
  const areTogether = from !== undefined && to !== undefined && from[0] === to[0];
  if (areTogether && isThere(await goTo(talk, from[0], signal))) return await work(from[1], to[1]);
  await raceAbort(comeBack(talk), signal);
  return await work(path, other);
}

export const isThere = (reply: Reply | "unknown-base"): boolean => reply !== "unknown-base" && reply.code < 300;

/** LIST answers with nothing, and exit status 0, for what is not there (vsftpd). */
export function noDirectory(what: string, reply: Reply): SallyportError {
  const error = replyError(what, reply);
  if (reply.code !== 550) return error;
  return new SallyportError(error.code, error.message, {
    details: error.details,
    hint: "There is no such directory, or you may not look into it.",
  });
}
