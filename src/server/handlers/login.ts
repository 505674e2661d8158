// Logging in and out: USER, PASS, ACCT, REIN, QUIT, HOST (RFC 7151), ABOR.
import { definedProps } from "../../protocol/defined-props.ts";
import { isSallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { makeReply } from "../../protocol/reply.ts";
import type { Account } from "../account.ts";
import { type Answer, clientOf, type HandlerTable, leaveAccount, reinitialise, type Session } from "../session.ts";

export const loginHandlers: HandlerTable = {
  /** The same words for every name (RFC 2577 section 7). */
  USER: (session, user) => {
    leaveAccount(session);
    Object.assign(session.state, { user, phase: "named" });
    return makeReply(331, "Please specify the password.");
  },
  PASS: logIn,
  ACCT: () => makeReply(202, "ACCT command ignored."),
  REIN: async (session) => {
    await session.data.forget();
    reinitialise(session);
    return makeReply(220, "Service ready for new user.");
  },
  QUIT: () => ({ reply: makeReply(221, "Goodbye."), next: "close" }),
  HOST: (session, host) => {
    // RFC 7151 section 3: before USER, since the host decides who is a user.
    if (session.state.phase !== "start") return makeReply(503, "HOST must come before USER.");
    session.state.host = host;
    return makeReply(220, "Welcome.");
  },
  ABOR: (session) => {
    const aborted = session.state.aborted;
    session.state.aborted = false;
    return aborted ? makeReply(226, "ABOR successful.") : makeReply(225, "No transfer to ABOR.");
  },
};

async function logIn(session: Session, password: string, signal: AbortSignal): Promise<Answer> {
  const { state, context } = session;
  const { guard, policy } = context;
  const { user, host } = state;
  state.phase = "start";
  const address = clientOf(session);
  const attempt = { user, password, address, secure: session.secure, ...definedProps({ host }) };
  leaveAccount(session);
  let account: Account | undefined;
  try {
    account = await guard.attempt(address, user, () => policy.authenticate(attempt, signal), signal);
  } catch (error) {
    if (signal.aborted || !isSallyportError(error)) throw error;
    // No word about the password: what judges could not be asked.
    session.emit({ type: "login.failed", client: address, user, reason: error.message });
    return { reply: makeReply(421, `Login is not possible now: ${error.message}.`), next: "close" };
  }
  session.emit({ type: account === undefined ? "login.refused" : "login.accepted", client: address, user });
  if (account === undefined) return refuse(session);
  Object.assign(state, { account, phase: "logged-in", loginFailures: 0, directory: account.directory ?? "/" });
  return makeReply(230, "Login successful.");
}

function refuse({ state }: Session): Answer {
  state.loginFailures += 1;
  if (state.loginFailures < limits.loginFailuresMax) return makeReply(530, "Login incorrect.");
  return { reply: makeReply(421, `Maximum login attempts (${limits.loginFailuresMax}) exceeded.`), next: "close" };
}
