// What every session of one gateway is given.
import type { GatewayEnvironment, GatewayOptions } from "./environment.ts";
import type { ListenerRegistry } from "./listener-registry.ts";

export interface SessionContext {
  /** Number of the session, from 1. */
  readonly id: number;
  readonly options: GatewayOptions;
  readonly environment: GatewayEnvironment;
  readonly registry: ListenerRegistry;
}
