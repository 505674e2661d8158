// ProxyJump: `[user@]host[:port]` or `ssh://[user@]host[:port]`, several with commas.
import { SallyportError } from "../../../protocol/error.ts";

export interface JumpHost {
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
