// EPSV and PASV: we connect, to the host of the control connection.
import type { Session } from "../../client/session.ts";
import { TlsClient } from "../../network/tls-client.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import { isServicePort } from "../../protocol/data-peers.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isLoopback, isUnspecified, sameHost } from "../../protocol/ip-address.ts";
import { limits } from "../../protocol/limits.ts";
import { parsePassive } from "../../protocol/passive-reply.ts";
import type { Reply } from "../../protocol/reply.ts";
import { type ControlFacts, type DataFacts, isOwnMachine, type PortTry } from "../facts.ts";
import { call } from "./call.ts";
import { asProbeError, type Probing } from "./session-probe.ts";
import { listOver } from "./transfer.ts";

export type PassiveMode = "EPSV" | "PASV";

/** One listing, and where it works what more of the server can be seen. Throws the signal's reason only. */
export async function probePassive(
  probing: Probing,
  session: Session,
  control: ControlFacts,
  mode: PassiveMode,
): Promise<DataFacts> {
  const begun = { way: probing.way, mode, control, works: false };
  try {
    const { setup, ...agreed } = await agree(session, mode);
    const { used } = agreed;
    if (used === undefined) return { ...begun, setup };
    const facts = { ...begun, setup, ...agreed, used };
    if (isServicePort(used.port)) return facts;
    const listed = await callAndList(probing, session, facts);
    return listed.works ? { ...listed, ...(await seenBeside(probing, session, mode)) } : listed;
  } catch (error) {
    probing.signal.throwIfAborted();
    return { ...begun, error: asProbeError(error) };
  }
}

interface Agreement {
  readonly setup: Reply;
  /** Where the server listens, at the control connection's host; absent: it has refused. */
  readonly used?: Endpoint;
  /** As a 227 spells it. */
  readonly named?: Endpoint;
}

/** Throws for a reply that cannot be read, and for none. */
export async function agree(session: Session, mode: PassiveMode): Promise<Agreement> {
  const setup = await session.control.command(mode);
  if (setup.code < 200 || setup.code > 299) return { setup };
  const { host, port } = parsePassive(setup);
  const named = host === undefined || isUnspecified(host) ? undefined : { host, port };
  const used = { host: session.control.connection.remote.host || session.server.host, port };
  return { setup, used, ...definedProps({ named }) };
}

type Agreed = DataFacts & { readonly used: Endpoint };

async function callAndList(probing: Probing, session: Session, facts: Agreed): Promise<DataFacts> {
  const { signal } = probing;
  const own = await call(session.environment, facts.used, signal);
  if (own.connection !== undefined) {
    const { works, final, error } = await listOver(session, Promise.resolve(own.connection), signal);
    return { ...facts, call: "made", works, ...definedProps({ final, error }) };
  }
  const refused = { ...facts, call: own.fate, ...definedProps({ error: own.error }) };
  const { named } = facts;
  if (
    named === undefined ||
    !isOwnMachine(facts.control) ||
    isLoopback(named.host) ||
    sameHost(named.host, facts.used.host)
  ) {
    return refused;
  }
  const past = await call(session.environment, named, signal);
  if (past.connection === undefined) return { ...refused, callToNamed: past.fate };
  const { final } = await listOver(session, Promise.resolve(past.connection), signal);
  return { ...refused, callToNamed: "made", ...definedProps({ finalOfNamed: final }) };
}

/** Of a mode that works: the ports, and whether the server wants TLS resumed. A session that is lost over it costs no more than that. */
async function seenBeside(
  { signal }: Probing,
  session: Session,
  mode: PassiveMode,
): Promise<Pick<DataFacts, "tries" | "finalUnresumed">> {
  try {
    const tries = await tryPorts(session, mode, signal);
    const finalUnresumed = await listUnresumed(session, mode, signal);
    return { tries, ...definedProps({ finalUnresumed }) };
  } catch {
    signal.throwIfAborted();
    return {};
  }
}

/** A firewall may let in some of the server's ports and not the others. The first that is not reached is enough. */
async function tryPorts(session: Session, mode: PassiveMode, signal: AbortSignal): Promise<readonly PortTry[]> {
  const tries: PortTry[] = [];
  for (let count = 0; count < limits.doctorPortsTried; count += 1) {
    const { used } = await agree(session, mode);
    if (used === undefined || isServicePort(used.port)) return tries;
    const { fate, connection } = await call(session.environment, used, signal);
    connection?.reset();
    tries.push({ port: used.port, call: fate });
    if (fate !== "made") return tries;
  }
  return tries;
}

/** As a client does that begins TLS again from the start on each data connection. undefined: there is no TLS. */
async function listUnresumed(session: Session, mode: PassiveMode, signal: AbortSignal): Promise<Reply | undefined> {
  const { tls } = session.options;
  if (tls === undefined || !session.protectData) return undefined;
  const { used } = await agree(session, mode);
  if (used === undefined) return undefined;
  const { connection } = await call(session.environment, used, signal);
  if (connection === undefined) return undefined;
  const unresumed = new TlsClient(session.server.host, tls, session.environment.clock);
  return (await listOver(session, Promise.resolve(connection), signal, unresumed)).final;
}
