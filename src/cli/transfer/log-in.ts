// Who to log in as: the URL, ~/.netrc, anonymous; and the password: the URL, ~/.netrc, the user.
import { SallyportError } from "../../protocol/error.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { findLogin } from "../credentials/find-login.ts";
import type { NetrcEntry } from "../credentials/parse-netrc.ts";
import type { Login } from "./sessions.ts";

export interface LoginSources {
  /** Throws `CONFIG_INVALID` for a file that others may read. */
  readonly readNetrc: () => Promise<readonly NetrcEntry[]>;
  /** Hidden; undefined: there is nobody to ask. */
  readonly askPassword: (question: string) => Promise<string | undefined>;
}

const anonymous: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

/** Throws `FTP_LOGIN` when there is no password and nobody to ask. */
export async function logInFor(url: FtpUrl, { readNetrc, askPassword }: LoginSources): Promise<Login> {
  const { host, user: said, password: secret } = url;
  if (said !== undefined && secret !== undefined) return { user: said, password: secret.reveal() };
  const entry = findLogin(await readNetrc(), host, said);
  const user = said ?? entry?.login ?? "anonymous";
  const account = entry?.account === undefined ? {} : { account: entry.account.reveal() };
  const known = entry?.password?.reveal();
  if (known !== undefined) return { user, password: known, ...account };
  if (anonymous.has(user.toLowerCase())) return { user, ...account };
  const password = await askPassword(`Password of ${user} at ${host}: `);
  if (password !== undefined) return { user, password, ...account };
  throw new SallyportError("FTP_LOGIN", `there is no password for ${user} at ${host}, and nobody to ask`, {
    cure: `Put it into ~/.netrc: machine ${host} login ${user} password ...; chmod 600 ~/.netrc.`,
  });
}
