// A session in which nothing is said for a while, and one in which data flow meanwhile: is anybody still there?
import { type Session, wireName } from "../../client/session.ts";
import { raceAbort } from "../../platform/abort.ts";
import { type Clock, wait } from "../../platform/clock.ts";
import type { Connection } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { limits } from "../../protocol/limits.ts";
import type { IdleFacts } from "../facts.ts";
import { asProbeError, openProbeSession, type Probing } from "./session-probe.ts";
import { isLeftBehind, sent, transfer, type WrittenMode } from "./write-probe.ts";

/** undefined: there is no session. Throws the signal's reason only. */
export async function probeIdle(probing: Probing, idleMs: number): Promise<IdleFacts | undefined> {
  const { way, signal, environment } = probing;
  const begun = { way, idleMs, during: "silence" } as const;
  await using opened = await openProbeSession(probing);
  const { session } = opened;
  if (session === undefined) return undefined;
  const { clock } = environment;
  const beganMs = clock.nowMs();
  try {
    const lost = await Promise.race([session.control.closed, wait(clock, idleMs, signal)]);
    if (lost !== undefined) return { ...begun, error: lost, lostAfterMs: clock.nowMs() - beganMs };
    const reply = await raceAbort(session.control.command("NOOP"), signal);
    return { ...begun, reply };
  } catch (error) {
    signal.throwIfAborted();
    return { ...begun, error: asProbeError(error) };
  }
}

/** An upload that takes so long: one byte now and then, so that only the control connection is idle. The file is removed. undefined: there was none. */
export async function probeLongTransfer(
  probing: Probing,
  mode: WrittenMode,
  path: string,
  idleMs: number,
): Promise<IdleFacts | undefined> {
  const { way, signal, environment } = probing;
  const begun = { way, idleMs, during: "transfer" } as const;
  await using opened = await openProbeSession(probing);
  const { session } = opened;
  if (session === undefined) return undefined;
  let isStored = false;
  try {
    const { works, final, error } = await transfer(
      session,
      mode,
      slowly(session, path, environment.clock, idleMs),
      signal,
    );
    isStored = works;
    // Refused for another reason.
    if (!works && error === undefined) return undefined;
    return { ...begun, ...definedProps({ reply: final, error }) };
  } finally {
    await isLeftBehind(probing, session, path, isStored);
  }
}

const slowly = (session: Session, path: string, clock: Clock, idleMs: number) =>
  ({
    verb: "STOR",
    argument: wireName(session, path),
    extraMs: idleMs,
    carry: async (data: Connection, signal: AbortSignal): Promise<void> => {
      const endMs = clock.nowMs() + idleMs;
      while (clock.nowMs() < endMs) {
        data.stream.write("x");
        await wait(clock, Math.min(limits.doctorTrickleMs, endMs - clock.nowMs()), signal);
      }
      await sent(data, Buffer.from("\n"), signal);
    },
  }) as const;
