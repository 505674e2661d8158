// The way to the SSH server: directly, through a ProxyCommand, or through a ProxyJump.
import type { Duplex, Writable } from "node:stream";
import type { Clock } from "../../../platform/clock.ts";
import { Cork, endOfTurn } from "../../../platform/cork.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import { definedProps } from "../../../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { showLines } from "../../show-text.ts";
import type { SshConnection, SshEnvironment, SshOptions } from "../../ssh-connection.ts";
import type { HostSettings } from "../configuration/host-settings.ts";
import { openSocket } from "./open-socket.ts";
import { ProxyCommand } from "./proxy-command.ts";

interface JumpHost {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

/** The last jump host, and what lies before it: ssh, too, works from the target back to the first. Throws `SSH_CONFIG`. */
export function lastJump(list: string): { readonly last: JumpHost; readonly before: string | undefined } {
  const at = list.lastIndexOf(",");
  const before = at < 0 ? undefined : list.slice(0, at);
  return { last: parseJumpHost(list.slice(at + 1)), before };
}

function parseJumpHost(text: string): JumpHost {
  const plain = text.replace(/^ssh:\/\//, "").replace(/\/$/, "");
  const [, user, bracketed, name, port] = /^(?:(.+)@)?(?:\[([^\]]+)\]|([^[\]:@]+))(?::(\d+))?$/.exec(plain) ?? [];
  const host = bracketed ?? name ?? (/^[0-9a-f:.]+(%.+)?$/i.test(plain) ? plain : undefined);
  const number = port === undefined ? undefined : Number(port);
  if (host === undefined || host.startsWith("-") || (number !== undefined && (number < 1 || number > 65_535))) {
    throw new SallyportError("SSH_CONFIG", `ProxyJump '${text}' is not a [user@]host[:port]`);
  }
  return { user, host, port: number };
}

export interface Carrier {
  readonly stream: Duplex;
  /** The server's address as seen from here; unknown behind a proxy. */
  readonly address: string | undefined;
  /** What else has to go with the stream: the connection to the jump host. */
  readonly below?: AsyncDisposable;
}

/** Resolves when the stream, and all that it runs on, is gone. */
export async function closeCarrier(carrier: Carrier): Promise<void> {
  carrier.stream.destroy();
  await closed(carrier.stream);
  await carrier.below?.[Symbol.asyncDispose]();
}

/** Lets the other side close first, for a while. */
export async function endCarrier(carrier: Carrier, clock: Clock): Promise<void> {
  const cancel = clock.after(limits.disposeGraceMs, () => carrier.stream.destroy());
  await closed(carrier.stream);
  cancel();
  await closeCarrier(carrier);
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once("close", () => resolve());
  });
}

interface Route {
  readonly options: SshOptions;
  readonly settings: HostSettings;
  readonly environment: SshEnvironment;
  readonly notify: (line: string) => void;
  /** How many connections this one already carries. */
  readonly depth: number;
  /** Connects to a jump host. */
  readonly connectHop: (options: SshOptions, depth: number) => Promise<SshConnection>;
  readonly signal: AbortSignal;
}

/** Throws `SSH_CONNECT`, `SSH_CONFIG`, what connecting to a jump host throws, or the signal's reason. */
export async function openCarrier(route: Route): Promise<Carrier> {
  const { settings, environment, notify, signal } = route;
  if (settings.proxyJump !== undefined && !jumpsToItself(route)) return openJump(route, settings.proxyJump);
  if (settings.proxyCommand !== undefined) {
    const tellLines = (text: string): void => {
      for (const line of showLines(text)) notify(line);
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

/**
 * Everything that is written to `stream` in one turn of the event loop leaves it together. ssh2 writes one packet in up to four pieces:
 * without Nagle's delay each would become a TCP segment, and inside a jump host's channel a separate SSH packet.
 */
export function coalesceWrites<T extends Writable>(stream: T): T {
  const cork = new Cork(endOfTurn);
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (...args: unknown[]): boolean => {
    cork.hold(stream);
    return write(...args);
  };
  return stream;
}
