// Directories that are reached by CWD, where a path in the command would be ignored, mean something else or be refused: old
// PLCs, z/OS data sets, IBM i. RFC 1738 section 3.2.2 has a CWD for each component. The session comes back before anything else.
import { raceAbort } from "../platform/abort.ts";
import { isKnown } from "../protocol/client/orderly-servers.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { quotedIn } from "../protocol/file-path.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { type Session, wireName } from "./session.ts";

/**
 * What CWD was answered. `unknown-base`: not sent, for the server does not tell where we are, so that there is no way back.
 * `stays`: accepted, and not obeyed.
 */
export type Went = Reply | "unknown-base" | "stays";

/**
 * Whether the server takes us there; `climb`: also where only CDUP leads back. Throws only when the session is lost, or left
 * somewhere else.
 */
export async function enterDirectory(
  session: Session,
  directory: string,
  signal: AbortSignal,
  { climb = false }: { readonly climb?: boolean } = {},
): Promise<Went> {
  const { cwd } = session;
  signal.throwIfAborted();
  if (!cwd.isMoving && cwd.away === directory) return arrived;
  return await raceAbort(
    moving(session, () => change(session, directory, climb)),
    signal,
  );
}

/** Back to where the user is. Throws `FTP_REPLY_*` when the server does not let us, and then the session is given up. */
export async function leaveDirectory(session: Session): Promise<void> {
  await moving(session, () => back(session));
}

/** One after the other, also when nobody waits for the one before any more. */
async function moving<T>({ cwd }: Session, move: () => Promise<T>): Promise<T> {
  const moved = cwd.moving.then(move);
  cwd.isMoving = true;
  const over = moved
    .catch(() => {})
    .then(() => {
      if (cwd.moving === over) cwd.isMoving = false;
    });
  cwd.moving = over;
  return await moved;
}

async function back({ cwd, control }: Session): Promise<void> {
  if (cwd.away === undefined) return;
  const { base } = cwd;
  const where = base === undefined ? "from where the listing was" : `to "${printable(base, 200)}"`;
  for (let left = base === undefined ? cwd.climbs : 1; left > 0; left -= 1) {
    const reply = await (base === undefined ? control.command("CDUP") : control.command("CWD", base));
    if (reply.code < 300) continue;
    const error = replyError(`could not go back ${where}`, reply);
    control.fail(error);
    throw error;
  }
  cwd.away = undefined;
  cwd.reported = base;
}

async function change(session: Session, directory: string, climb: boolean): Promise<Went> {
  const { cwd } = session;
  const path = wireName(session, directory);
  if (cwd.away === directory) return arrived;
  if (cwd.base === undefined) {
    const going = [
      askBase(session),
      goesAtOnce(session, path) ? session.control.command("CWD", path) : undefined,
    ] as const;
    const [base, reply] = await Promise.all(going);
    cwd.base = base;
    if (reply !== undefined && reply.code < 300) {
      Object.assign(cwd, { away: directory, climbs: stepsBack(path) });
      return reply;
    }
  }
  const { base } = cwd;
  if (base === undefined) {
    await back(session);
    return climb ? await enterBlindly(session, directory, path) : "unknown-base";
  }
  // A path from the root needs no way back before it.
  const fromRoot = path.startsWith("/")
    ? path
    : base.startsWith("/")
      ? `${base.replace(/\/$/, "")}/${path}`
      : undefined;
  if (cwd.away !== undefined && fromRoot === undefined) await back(session);
  const whole = await goTo(session, cwd.away === undefined ? path : (fromRoot ?? path));
  if (whole === "stays") return whole;
  if (whole.code < 300) {
    cwd.away = directory;
    return whole;
  }
  const steps = path.split("/").filter((step) => step !== "");
  if (whole.code < 500 || steps.length < 2) return whole;
  await back(session);
  if (path.startsWith("/")) steps[0] = `/${steps[0]}`;
  return await step(session, directory, steps, whole);
}

/** Where PWD is refused: one CDUP for each component leads back. */
async function enterBlindly(session: Session, directory: string, path: string): Promise<Went> {
  const climbs = stepsBack(path);
  if (climbs === 0) return "unknown-base";
  const reply = await session.control.command("CWD", path);
  if (reply.code < 300) Object.assign(session.cwd, { away: directory, climbs });
  return reply;
}

/** How many CDUP lead back from there; 0: they may lead elsewhere. */
function stepsBack(path: string): number {
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  return path.startsWith("/") || steps.includes("..") ? 0 : steps.length;
}

/** Behind the PWD that asks for the way back, which is not waited for where CDUPs would do. */
function goesAtOnce(session: Session, path: string): boolean {
  const { cwd, options } = session;
  return cwd.away === undefined && stepsBack(path) > 0 && isKnown(session) && options.pipeline !== false;
}

