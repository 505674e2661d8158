// What a server tells of a file, as far as it tells it.
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError } from "../protocol/error.ts";
import { isFtp, type ServerSession } from "./server-session.ts";
import type { SourceIdentity } from "./source-identity.ts";

type Call = { readonly signal?: AbortSignal };

/** Of a source. What the server refuses to tell is absent; a session that is lost throws. */
export async function identify(session: ServerSession, path: string, call: Call): Promise<SourceIdentity> {
  const hasTimes = !isFtp(session) || session.features.size === 0 || session.features.has("MDTM");
  const [size, modifiedMs] = await Promise.all([
    told(() => session.size(path, call)),
    hasTimes ? told(() => session.modified(path, call)) : undefined,
  ]);
  return definedProps({ size, modifiedMs });
}

async function told(ask: () => Promise<number>): Promise<number | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The server has answered, and will not say. */
export function isRefusal(error: unknown): boolean {
  return isSallyportError(error) && /^(?:FTP_REPLY_|FTP_PROTOCOL_REMOTE$|FS_|NET_UNSUPPORTED$)/.test(error.code);
}
