// A small file to the server and back, and away again: in each mode that brought a listing. Nothing else is ever changed there.
import { type Session, wireName } from "../../client/session.ts";
import { abortablePromise, raceAbort } from "../../platform/abort.ts";
import type { Connection } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { limits } from "../../protocol/limits.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { ProbedMode, WriteFacts } from "../facts.ts";
import { announce } from "./active-probe.ts";
import { call } from "./call.ts";
import { agree } from "./passive-probe.ts";
import { asProbeError, openProbeSession, type Probing } from "./session-probe.ts";
import { drained, type ProbeOrder, type ProbeOutcome, transferOver } from "./transfer.ts";

export type WrittenMode = Exclude<ProbedMode, "default-port">;

/** Every byte there is, and line ends of each kind; more than what fits into one packet of the largest size. */
const content = Buffer.concat(
  Array.from({ length: 256 }, (_, index) =>
    Buffer.from(Array.from({ length: 256 }, (__, byte) => (byte + index) & 255)),
  ),
);

/** `path`: of a file that is not there. It is removed whatever happens. Throws the signal's reason only. */
export async function probeWriting(probing: Probing, mode: WrittenMode, path: string): Promise<WriteFacts> {
  const { way, signal } = probing;
  const begun = { way, mode, path };
  const opened = await openProbeSession({ ...probing, options: { ...probing.options, mode: dataMode(mode) } });
  const { session } = opened;
  try {
    if (session === undefined) return begun;
    const stored = await transfer(session, mode, storing(wireName(session, path)), signal);
    const facts = { ...begun, ...definedProps({ stored: stored.final, error: stored.error }) };
    const read = stored.works ? await readBack(session, mode, path, signal) : {};
    const isRefused = stored.error === undefined && !stored.works;
    return { ...facts, ...read, isLeft: !isRefused && (await isLeftBehind(probing, session, path, stored.works)) };
  } finally {
    // Whoever is stopped in the middle of it has not been here.
    if (signal.aborted && session !== undefined) await isLeftBehind(probing, session, path, false);
    await opened[Symbol.asyncDispose]();
  }
}

const dataMode = (mode: WrittenMode): "passive" | "active" =>
  mode === "EPSV" || mode === "PASV" ? "passive" : "active";

async function readBack(
  session: Session,
  mode: WrittenMode,
  path: string,
  signal: AbortSignal,
): Promise<Pick<WriteFacts, "isEqual" | "asciiBytes" | "error">> {
  const argument = wireName(session, path);
  const binary = await collected(session, mode, argument, signal);
  if (binary.error !== undefined) return { error: binary.error };
  const isEqual = content.equals(binary.bytes);
  // What a client does to a binary file that forgets TYPE I.
  const { code } = await session.control.command("TYPE", "A");
  if (!isEqual || code !== 200) return { isEqual };
  const ascii = await collected(session, mode, argument, signal);
  return ascii.error === undefined ? { isEqual, asciiBytes: ascii.bytes.length - content.length } : { isEqual };
}

async function collected(
  session: Session,
  mode: WrittenMode,
  argument: string,
  signal: AbortSignal,
): Promise<{ readonly bytes: Buffer } & Pick<ProbeOutcome, "error">> {
  const chunks: Buffer[] = [];
  const outcome = await transfer(session, mode, reading(argument, chunks), signal);
  return { bytes: Buffer.concat(chunks), ...definedProps({ error: outcome.error }) };
}

/** In one mode, whichever end connects. */
export async function transfer(
  session: Session,
  mode: WrittenMode,
  order: ProbeOrder,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  try {
    if (mode === "EPSV" || mode === "PASV") {
      const { setup, used } = await agree(session, mode);
      if (used === undefined) return { works: false, final: setup };
      const { connection, error } = await call(session.environment, used, signal);
      if (connection === undefined) return { works: false, ...definedProps({ error }) };
      return await transferOver(session, order, Promise.resolve(connection), signal);
    }
    await using announced = await announce(session, mode, signal);
    if (announced.listener === undefined) return { works: false, final: announced.setup };
    const coming = announced.listener.accept({ signal });
    coming.catch(() => {});
    return await transferOver(session, order, coming, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { works: false, error: asProbeError(error) };
  }
}

const storing = (argument: string): ProbeOrder => ({
  verb: "STOR",
  argument,
  carry: (data, signal) => sent(data, content, signal),
});

const reading = (argument: string, chunks: Buffer[]): ProbeOrder => ({
  verb: "RETR",
  argument,
  carry: (data, signal) => {
    let left = 2 * content.length;
    data.stream.on("data", (chunk: Buffer) => {
      if (left > 0) chunks.push(chunk);
      left -= chunk.length;
    });
    return drained(data, signal);
  },
});

/** Resolves when all has been taken and the end-of-file is on its way. */
export function sent({ stream, closed }: Connection, bytes: Buffer, signal: AbortSignal): Promise<void> {
  return abortablePromise(signal, (resolve, reject) => {
    stream.on("error", () => {}).resume();
    stream.end(bytes, () => resolve());
    void closed.then(({ error }) => (error === undefined ? resolve() : reject(error)));
    return () => {};
  });
}

/** In the session that has made it; where that is lost, in another one. Never throws. */
export async function isLeftBehind(
  probing: Probing,
  session: Session,
  path: string,
  wasStored: boolean,
): Promise<boolean> {
  const soon = new AbortController();
  const cancel = probing.environment.clock.after(limits.doctorRemoveMs, () => soon.abort(new Error("given up")));
  try {
    const isFree = session.control.failure === undefined && session.control.repliesOwed === 0;
    if (isFree) return stays(await deleted(session, path, soon.signal), wasStored);
    await using again = await openProbeSession({ ...probing, signal: soon.signal });
    if (again.session === undefined) return true;
    return stays(await deleted(again.session, path, soon.signal), wasStored);
  } catch {
    return true;
  } finally {
    cancel();
  }
}

const deleted = (session: Session, path: string, signal: AbortSignal): Promise<Reply> =>
  raceAbort(session.control.command("DELE", wireName(session, path)), signal);

/** 550 for a file that never came into being says that there is none. */
const stays = ({ code }: Reply, wasStored: boolean): boolean => code >= 400 && (wasStored || code !== 550);
