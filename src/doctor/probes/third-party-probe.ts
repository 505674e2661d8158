// From server to server (RFC 959 section 5.2): one listens, the other one is sent its address. No file is moved: what is refused is
// refused then already, or cannot be found out without writing.
import type { ClientOptions } from "../../client/client-options.ts";
import { portOf } from "../../client/open-session.ts";
import { formatPort } from "../../protocol/host-port.ts";
import { isUnspecified } from "../../protocol/ip-address.ts";
import { parsePassive } from "../../protocol/passive-reply.ts";
import type { ThirdPartyFacts } from "../facts.ts";
import { asProbeError, openProbeSession, type Probing } from "./session-probe.ts";

/** Throws the signal's reason only. */
export async function probeThirdParty(probing: Probing, other: ClientOptions): Promise<ThirdPartyFacts> {
  const begun = { way: probing.way, other: { host: other.host, port: portOf(other) } };
  await using source = await openProbeSession(probing);
  await using sink = await openProbeSession({ ...probing, options: other });
  if (source.session === undefined || sink.session === undefined) {
    const error = source.facts.error ?? sink.facts.error;
    return error === undefined ? begun : { ...begun, error };
  }
  try {
    const { control, server } = source.session;
    const agreed = await control.command("PASV");
    const { host, port } = parsePassive(agreed);
    const named = {
      host: host === undefined || isUnspecified(host) ? control.connection.remote.host || server.host : host,
      port,
    };
    const setup = await sink.session.control.command("PORT", formatPort(named));
    return { ...begun, named, setup };
  } catch (error) {
    probing.signal.throwIfAborted();
    return { ...begun, error: asProbeError(error) };
  }
}
