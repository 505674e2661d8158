// The SSH server beside the FTP server.
import { homedir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../network/system-clock.ts";
import { systemNetwork } from "../../network/system-network.ts";
import { systemRandom } from "../../network/system-random.ts";
import { systemTime } from "../../network/system-time.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { LoginGuard } from "../../platform/login-guard.ts";
import type { Account } from "../../server/account.ts";
import type { SshServerEvent } from "../../ssh/embedded/server/events.ts";
import { openSshServer } from "../../ssh/embedded/server/open-ssh-server.ts";
import type { AuthenticateSsh, SshServer, SshUser } from "../../ssh/embedded/server/options.ts";
import { compilePermission } from "../../ssh/embedded/server/permission.ts";
import { type Accounts, utf8Bytes } from "../accounts.ts";
import { AuthorizedKeys } from "./authorized-keys.ts";
import { hostKeyFrom } from "./host-key-file.ts";
import type { ServerSsh } from "./ssh-options.ts";
import { stateDirectory } from "./state-directory.ts";

export interface SshSide {
  readonly options: ServerSsh;
  readonly accounts: Accounts;
  /** The FTP server's own. */
  readonly guard: LoginGuard;
  /** Is it a port of the FTP server? */
  readonly isOwn: (target: Endpoint) => boolean;
  readonly emit: (event: SshServerEvent) => void;
  readonly signal: AbortSignal;
}

const usualPort = 2222;

/** Throws `CONFIG_INVALID`, `NET_*`, or the signal's reason. */
export async function openSshSide(side: SshSide): Promise<SshServer> {
  const { options, accounts, guard, isOwn, emit, signal } = side;
  const { host = "127.0.0.1", port = usualPort, authorizedKeysFile, permitOpen = [] } = options;
  const keys = authorizedKeysFile === undefined ? undefined : new AuthorizedKeys(authorizedKeysFile);
  await keys?.check(accounts.names.map((name) => Buffer.from(name, "latin1").toString("utf8")));
  const directory = stateDirectory({ env: process.env, platform: process.platform, home: homedir() });
  const hostKey = await hostKeyFrom(options.hostKeyFile ?? join(directory, "ssh_host_ed25519_key"));
  const extra = compilePermission(permitOpen, "permitOpen");
  const accountOf: WeakMap<SshUser, Account> = new WeakMap();
  return openSshServer({
    network: systemNetwork,
    host: host === "*" ? "" : host === "localhost" ? "127.0.0.1" : host,
    port,
    hostKeys: [hostKey],
    methods: keys === undefined ? ["password"] : ["publickey", "password"],
    authenticate: judge(side, keys, accountOf),
    permitOpen: (target, user) => isOwn(target) || extra(target, user),
    // FTP's active mode and its default data ports have the server connect back.
    permitListen: ["*:*"],
    gatewayPorts: options.gatewayPorts ?? "no",
    sharesPorts: true,
    files: (user) => accountOf.get(user)?.fileSystem,
    now: systemTime,
    guard,
    clock: systemClock,
    random: systemRandom,
    signal,
    emit,
  });
}

/** The users and passwords of the FTP server, and keys for users that it knows by name. */
function judge(
  { accounts, emit }: SshSide,
  keys: AuthorizedKeys | undefined,
  accountOf: WeakMap<SshUser, Account>,
): AuthenticateSsh {
  const admit = (name: string, account: Account | undefined): SshUser | undefined => {
    if (account === undefined) return undefined;
    const user = { name };
    accountOf.set(user, account);
    return user;
  };
  return async (attempt, signal) => {
    const { user, address } = attempt;
    const name = utf8Bytes(user);
    if (attempt.method === "password") {
      const login = { user: name, password: utf8Bytes(attempt.password), address, secure: true };
      return admit(user, await accounts.byPassword(login, signal));
    }
    // The file is read for every name, so that nobody learns from the time it takes who is a user.
    const onTrouble = (reason: string): void =>
      emit({ type: "ssh-server.refused", client: address, what: `the keys of ${user}`, reason });
    const isKnown = await keys?.has(user, attempt.key, onTrouble);
    return admit(user, isKnown === true ? accounts.byName(name) : undefined);
  };
}
