// Who to log in as: what was given, what .netrc has, what the user answers.
import { readFile } from "node:fs/promises";
import type { ClientOptions, ClientTls, Credentials } from "../../client/client-options.ts";
import { netrcPath, readNetrc } from "../../connect/read-netrc.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import { findLogin } from "../../protocol/netrc.ts";

/** What was given already. */
export interface SignInTarget {
  readonly host: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly account?: string | undefined;
}

export interface SignInSources {
  /** Names the .netrc, which is read where something is missing. */
  readonly env: NodeJS.ProcessEnv;
  /** Absent: `anonymous`. */
  readonly askUser?: () => Promise<string>;
  /** Hidden. undefined: there is none. */
  readonly askPassword: (user: string, signal?: AbortSignal) => Promise<string | undefined>;
  /** `challenged`: when the server asks for one, behind its reply. Default at once. */
  readonly asks?: "challenged";
}

const anonymous: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

/** Throws `CONFIG_INVALID` for a .netrc that others may read; what its sources throw. */
export async function signIn(target: SignInTarget, sources: SignInSources): Promise<Credentials> {
  const { host, user: name, password: given } = target;
  if (name !== undefined && given !== undefined) return credentials(name, given, target.account);
  const entry = findLogin(await readNetrc(netrcPath(sources.env)), host, name);
  const user = name ?? entry?.login ?? (await sources.askUser?.()) ?? "anonymous";
  const account = target.account ?? entry?.account?.reveal();
  const known = given ?? entry?.password?.reveal();
  if (known !== undefined || anonymous.has(user.toLowerCase())) return credentials(user, known, account);
  if (sources.asks === "challenged") {
    return credentials(user, (_, signal) => sources.askPassword(user, signal), account);
  }
  return credentials(user, await sources.askPassword(user), account);
}

function credentials(user: string, password: Credentials["password"], account: string | undefined): Credentials {
  return {
    user,
    ...definedProps({ password, account }),
  };
}

/** TLS of a client, as the command line asks for it; `tlsCa`: the file with roots to trust. Throws `CONFIG_INVALID`. */
export async function tlsOptions(
  kind: ClientTls["kind"] | undefined,
  tlsCa: string | undefined,
): Promise<Pick<ClientOptions, "tls">> {
  if (kind === undefined) return {};
  return { tls: { kind, ...(tlsCa === undefined ? {} : { ca: await readRoots(tlsCa) }) } };
}

/** PEM. Throws `CONFIG_INVALID`. */
export async function readRoots(file: string, flag = "--tls-ca"): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new SallyportError("CONFIG_INVALID", `the file of ${flag} cannot be read: ${file}`, { cause });
  }
}
