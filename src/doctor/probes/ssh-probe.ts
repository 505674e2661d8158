// The SSH host: does it let us in, does it listen for us and where, does it open sessions? Whether it connects for us the FTP session
// shows.
import type { ClientEnvironment } from "../../client/session.ts";
import { raceAbort } from "../../platform/abort.ts";
import { withDeadline } from "../../platform/clock.ts";
import type { Listener } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { isLoopback } from "../../protocol/ip-address.ts";
import { limits } from "../../protocol/limits.ts";
import type { GatewayFacts, SshFacts } from "../facts.ts";
import { call } from "./call.ts";
import { asProbeError } from "./session-probe.ts";

/** An SSH connection that is there. */
export interface SshWay extends AsyncDisposable {
  readonly transport: "openssh" | "embedded";
  /** Its network, for clients. */
  readonly environment: ClientEnvironment;
  /** The host's, as this machine reaches it; absent: not known. */
  readonly address?: string;
  /** Absent: nobody wants sessions there. */
  readonly sessions?: {
    /** Rejects where no command may be run. */
    readonly run: (signal: AbortSignal) => Promise<unknown>;
    /** One that stays open until it is disposed. */
    readonly hold: (signal: AbortSignal) => Promise<AsyncDisposable>;
  };
}

export interface SshProbe {
  readonly facts: SshFacts;
  /** The caller's to dispose; absent: there is no connection. */
  readonly way?: SshWay;
}

export interface SshToProbe {
  readonly target: string;
  readonly connect: (signal: AbortSignal) => Promise<SshWay>;
  readonly plainKeepaliveSeconds?: number;
}

/** `here`: this machine's network. Throws the signal's reason only. */
export async function probeSsh(
  { target, connect, plainKeepaliveSeconds }: SshToProbe,
  here: ClientEnvironment | undefined,
  signal: AbortSignal,
): Promise<SshProbe> {
  const begun = { target, ...definedProps({ plainKeepaliveSeconds }) };
  try {
    const way = await connect(signal);
    const listening = await inTime(way, signal, (soon) => probeListening(way, soon));
    const listenRefused = listening.error ?? listening.found?.listenRefused;
    const listens = listenRefused === undefined;
    const [gateway, sessions] = await Promise.all([
      inTime(way, signal, async (soon) => (listens ? await probeGateway(way, here, soon) : undefined)),
      inTime(way, signal, (soon) => probeSessions(way, soon)),
    ]);
    const facts = { ...begun, isConnected: true, transport: way.transport, ...sessions.found };
    const roundTripMs = listening.found && Math.min(listening.found.tookMs, gateway.found?.callMs ?? Infinity);
    return { way, facts: { ...facts, ...definedProps({ listenRefused, roundTripMs, gateway: gateway.found?.facts }) } };
  } catch (error) {
    signal.throwIfAborted();
    return { facts: { ...begun, isConnected: false, error: asProbeError(error) } };
  }
}

/** An SSH host that hangs holds up no more than that. */
async function inTime<T>(
  { environment }: SshWay,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly found?: T; readonly error?: SallyportError }> {
  const deadline = withDeadline(environment.clock, limits.doctorReplyMs, signal, notAnswered);
  try {
    return { found: await raceAbort(work(deadline.signal), deadline.signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { error: asProbeError(error) };
  } finally {
    deadline.release();
  }
}

const notAnswered = (): SallyportError =>
  new SallyportError("NET_TIMEOUT", `the SSH host has not answered within ${limits.doctorReplyMs / 1000} s`, {
    details: { phase: "listen" },
  });

interface Listening {
  /** A global request and its answer (RFC 4254 section 7.1). */
  readonly tookMs: number;
  readonly listenRefused?: SallyportError;
}

async function probeListening(way: SshWay, signal: AbortSignal): Promise<Listening> {
  const { clock } = way.environment;
  const sentMs = clock.nowMs();
  try {
    await using _ = await listen(way, "127.0.0.1", signal);
    return { tookMs: clock.nowMs() - sentMs };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { listenRefused: asProbeError(error), tookMs: clock.nowMs() - sentMs };
  }
}

interface Gateway {
  readonly facts: GatewayFacts;
  /** A channel that was opened or refused: ssh has less to do for it than for a listener. */
  readonly callMs: number;
}

async function probeGateway(way: SshWay, here: ClientEnvironment | undefined, signal: AbortSignal): Promise<Gateway> {
  const { clock } = way.environment;
  await using listener = await listen(way, "127.0.0.1", signal);
  const sentMs = clock.nowMs();
  const forLoopback = await callBeside(way, listener, signal);
  const callMs = clock.nowMs() - sentMs;
  return { callMs, facts: { forLoopback, ...(await everywhere(way, here, signal)) } };
}

const listen = ({ environment }: SshWay, host: string, signal: AbortSignal): Promise<Listener> =>
  environment.network.listen({ host, ports: { first: 0, last: 0 }, signal });

/** sshd that may not listen everywhere listens on loopback, and says nothing of it. */
async function everywhere(
  way: SshWay,
  here: ClientEnvironment | undefined,
  signal: AbortSignal,
): Promise<Partial<GatewayFacts>> {
  try {
    await using listener = await listen(way, "0.0.0.0", signal);
    const forEverywhere = await callBeside(way, listener, signal);
    const { address } = way;
    if (here === undefined || address === undefined || isLoopback(address)) return { forEverywhere };
    const { fate, connection } = await call(here, { host: address, port: listener.endpoint.port }, signal);
    connection?.reset();
    return { forEverywhere, fromHere: fate };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return isSallyportError(error) ? { forEverywhere: "refused" } : {};
  }
}

/** All of 127.0.0.0/8 is the host itself with Linux: who listens on every address is reached there, and who listens on 127.0.0.1 is not. */
async function callBeside(
  { environment }: SshWay,
  { endpoint }: Listener,
  signal: AbortSignal,
): Promise<GatewayFacts["forLoopback"]> {
  const { fate, connection } = await call(environment, { host: "127.0.0.2", port: endpoint.port }, signal);
  connection?.reset();
  return fate;
}

type Sessions = Pick<SshFacts, "commandRefused" | "sessions">;

/** MaxSessions, ForceCommand: none of it keeps data from a tunnel. Sessions are opened at once and closed again; nothing runs in them. */
async function probeSessions({ sessions }: SshWay, signal: AbortSignal): Promise<Sessions> {
  if (sessions === undefined) return {};
  const commandRefused = await sessions.run(signal).then(() => undefined, refusalOf);
  const asked = limits.doctorSessionsTried;
  const all = await Promise.allSettled(Array.from({ length: asked }, () => sessions.hold(signal)));
  const opened = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  await Promise.all(opened.map((one) => one[Symbol.asyncDispose]()));
  // Without the subsystem it cannot be counted.
  const isCounted = all.every(
    (one) => one.status === "fulfilled" || refusalOf(one.reason)?.details.channelReason !== undefined,
  );
  return { ...definedProps({ commandRefused }), ...(isCounted ? { sessions: { opened: opened.length, asked } } : {}) };
}

const refusalOf = (error: unknown): SallyportError | undefined =>
  isSallyportError(error) && error.code === "SSH_CHANNEL_REFUSED" ? error : undefined;
