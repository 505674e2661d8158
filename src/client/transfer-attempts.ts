// A transfer for which the server has to connect to us, and cannot: once more.
import { wait } from "../platform/clock.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { DataMode } from "./client-options.ts";
import { notify, type Session } from "./session.ts";
import { runOnce, type TransferEnd, type TransferOrder } from "./transfer.ts";

/** As {@link runOnce}. A server that could not connect to us is asked again, where it could before. */
export function runTransfer(session: Session, order: TransferOrder): Promise<TransferEnd> {
  const { mode } = session.modes;
  if (mode === "default-port") return runPatiently(session, order);
  return mode === "active" ? runAtAnotherPort(session, order) : runOnce(session, order);
}

/**
 * Servers come from port 20, and cannot come twice to the same port of ours: not while another session's data connection is there, nor (S17)
 * in TIME_WAIT. The next port is another one.
 */
async function runAtAnotherPort(session: Session, order: TransferOrder): Promise<TransferEnd> {
  let isCarried = false;
  const carry: TransferOrder["carry"] = (data, signal) => {
    isCarried = true;
    return order.carry(data, signal);
  };
  try {
    return await runOnce(session, { ...order, carry });
  } catch (error) {
    if (isCarried || !couldNotConnect(session, error, "active")) throw error;
    notify(session, `the server could not connect to us (${messageOf(error)}); another port is tried`);
    return await runOnce(session, order);
  }
}

async function runPatiently(session: Session, order: TransferOrder): Promise<TransferEnd> {
  for (let waitMs = limits.clientDefaultPortRetryMs, waitedMs = 0; ; waitedMs += waitMs, waitMs *= 2) {
    try {
      return await runOnce(session, order);
    } catch (error) {
      if (!couldNotConnect(session, error, "default-port") || waitedMs + waitMs > limits.clientDefaultPortWaitMs)
        throw error;
      notify(
        session,
        `the default data port waits out TIME_WAIT (${messageOf(error)}); next attempt in ${waitMs / 1000} s`,
      );
      await wait(session.environment.clock, waitMs, order.signal);
    }
  }
}

/** Where it could before. S17: it cannot make the same connection once more before TCP has forgotten the last one. */
function couldNotConnect({ modes, control }: Session, error: unknown, mode: DataMode): boolean {
  const refused = isSallyportError(error) && error.details.reply === 425;
  return refused && modes.mode === mode && modes.transfers > 0 && control.failure === undefined;
}

const messageOf = (error: unknown): string => (isSallyportError(error) ? error.message : String(error));
