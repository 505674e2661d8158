// What every session of one gateway is given.
import { formatEndpoint } from "../platform/endpoint.ts";
import { ipFamily } from "../protocol/ip-address.ts";
import type { RelayConfig, ServerMemory } from "../protocol/relay/messages.ts";
import type { GatewayEnvironment, GatewayOptions } from "./environment.ts";
import type { ListenerRegistry } from "./listener-registry.ts";
import { judgePort, type PortPolicy } from "./port-policy.ts";

export interface SessionContext {
  /** Number of the session, from 1. */
  readonly id: number;
  readonly options: GatewayOptions;
  readonly environment: GatewayEnvironment;
  readonly registry: ListenerRegistry;
  readonly memory: ServerMemory;
}

/** What the relay machine is to know of it. */
export function relayConfig({ options, memory }: SessionContext, policy: PortPolicy): RelayConfig {
  return {
    backMode: options.backMode,
    frontFamily: ipFamily(policy.client) ?? 4,
    clientHost: policy.client,
    target: formatEndpoint(options.target),
    keepaliveMs: options.keepaliveMs,
    memory,
    removeAborted: options.removeAborted === true,
    judgePort: (address) => judgePort(policy, address),
  };
}
