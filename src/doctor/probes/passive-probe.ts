// EPSV and PASV: we connect, to the host of the control connection.
import type { Session } from "../../client/session.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import { isServicePort } from "../../protocol/data-peers.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isLoopback, isUnspecified, sameHost } from "../../protocol/ip-address.ts";
import { parsePassive } from "../../protocol/passive-reply.ts";
import { type ControlFacts, type DataFacts, isOwnMachine } from "../facts.ts";
import { call } from "./call.ts";
import { listOver } from "./listing-probe.ts";
import { asProbeError, type Probing } from "./session-probe.ts";

/** One listing. Throws the signal's reason only. */
export async function probePassive(
  probing: Probing,
  session: Session,
  control: ControlFacts,
  mode: "EPSV" | "PASV",
): Promise<DataFacts> {
  const begun = { way: probing.way, mode, control, works: false };
  try {
    const setup = await session.control.command(mode);
    if (setup.code < 200 || setup.code > 299) return { ...begun, setup };
    const { host, port } = parsePassive(setup);
    const named = host === undefined || isUnspecified(host) ? undefined : { host, port };
    const used = { host: session.control.connection.remote.host || session.server.host, port };
    const facts = { ...begun, setup, used, ...definedProps({ named }) };
    if (isServicePort(port)) return facts;
    return await callAndList(probing, session, facts);
  } catch (error) {
    probing.signal.throwIfAborted();
    return { ...begun, error: asProbeError(error) };
  }
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
