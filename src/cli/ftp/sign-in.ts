// Who to log in as: what was said, what .netrc says, what the user answers.
import type { Credentials } from "../../client/client-options.ts";
import { findLogin } from "../credentials/find-login.ts";
import type { NetrcEntry } from "../credentials/parse-netrc.ts";
import { askUserName } from "./session-commands.ts";
import type { Shell, Target } from "./shell.ts";

const anonymous: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

/** `readNetrc` throws `CONFIG_INVALID` for a file that others may read. Nobody to ask and nothing known: `anonymous`. */
export async function signIn(
  shell: Pick<Shell, "ask">,
  target: Target,
  readNetrc: () => Promise<readonly NetrcEntry[]>,
): Promise<Credentials> {
  if (target.user !== undefined && target.password !== undefined) {
    const { user, password, account } = target;
    return { user, password, ...(account === undefined ? {} : { account }) };
  }
  const entry = findLogin(await readNetrc(), target.host, target.user);
  const user = target.user ?? entry?.login ?? (await askUserName(shell, target.host));
  const account = entry?.account === undefined ? {} : { account: entry.account.reveal() };
  const known = target.password ?? entry?.password?.reveal();
  if (known !== undefined) return { user, password: known, ...account };
  if (anonymous.has(user.toLowerCase())) return { user, ...account };
  const password = await shell.ask("Password: ", true);
  return { user, ...(password === undefined ? {} : { password }), ...account };
}
