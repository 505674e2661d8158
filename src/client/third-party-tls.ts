// Inside TLS one of two servers has to be the TLS client of the other: SSCN says so, or CPSV in place of PASV.
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { demand, type Talk } from "./talk.ts";

/** How two servers agree who begins the handshake. */
export interface TlsRoles {
  /** The command that the source listens by, when it is not EPSV or PASV. */
  readonly passiveVerb?: "CPSV";
  /** Each server as it was before. */
  readonly undo: () => Promise<void>;
}

const nothingToDo: TlsRoles = { undo: async () => {} };

/** Throws `NET_UNSUPPORTED` when only one side is inside TLS, or no server can be a TLS client; `FTP_REPLY_*`. */
export async function agreeTlsRoles(source: Talk, destination: Talk, what: string): Promise<TlsRoles> {
  if (!source.protectData && !destination.protectData) return nothingToDo;
  if (!source.protectData || !destination.protectData) {
    const inside = (source.protectData ? source : destination).server.host;
    throw unsupported(`${what}: ${inside} has data inside TLS, and the other server has not`);
  }
  // Whoever makes the TCP connection begins the handshake, as usual, where that server can.
  const client = [destination, source].find(({ features }) => features.has("SSCN"));
  if (client !== undefined) {
    await demand(client, `${what}: ${client.server.host} does not become a TLS client`, "SSCN", "ON");
    return { undo: () => leaveClientRole(client) };
  }
  if (source.features.has("CPSV")) return { ...nothingToDo, passiveVerb: "CPSV" };
  throw unsupported(`${what}: inside TLS one server has to be the other's TLS client, and they offer no SSCN or CPSV`);
}

/** A session that stays in the other role could transfer nothing more with us. */
async function leaveClientRole({ link, server }: Talk): Promise<void> {
  if (link.failure !== undefined) return;
  const reply = await link.command("SSCN", "OFF").catch(() => undefined);
  if (reply === undefined || (reply.code >= 200 && reply.code <= 299)) return;
  link.fail(replyError(`${server.host} does not become a TLS server again`, reply));
}

function unsupported(message: string): SallyportError {
  return new SallyportError("NET_UNSUPPORTED", message, { hint: "Transfer the file through this machine." });
}
