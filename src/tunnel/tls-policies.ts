// TLS on both sides: the tunnel's options checked, and what makes the TLS connections.
import type { DownstreamTlsPolicy, UpstreamTlsPolicy } from "../gateway/environment.ts";
import { systemClock } from "../network/system-clock.ts";
import { TlsClient, type TlsHints } from "../network/tls-client.ts";
import { TlsServer } from "../network/tls-server.ts";
import { SallyportError } from "../protocol/error.ts";
import { isPublicKeyPin } from "../protocol/public-key-pin.ts";
import type { Forward, TunnelServerTls, TunnelTls } from "./options.ts";

/** ftps (IANA): where clients, too, expect TLS from the first byte. */
const implicitPort = 990;

/** `undefined`: none. Throws `CONFIG_INVALID`. */
export function downstreamTls(forward: Forward, options: TunnelTls | undefined): DownstreamTlsPolicy | undefined {
  if (options === undefined) {
    if (forward.implicitTls !== true) return undefined;
    throw new SallyportError("CONFIG_INVALID", "implicit TLS needs a certificate and its key");
  }
  // Once now, so that a wrong file is reported at the start and not to the first client.
  new TlsServer(options, systemClock);
  return {
    mode: forward.implicitTls === true ? "implicit" : "explicit",
    required: options.required === true,
    open: () => {
      // Most sessions never ask for it.
      let server: TlsServer | undefined;
      return {
        secure: (plain, signal, upload) => {
          server ??= new TlsServer(options, systemClock);
          return server.secure(plain, signal, upload);
        },
      };
    },
  };
}

/** `undefined`: none. Throws `CONFIG_INVALID`. */
export function upstreamTls(forward: Forward, options: TunnelServerTls): UpstreamTlsPolicy | undefined {
  const { mode = "auto", ...trust } = options;
  for (const pin of trust.pins ?? []) {
    if (!isPublicKeyPin(pin))
      throw new SallyportError("CONFIG_INVALID", `${pin} is not sha256// and a SHA-256 in base64`);
  }
  if (mode === "off") return undefined;
  const usual = mode === "auto" && forward.hostPort === implicitPort ? "implicit" : mode;
  return { mode: usual, open: () => new TlsClient(forward.host, trust, systemClock, hints) };
}

const hints: TlsHints = {
  trust: (key) => {
    const pin = key === undefined ? "" : `, or --server-tls-pin ${key} (that is its key)`;
    return `When you know that it is the right server: --server-tls-ca FILE with its issuer's certificate, or its own when it is self-signed${pin}.`;
  },
  otherName: "Give the name that it has with --server-tls-name NAME, or its key with --server-tls-pin.",
  inTheClear: "Use --server-tls auto or require.",
};
