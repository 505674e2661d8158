// The SSH server beside the FTP server.
import { homedir } from "node:os";
import { join } from "node:path";
import type { MayEnter } from "../../admission/acceptor.ts";
import type { LoginGuard } from "../../admission/login-guard.ts";
import { observed } from "../../filesystem/observed.ts";
import { systemClock, systemTime } from "../../network/system-clock.ts";
import { systemRandom } from "../../network/system-random.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { PortRange } from "../../platform/network.ts";
import type { FileAction, TraceEventBody } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { sameHost } from "../../protocol/ip-address.ts";
import type { Account } from "../../server/account.ts";
import type { FtpServer } from "../../server/ftp-server.ts";
import type {
  AuthenticateSsh,
  Route,
  SshServer,
  SshServerOptions,
  SshUser,
} from "../../ssh/embedded/server/options.ts";
import { compilePermission, type Permit } from "../../ssh/embedded/server/permission.ts";
import { openSshServer } from "../../ssh/embedded/server/ssh-server.ts";
import { type Accounts, utf8Bytes } from "../accounts.ts";
import type { ServerSsh } from "../options.ts";
import { AuthorizedKeys } from "./authorized-keys.ts";
import { hostKeyFrom, stateDirectory } from "./host-key-file.ts";
import { addressesOf, avoidingPorts, type OwnListeners } from "./own-listeners.ts";

export interface SshSide {
  readonly options: ServerSsh;
  readonly accounts: Accounts;
  /** Who may connect at all; undefined: everybody. */
  readonly mayEnter: MayEnter | undefined;
  /** The FTP server's own. */
  readonly guard: LoginGuard;
  /** The FTP server's listeners. */
  readonly own: OwnListeners;
  /** Where those of SSH clients are, and the SSH server's. */
  readonly clients: OwnListeners;
  /** Ports that its data connections wait on. */
  readonly passivePorts: PortRange;
  /** What serves the listener, once it does. */
  readonly serverAt: (listener: Endpoint) => FtpServer | undefined;
  readonly emit: (event: TraceEventBody) => void;
  readonly signal: AbortSignal;
}

const usualPort = 2222;

/** Throws `CONFIG_INVALID`, `NET_*`, or the signal's reason. */
export async function openSshSide(side: SshSide): Promise<SshServer> {
  const { options, accounts, mayEnter, guard, clients, emit, signal } = side;
  const { host = "127.0.0.1", port = usualPort, authorizedKeysFile, permitOpen = [] } = options;
  const keys = authorizedKeysFile === undefined ? undefined : new AuthorizedKeys(authorizedKeysFile);
  await keys?.check(accounts.names.map((name) => Buffer.from(name, "latin1").toString("utf8")));
  const directory = stateDirectory({ env: process.env, platform: process.platform, home: homedir() });
  const hostKey = await hostKeyFrom(options.hostKeyFile ?? join(directory, "ssh_host_ed25519_key"));
  const accountOf: WeakMap<SshUser, Account> = new WeakMap();
  let server: SshServer | undefined;
  const isOurs = (port: number): boolean => port !== 0 && (port === server?.port || isFtpPort(side, port));
  server = await openSshServer({
    network: avoidingPorts(clients, isOurs),
    host: host === "*" ? "" : host === "localhost" ? "127.0.0.1" : host,
    port,
    hostKeys: [hostKey],
    methods: keys === undefined ? ["password"] : ["publickey", "password"],
    authenticate: judge(side, keys, accountOf),
    route: router(side, compilePermission(permitOpen, "permitOpen")),
    // FTP's active mode and its default data ports have the server connect back. Whoever listened on a port of ours at
    // another address of this machine would be taken for us by all who connect to `localhost`.
    permitListen: (asked) => !isOurs(asked.port),
    gatewayPorts: options.gatewayPorts ?? "no",
    sharesPorts: true,
    files: (user) => accountOf.get(user)?.fileSystem,
    ...definedProps({ mayEnter }),
    now: systemTime,
    guard,
    clock: systemClock,
    random: systemRandom,
    signal,
    emit,
  });
  return server;
}

function isFtpPort({ own, passivePorts }: SshSide, port: number): boolean {
  return own.hasPort(port) || (port >= passivePorts.first && port <= passivePorts.last);
}

/**
 * The control ports lead into the FTP server itself, whatever else listens at that name; the session's data connections
 * stay within the SSH connection. A data port of somebody else's leads nowhere.
 */
function router({ own, serverAt }: SshSide, permits: Permit): NonNullable<SshServerOptions["route"]> {
  return async (target, { user, endpoint: client, network, listensOn }) => {
    const isPermitted = permits(target, user);
    const onward: Route = isPermitted ? { how: "network", target } : { how: "refused" };
    if (!own.hasPort(target.port)) return onward;
    const addresses = await addressesOf(target.host, isPermitted);
    const listener = own.at(addresses, target.port);
    // To the very address that was looked at: a name may have another one when it is asked for again.
    if (listener === undefined) return isPermitted ? { how: "network", target: pinned(target, addresses) } : onward;
    const server = serverAt(listener);
    if (server === undefined) return { how: "refused" };
    const host = addresses.find((each) => sameHost(each, listener.host)) ?? addresses[0] ?? listener.host;
    return {
      how: "here",
      local: { host, port: target.port },
      serve: (connection) => server.serve(connection, { client, network, listensOn }),
    };
  };
}

const pinned = ({ host, port }: Endpoint, [first]: readonly string[]): Endpoint => ({ host: first ?? host, port });

/** The users and passwords of the FTP server, and keys for users that it knows by name. */
function judge(
  { accounts, emit }: SshSide,
  keys: AuthorizedKeys | undefined,
  accountOf: WeakMap<SshUser, Account>,
): AuthenticateSsh {
  const admit = (name: string, address: string, account: Account | undefined): SshUser | undefined => {
    // What goes with an FTP session would have nobody to close it.
    void account?.owned?.[Symbol.asyncDispose]();
    if (account === undefined || account.owned !== undefined) return undefined;
    const user = { name };
    const who = { protocol: "ssh", client: address, user: utf8Bytes(name) } as const;
    const report = (action: FileAction): void => emit({ type: "file.action", ...who, ...action });
    accountOf.set(user, { ...account, fileSystem: observed(account.fileSystem, { nowMs: systemClock.nowMs, report }) });
    return user;
  };
  return async (attempt, signal) => {
    const { user, address } = attempt;
    const name = utf8Bytes(user);
    if (attempt.method === "password") {
      const login = { user: name, password: utf8Bytes(attempt.password), address, secure: true };
      return admit(user, address, await accounts.byPassword(login, signal));
    }
    // The file is read for every name, so that nobody learns from the time it takes who is a user.
    const onTrouble = (reason: string): void =>
      emit({ type: "ssh-server.refused", client: address, what: `the keys of ${user}`, reason });
    const isKnown = await keys?.has(user, attempt.key, onTrouble);
    return admit(user, address, isKnown === true ? accounts.byName(name) : undefined);
  };
}
