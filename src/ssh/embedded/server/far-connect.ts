// The connections that direct-tcpip asks for, from a port of the system's choice or from one that listeners may share.
import type { Clock } from "../../../platform/clock.ts";
import { withDeadline } from "../../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection, Network } from "../../../platform/network.ts";
import type { Random } from "../../../platform/random.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";

export interface FarConnectParts {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly sharesPorts: boolean;
}

/** Dynamic ports of RFC 6335 section 6. */
const firstPort = 49_152;
const portCount = 16_384;

/** Throws `NET_*`, or the signal's reason. */
export async function farConnect(parts: FarConnectParts, target: Endpoint, signal: AbortSignal): Promise<Connection> {
  const { network, clock, sharesPorts } = parts;
  const deadline = withDeadline(clock, limits.sshServerConnectMs, signal, () => tooLate(target));
  try {
    const shared = sharesPorts ? await fromChosenPort(parts, target, deadline.signal) : undefined;
    return shared ?? (await network.connect({ ...target, signal: deadline.signal }));
  } finally {
    deadline.release();
  }
}

/**
 * A system sets SO_REUSEADDR on a connecting socket only if its port is asked for (libuv does it in bind). Undefined when
 * that does not work: the name has addresses of two families, and only the other one answers; the ports are taken.
 */
async function fromChosenPort(
  { network, random }: FarConnectParts,
  target: Endpoint,
  signal: AbortSignal,
): Promise<Connection | undefined> {
  for (let attempt = 0; attempt < limits.sshServerSourcePortsMax; attempt += 1) {
    try {
      return await network.connect({ ...target, localPort: firstPort + random.below(portCount), signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isSallyportError(error) || error.code !== "NET_ADDRESS_IN_USE") return undefined;
    }
  }
  return undefined;
}

function tooLate(target: Endpoint): SallyportError {
  const where = formatEndpoint(target);
  return new SallyportError("NET_TIMEOUT", `could not connect to ${where}: no answer`, { details: { remote: where } });
}