/** CWD; and PWD with it until the server has refused one, for some devices accept whatever is asked and stay where they are. */
async function goTo(session: Session, path: string): Promise<Reply | "stays"> {
  const { control, cwd, quirks } = session;
  const before = cwd.reported;
  const isTrusted = quirks.refusesCwd || isKnown(session) || before === undefined;
  const going = control.command("CWD", path);
  if (isTrusted) return await going;
  if (session.options.pipeline === false) await going;
  const [reply, now] = await Promise.all([going, askPlace(session)]);
  cwd.reported = now;
  if (reply.code >= 550) quirks.refusesCwd = true;
  const isElsewhere = now === undefined || now !== before || isPlace(before, path);
  if (reply.code >= 300 || isElsewhere) return reply;
  // A link may lead to where it stands.
  const nowhere = await control.command("CWD", `${path}/no-such-directory`);
  quirks.refusesCwd = nowhere.code >= 550;
  return nowhere.code >= 300 ? reply : "stays";
}

/** `path`, from `base`, is `base` itself. */
function isPlace(base: string, path: string): boolean {
  const whole = path.startsWith("/") ? path : `${base}/${path}`;
  const normal = (text: string): string =>
    text
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/");
  return normal(whole) === normal(base) || path.split("/").includes("..");
}

/** Component by component. Gives the refusal of the whole when one of them is refused. */
async function step(session: Session, directory: string, steps: readonly string[], whole: Reply): Promise<Reply> {
  const { cwd, control } = session;
  for (const one of steps) {
    const reply = await control.command("CWD", one);
    if (reply.code >= 300) {
      await back(session);
      return whole;
    }
    cwd.away = directory;
  }
  return arrived;
}

const arrived: Reply = { code: 250, lines: ["250 there already"] };

async function askBase(session: Session): Promise<string | undefined> {
  session.cwd.reported = await askPlace(session);
  return session.cwd.reported;
}

async function askPlace({ control }: Session): Promise<string | undefined> {
  const reply = await control.command("PWD");
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

/**
 * At a server that is known to read paths as everybody does: from the root, and from where the user is as long as we are there. A promise where we are
 * on our way.
 */
export function takesPaths(session: Session, ...paths: readonly string[]): boolean | Promise<boolean> {
  const { cwd } = session;
  if (!isKnown(session)) return false;
  if (paths.every((path) => path.startsWith("/"))) return true;
  return cwd.isMoving ? cwd.moving.then(() => cwd.away === undefined) : cwd.away === undefined;
}

export interface PathUse {
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with the name of the file in its directory, to which we have gone: a path would be ignored by some servers, taken
 * for another file or refused by others. With the path where the server does not let us go there, or tells no way back.
 */
export function withName<T>(session: Session, use: PathUse, work: (name: string) => Promise<T>): Promise<T> {
  const takes = takesPaths(session, use.path);
  return takes === true ? work(use.path) : inDirectory(session, use, work, takes);
}

async function inDirectory<T>(
  session: Session,
  { path, signal }: PathUse,
  work: (name: string) => Promise<T>,
  takes: false | Promise<boolean>,
): Promise<T> {
  if (await takes) return await work(path);
  const parts = split(path);
  if (parts !== undefined && isThere(await enterDirectory(session, parts[0], signal))) return await work(parts[1]);
  await raceAbort(leaveDirectory(session), signal);
  return await work(path);
}

/** The same with two names. What moves from one directory to another is named by its paths. */
export async function withNames<T>(
  session: Session,
  { path, signal, other }: PathUse & { readonly other: string },
  work: (name: string, other: string) => Promise<T>,
): Promise<T> {
  if (await takesPaths(session, path, other)) return await work(path, other);
  const [from, to] = [split(path), split(other)];
  const areTogether = from !== undefined && to !== undefined && from[0] === to[0];
  if (areTogether && isThere(await enterDirectory(session, from[0], signal))) return await work(from[1], to[1]);
  await raceAbort(leaveDirectory(session), signal);
  return await work(path, other);
}

export const isThere = (went: Went): boolean => typeof went !== "string" && went.code < 300;

/** LIST answers with nothing, and exit status 0, for what is not there (vsftpd). */
export function noDirectory(what: string, reply: Reply | "stays"): SallyportError {
  if (reply === "stays") {
    return new SallyportError("FTP_REPLY_PERMANENT", `${what}: the server accepts CWD and stays where it was`, {
      hint: "There is no such directory, or the server has no CWD.",
    });
  }
  const error = replyError(what, reply);
  if (reply.code !== 550) return error;
  return new SallyportError(error.code, error.message, {
    details: error.details,
    hint: "There is no such directory, or you may not look into it.",
  });
}
