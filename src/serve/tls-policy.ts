// TLS as the engine wants it: keys of its own for each session.
import { TlsServer } from "../network/tls-server.ts";
import type { Clock } from "../platform/clock.ts";
import type { TlsPolicy } from "../server/environment.ts";
import type { ServerTls } from "./options.ts";

/** Throws `CONFIG_INVALID` when certificate and key cannot be used. */
export function tlsPolicy(tls: ServerTls | undefined, clock: Clock): TlsPolicy | undefined {
  if (tls === undefined) return undefined;
  // Once now, so that a wrong file is told at the start and not to the first client.
  new TlsServer(tls, clock);
  return {
    open: () => {
      // Most sessions of a mixed server never ask for it.
      let server: TlsServer | undefined;
      return {
        secure: (connection, signal) => {
          server ??= new TlsServer(tls, clock);
          return server.secure(connection, signal);
        },
      };
    },
    required: tls.required ?? false,
    requireReuse: tls.requireReuse ?? false,
  };
}
