// The way to the SSH server: directly, through a ProxyCommand, or through a ProxyJump.
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import type { SshConnection, SshEnvironment, SshOptions } from "../../ssh-connection.ts";
import type { HostSettings } from "../configuration/host-settings.ts";
import { lastJump } from "../configuration/jump-host.ts";
import { showLines } from "../show-text.ts";
import type { Carrier } from "./carrier.ts";
import { coalesceWrites } from "./coalesce-writes.ts";
import { openSocket } from "./open-socket.ts";
import { ProxyCommand } from "./proxy-command.ts";

export interface Route {
  readonly options: SshOptions;
  readonly settings: HostSettings;
  readonly environment: SshEnvironment;
  readonly tell: (line: string) => void;
  /** How many connections this one already carries. */
  readonly depth: number;
  /** Connects to a jump host. */
  readonly connectHop: (options: SshOptions, depth: number) => Promise<SshConnection>;
  readonly signal: AbortSignal;
}

/** Throws `SSH_CONNECT`, `SSH_CONFIG`, what connecting to a jump host throws, or the signal's reason. */
export async function openCarrier(route: Route): Promise<Carrier> {
  const { settings, environment, tell, signal } = route;
  if (settings.proxyJump !== undefined && !jumpsToItself(route)) return openJump(route, settings.proxyJump);
  if (settings.proxyCommand !== undefined) {
    const tellLines = (text: string): void => {
      for (const line of showLines(text)) tell(line);
    };
    const stream = new ProxyCommand(settings.proxyCommand, environment.clock, tellLines);
    stream.on("error", () => {}); // until ssh2 listens
    return { stream: coalesceWrites(stream), address: undefined };
  }
  const socket = await openSocket(settings, environment.clock, signal);
  return { stream: coalesceWrites(socket), address: socket.remoteAddress };
}

/** `Host *` with `ProxyJump gate` is meant for all but the gate itself; ssh sees it so, too. */
function jumpsToItself({ options, settings }: Route): boolean {
  const { last, before } = lastJump(settings.proxyJump ?? "");
  const isSame = last.host === options.host || last.host === settings.host;
  return before === undefined && isSame && (last.port ?? settings.port) === settings.port;
}

async function openJump(route: Route, list: string): Promise<Carrier> {
  const { options, settings, depth, signal } = route;
  if (depth >= limits.sshJumpsMax) {
    throw new SallyportError(
      "SSH_CONFIG",
      `more than ${limits.sshJumpsMax} jump hosts: does ProxyJump go in a circle?`,
    );
  }
  const { last, before } = lastJump(list);
  // As ssh does: the jump host has its own settings; -o, -i and -l are for the target alone.
  const hop = await route.connectHop(
    {
      host: last.host,
      ...definedProps({ user: last.user, port: last.port, jump: before }),
      ...pick(options, ["configFile", "quiet", "verbosity", "keepaliveSeconds", "keepaliveCountMax"]),
    },
    depth + 1,
  );
  try {
    const connection = await hop.network.connect({ host: settings.host, port: settings.port, signal });
    connection.stream.on("error", () => {}); // until ssh2 listens
    return { stream: coalesceWrites(connection.stream), address: undefined, below: hop };
  } catch (error) {
    await hop[Symbol.asyncDispose]();
    throw isSallyportError(error) ? beyondJump(hop.target, settings, error) : error;
  }
}

function pick<K extends keyof SshOptions>(options: SshOptions, names: readonly K[]): Pick<SshOptions, K> {
  return Object.fromEntries(names.flatMap((name) => (name in options ? [[name, options[name]]] : []))) as Pick<
    SshOptions,
    K
  >;
}

function beyondJump(hop: string, server: Endpoint, cause: SallyportError): SallyportError {
  const message = `could not connect to the SSH server ${formatEndpoint(server)} from the jump host ${hop}: ${cause.message}`;
  return new SallyportError("SSH_CONNECT", message, {
    cause,
    details: { ...cause.details, remote: formatEndpoint(server) },
    hint: "Check host name and port as the jump host sees them, and whether it may forward to there (AllowTcpForwarding, PermitOpen).",
  });
}
