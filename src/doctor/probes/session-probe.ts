// A session for a probe, and what became visible on the way to it. Each kind of probe has its own: what one breaks is no matter
// of the others.
import { TLSSocket } from "node:tls";
import type { ClientOptions } from "../../client/client-options.ts";
import { ControlConnection } from "../../client/control-connection.ts";
import { connectControl, greetingOf, openSession, portOf } from "../../client/open-session.ts";
import { type ClientEnvironment, replyMsOf, type Session } from "../../client/session.ts";
import { raceAbort } from "../../platform/abort.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { replyText } from "../../protocol/reply.ts";
import type { CertificateFacts, ControlFacts, WayName } from "../facts.ts";

/** A way to the server, and who knocks there. */
export interface Probing {
  readonly way: WayName;
  readonly options: ClientOptions;
  readonly environment: ClientEnvironment;
  readonly signal: AbortSignal;
}

export const targetOf = (options: ClientOptions): Endpoint => ({ host: options.host, port: portOf(options) });

export interface ProbeSession extends AsyncDisposable {
  readonly facts: ControlFacts;
  /** Absent: there is none, and `facts.error` tells why. */
  readonly session?: Session;
}

/** Never throws for what the server or the network does; the signal's reason when it is aborted. */
export async function openProbeSession(probing: Probing): Promise<ProbeSession> {
  const { way, options, environment, signal } = probing;
  const { clock } = environment;
  const target = targetOf(options);
  const begun = { way, target, isSecure: options.tls !== undefined };
  try {
    const session = await openSession(options, environment, signal);
    const sentMs = clock.nowMs();
    const system = await session.control.command("SYST").catch(() => undefined);
    const { local, remote } = session.control.connection;
    const facts: ControlFacts = {
      ...begun,
      local,
      remote,
      greeting: session.greeting,
      features: [...session.features.keys()],
      isLoggedIn: true,
      roundTripMs: clock.nowMs() - sentMs,
      ...definedProps({ system: system && replyText(system), certificate: certificateOf(session.control.connection) }),
    };
    return { facts, session, [Symbol.asyncDispose]: () => session.control.close() };
  } catch (error) {
    signal.throwIfAborted();
    return { facts: { ...begun, isLoggedIn: false, error: asProbeError(error) }, async [Symbol.asyncDispose]() {} };
  }
}

/** undefined: there is no TLS. */
function certificateOf({ stream }: Connection): CertificateFacts | undefined {
  if (!(stream instanceof TLSSocket)) return undefined;
  const certificate = stream.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { subject, subjectAltName, issuer, validTo } = certificate;
  const plain = (text: string): string => text.replaceAll("\n", ", ");
  return {
    version: stream.getProtocol() ?? "TLS",
    names: plain(subjectAltName ?? subject),
    issuer: plain(issuer),
    validTo,
  };
}

/** Connects and receives the greeting; nobody logs in, and no password is sent. Throws the signal's reason only. */
export async function probeGreeting({ way, options, environment, signal }: Probing): Promise<ControlFacts> {
  const target = targetOf(options);
  const begun = { way, target, isSecure: false, isLoggedIn: false, isGreetingOnly: true } as const;
  try {
    const { connection } = await connectControl(options, environment, signal);
    const { clock, emit } = environment;
    const control = new ControlConnection(connection, { clock, emit, replyMs: replyMsOf(options) });
    try {
      const greeting = await raceAbort(greetingOf(control, options, environment), signal);
      return { ...begun, local: connection.local, remote: connection.remote, greeting };
    } finally {
      await control.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { ...begun, error: asProbeError(error) };
  }
}

/** Whatever a probe runs into is a fact. */
export function asProbeError(error: unknown): SallyportError {
  if (isSallyportError(error)) return error;
  return new SallyportError("INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
}
