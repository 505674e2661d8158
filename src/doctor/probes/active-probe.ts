// EPRT, PORT and no command at all: the server connects, and the peer that comes is looked at.
import { hostHere } from "../../client/active-data.ts";
import type { Session } from "../../client/session.ts";
import { listenOnDefaultPorts } from "../../data-connection/default-ports.ts";
import { openPassiveListener } from "../../data-connection/passive-listener.ts";
import { wait } from "../../platform/clock.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { formatEprt, formatPort } from "../../protocol/host-port.ts";
import { limits } from "../../protocol/limits.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { ControlFacts, DataFacts } from "../facts.ts";
import { asProbeError, type Probing } from "./session-probe.ts";
import { listOver } from "./transfer.ts";

interface Waiting extends AsyncDisposable {
  accept(options: { readonly signal: AbortSignal }): Promise<Connection>;
}

export type ActiveMode = "EPRT" | "PORT";

/** One listing. Throws the signal's reason only. */
export async function probeActive(
  probing: Probing,
  session: Session,
  control: ControlFacts,
  mode: ActiveMode,
): Promise<DataFacts> {
  const { way, signal } = probing;
  const begun = { way, mode, control, works: false };
  try {
    await using announced = await announce(session, mode, signal);
    const { setup, used, listener } = announced;
    const facts = { ...begun, setup, named: used, used };
    if (listener === undefined) return facts;
    return { ...facts, ...(await listed(session, listener, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ...begun, error: asProbeError(error) };
  }
}

interface Announced extends AsyncDisposable {
  readonly setup: Reply;
  readonly used: Endpoint;
  /** Absent: the server has refused. */
  readonly listener?: Waiting;
}

/** Throws what keeps us from listening, and for a server that does not answer. */
export async function announce(session: Session, mode: ActiveMode, signal: AbortSignal): Promise<Announced> {
  const { network } = session.environment;
  const host = hostHere(session);
  const ports = { first: 0, last: 0 };
  const listener = await openPassiveListener({ network, host, ports, signal, ...anybody });
  const dispose = (): PromiseLike<void> => listener[Symbol.asyncDispose]();
  try {
    const used = { host, port: listener.endpoint.port };
    const setup = await session.control.command(mode, mode === "EPRT" ? formatEprt(used) : formatPort(used));
    const isRefused = setup.code < 200 || setup.code > 299;
    return { setup, used, ...(isRefused ? {} : { listener }), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Two listings of one session: the second needs the same pair of ports, and is tried until TCP has forgotten it. */
export async function probeDefaultPort(
  probing: Probing,
  session: Session,
  control: ControlFacts,
): Promise<readonly DataFacts[]> {
  const first = await defaultPortListing(probing, session, control);
  if (!first.works) return [first];
  const second = { ...(await defaultPortListing(probing, session, control)), isSecond: true };
  if (second.works) return [first, second];
  return [first, { ...second, ...(await timeUntilFree(probing, session, control)) }];
}

/** How long TCP keeps the pair of ports. When the examination is ended, what was measured by then counts. */
async function timeUntilFree(
  probing: Probing,
  session: Session,
  control: ControlFacts,
): Promise<Pick<DataFacts, "waitedMs" | "worksLater">> {
  const { clock } = session.environment;
  const beganMs = clock.nowMs();
  const waitedMs = (): number => clock.nowMs() - beganMs;
  while (waitedMs() < limits.doctorPortWaitMs && session.control.failure === undefined && !probing.signal.aborted) {
    const { works } = await wait(clock, limits.doctorPortRetryMs, probing.signal)
      .then(() => defaultPortListing(probing, session, control))
      .catch(() => ({ works: false }));
    if (works) return { waitedMs: waitedMs(), worksLater: true };
  }
  return { waitedMs: waitedMs(), worksLater: false };
}

async function defaultPortListing(probing: Probing, session: Session, control: ControlFacts): Promise<DataFacts> {
  const { way, signal } = probing;
  const begun = {
    way,
    mode: "default-port" as const,
    control,
    works: false,
    ...definedProps({ used: session.controlEnd }),
  };
  if (session.controlEnd === undefined) return begun;
  try {
    const { network } = session.environment;
    await using listener = await listenOnDefaultPorts(session.controlEnd, { network, signal, ...anybody });
    if (listener.ownError !== undefined) return { ...begun, error: asProbeError(listener.ownError) };
    return { ...begun, ...(await listed(session, listener, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    return { ...begun, error: asProbeError(error) };
  }
}

/** Nothing but a listing goes this way, so the peer that came is worth more as evidence than turned away. */
const anybody = { isExpectedPeer: () => true, onRejectedPeer: () => {} };

type Listed = Pick<DataFacts, "works" | "call" | "peer" | "final" | "error">;

async function listed(session: Session, listener: Waiting, signal: AbortSignal): Promise<Listed> {
  const given = new AbortController();
  const coming = listener.accept({ signal: AbortSignal.any([signal, given.signal]) });
  coming.catch(() => {});
  try {
    const { works, final, error, connection } = await listOver(session, coming, signal);
    if (connection === undefined) return { works, call: "dropped", ...definedProps({ final, error }) };
    return { works, call: "made", peer: connection.remote, ...definedProps({ final, error }) };
  } finally {
    given.abort(new Error("the listing is over"));
  }
}
