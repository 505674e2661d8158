// One connection, and its fate.
import type { ClientEnvironment } from "../../client/session.ts";
import { dialActive } from "../../data-connection/dial-active.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection } from "../../platform/network.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { CallFate } from "../facts.ts";
import { asProbeError } from "./session-probe.ts";

export interface Call {
  readonly fate: CallFate;
  readonly connection?: Connection;
  readonly error?: SallyportError;
}

/** Throws the signal's reason only. */
export async function call(
  { network, clock }: Pick<ClientEnvironment, "network" | "clock">,
  to: Endpoint,
  signal: AbortSignal,
): Promise<Call> {
  try {
    const connection = await dialActive({ network, ...to, timeoutMs: limits.doctorConnectMs, clock, signal });
    return { fate: "made", connection };
  } catch (error) {
    signal.throwIfAborted();
    const known = asProbeError(error);
    return { fate: fateOf(known), error: known };
  }
}

function fateOf({ code }: SallyportError): CallFate {
  if (code === "NET_REFUSED" || code === "SSH_CHANNEL_REFUSED") return "refused";
  if (code === "NET_TIMEOUT") return "dropped";
  return code === "NET_UNREACHABLE" ? "unreachable" : "failed";
}
