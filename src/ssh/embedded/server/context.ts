// What all connections of one server have in common: options checked and made complete.

import { LoginGuard } from "../../../admission/login-guard.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { Endpoint } from "../../../platform/endpoint.ts";
import type { FileSystem } from "../../../platform/file-system.ts";
import type { Network } from "../../../platform/network.ts";
import type { Random } from "../../../platform/random.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import type { AuthenticateSsh, Route, SshClient, SshServerEvent, SshServerOptions, SshUser } from "./options.ts";
import { compilePermission, type GatewayPorts, type Permit } from "./permission.ts";

export interface ServerContext {
  readonly network: Network;
  readonly hostKeys: readonly string[];
  readonly authenticate: AuthenticateSsh;
  readonly methods: readonly ("publickey" | "password")[];
  readonly route: (target: Endpoint, client: SshClient) => Promise<Route>;
  readonly permitListen: Permit;
  readonly gatewayPorts: GatewayPorts;
  readonly sharesPorts: boolean;
  readonly files: (user: SshUser) => FileSystem | undefined;
  readonly now: () => number;
  readonly guard: LoginGuard;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly loginMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: SshServerEvent) => void;
}

/** Throws `CONFIG_INVALID`. */
export function makeContext(options: SshServerOptions): ServerContext {
  const { clock } = options;
  return {
    network: options.network,
    hostKeys: options.hostKeys,
    authenticate: options.authenticate,
    methods: options.methods ?? ["publickey", "password"],
    route: options.route ?? byPermission(compilePermission(options.permitOpen, "permitOpen")),
    permitListen: compilePermission(options.permitListen, "permitListen"),
    gatewayPorts: options.gatewayPorts ?? "no",
    sharesPorts: options.sharesPorts ?? false,
    files: options.files ?? (() => undefined),
    now: options.now ?? (() => 0),
    guard: options.guard ?? new LoginGuard(clock),
    connectionsMax: count("connectionsMax", options.connectionsMax ?? limits.sshServerConnectionsMax),
    connectionsPerAddressMax: count(
      "connectionsPerAddressMax",
      options.connectionsPerAddressMax ?? limits.sshServerPerAddressMax,
    ),
    loginMs: count("loginMs", options.loginMs ?? limits.sshServerLoginMs),
    clock,
    random: options.random,
    emit: options.emit ?? (() => {}),
  };
}

function byPermission(permitOpen: Permit): ServerContext["route"] {
  return async (target, { user }) => (permitOpen(target, user) ? { how: "network", target } : { how: "refused" });
}

function count(what: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 2_147_483_647) return value;
  throw new SallyportError("CONFIG_INVALID", `${what} ${value} is not a whole number from 1 to 2147483647`);
}
