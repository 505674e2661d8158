// TLS as the engine wants it: new keys for each session.
import { TlsServer } from "../network/tls-server.ts";
import type { Clock } from "../platform/clock.ts";
import type { TlsPolicy } from "../server/environment.ts";
import type { ServerTls } from "./options.ts";

/** Throws `CONFIG_INVALID` when certificate and key cannot be used. */
export function tlsPolicy(tls: ServerTls | undefined, clock: Clock): TlsPolicy | undefined {
  if (tls === undefined) return undefined;
  // A client takes a ticket of TLS 1.3 once only (RFC 8446 appendix C.4), and Node gives no new one for it: curl would get
  // its first data connection and no other. A session of TLS 1.2 can be resumed as often as need be.
  const maxVersion = tls.requireReuse === true ? "TLSv1.2" : "TLSv1.3";
  // Once now, so that a wrong file is told at the start and not to the first client.
  new TlsServer(tls, clock);
  return {
    open: () => {
      // Most sessions of a mixed server never ask for it.
      let server: TlsServer | undefined;
      return {
        secure: (connection, signal, upload) => {
          server ??= new TlsServer(tls, clock, maxVersion);
          return server.secure(connection, signal, upload);
        },
      };
    },
    required: tls.required ?? false,
    requireReuse: tls.requireReuse ?? false,
  };
}
