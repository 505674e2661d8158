// The SSH host: does it let us in, and does it listen for us? Whether it connects for us the FTP session shows.
import type { ClientEnvironment } from "../../client/session.ts";
import { withDeadline } from "../../platform/clock.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { SshFacts } from "../facts.ts";
import { asProbeError } from "./session-probe.ts";

/** An SSH connection that is there. */
export interface SshWay extends AsyncDisposable {
  readonly transport: "openssh" | "embedded";
  /** Its network, for clients. */
  readonly environment: ClientEnvironment;
  /** The host's, as this machine reaches it; absent: not known. */
  readonly address?: string;
}

export interface SshProbe {
  readonly facts: SshFacts;
  /** The caller's to dispose; absent: there is no connection. */
  readonly way?: SshWay;
}

/** Throws the signal's reason only. */
export async function probeSsh(
  { target, connect }: { readonly target: string; readonly connect: (signal: AbortSignal) => Promise<SshWay> },
  signal: AbortSignal,
): Promise<SshProbe> {
  try {
    const way = await connect(signal);
    return {
      way,
      facts: { target, isConnected: true, transport: way.transport, ...(await probeListening(way, signal)) },
    };
  } catch (error) {
    signal.throwIfAborted();
    return { facts: { target, isConnected: false, error: asProbeError(error) } };
  }
}

/** One global request and its answer: whether it may, and how long the line is (RFC 4254 section 7.1). */
async function probeListening(
  { environment }: SshWay,
  signal: AbortSignal,
): Promise<Pick<SshFacts, "listenRefused" | "roundTripMs">> {
  const { network, clock } = environment;
  const sentMs = clock.nowMs();
  const deadline = withDeadline(clock, limits.doctorReplyMs, signal, notAnswered);
  try {
    const listener = await network.listen({ host: "127.0.0.1", ports: { first: 0, last: 0 }, signal: deadline.signal });
    const roundTripMs = clock.nowMs() - sentMs;
    await listener[Symbol.asyncDispose]();
    return { roundTripMs };
  } catch (error) {
    signal.throwIfAborted();
    return { listenRefused: asProbeError(error), roundTripMs: clock.nowMs() - sentMs };
  } finally {
    deadline.release();
  }
}

const notAnswered = (): SallyportError =>
  new SallyportError("NET_TIMEOUT", `the SSH host has not answered within ${limits.doctorReplyMs / 1000} s`, {
    details: { phase: "listen" },
  });
