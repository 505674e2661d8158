// Does the server compare where data connections come from with its client (S08)? Control goes directly, data from the SSH host.

import { isServicePort } from "../../protocol/data-peers.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { PeerFacts } from "../facts.ts";
import { call } from "./call.ts";
import { agree, type PassiveMode } from "./passive-probe.ts";
import { openProbeSession, type Probing } from "./session-probe.ts";
import { listOver } from "./transfer.ts";

/** undefined: it could not be found out. Throws the signal's reason only. */
export async function probePeerCheck(direct: Probing, ssh: Probing, mode: PassiveMode): Promise<PeerFacts | undefined> {
  await using opened = await openProbeSession(direct);
  const { session } = opened;
  if (session === undefined) return undefined;
  try {
    const { used } = await agree(session, mode);
    if (used === undefined || isServicePort(used.port)) return undefined;
    // Servers listen on the address that the control connection has reached; behind a NAT the SSH host knows another one.
    const there = { host: ssh.options.host, port: used.port };
    const past = await call(ssh.environment, used, direct.signal);
    const { connection } = past.connection === undefined ? await call(ssh.environment, there, direct.signal) : past;
    if (connection === undefined) return undefined;
    const { works, final } = await listOver(session, Promise.resolve(connection), direct.signal);
    return { isTaken: works, ...definedProps({ final }) };
  } catch {
    direct.signal.throwIfAborted();
    return undefined;
  }
}
