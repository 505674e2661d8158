// TLS on the client's side of a connection that exists already (RFC 4217).
import { connect, type TLSSocket } from "node:tls";
import { abortablePromise } from "../platform/abort.ts";
import { type Clock, withDeadline } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { StreamConnection } from "../platform/stream-connection.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { ipBytes } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { translateErrors } from "./system-error.ts";
import { takeBelow } from "./tls-reset.ts";

/** How the server's certificate is judged. */
export interface TlsTrust {
  /** PEM: roots to trust in place of the system's. */
  readonly ca?: string | Uint8Array;
  /** The name that the certificate must have, when it is not the host that is connected to. */
  readonly servername?: string;
  /** Accept any certificate: anybody in between can then read and change everything. Default false. */
  readonly insecure?: boolean;
  /** Highest version: some servers cannot resume sessions of TLS 1.3. Default the newest. */
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
}

/**
 * The TLS connections of one FTP session. The data connections resume the control connection's TLS session: servers take
 * that for the proof that both are the same client's (vsftpd's require_ssl_reuse, FileZilla Server, ProFTPD).
 */
export class TlsClient {
  readonly #host: string;
  readonly #trust: TlsTrust;
  readonly #clock: Clock;
  /** The newest that the control connection was given. TLS 1.3 gives it some time after the handshake. */
  #session: Buffer | undefined;

  /** `host` is the name that the certificate must have unless `trust` says another one. */
  constructor(host: string, trust: TlsTrust, clock: Clock) {
    this.#host = trust.servername ?? host;
    this.#trust = trust;
    this.#clock = clock;
  }

  /** The control connection: certificate checked, its session remembered. Throws `NET_TLS` or the signal's reason. */
  async secureControl(plain: Connection, signal: AbortSignal): Promise<Connection> {
    return await this.#secure(plain, signal, (socket) => {
      socket.on("session", (session: Buffer) => {
        this.#session = session;
      });
    });
  }

  /** A data connection, as a continuation of the control connection's TLS session. Throws as {@link secureControl}. */
  async secureData(plain: Connection, signal: AbortSignal): Promise<Connection> {
    return await this.#secure(plain, signal, () => {});
  }

  async #secure(plain: Connection, signal: AbortSignal, watch: (socket: TLSSocket) => void): Promise<Connection> {
    const remote = formatEndpoint({ host: plain.remote.host || this.#host, port: plain.remote.port });
    const { ca, insecure, maxVersion } = this.#trust;
    const socket = connect({
      socket: plain.stream,
      minVersion: "TLSv1.2",
      rejectUnauthorized: insecure !== true,
      // RFC 6066 section 3: an address is no server name, but it is what the certificate is compared with.
      ...(ipBytes(this.#host) === undefined ? { servername: this.#host } : { host: this.#host }),
      ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      ...definedProps({ maxVersion, session: this.#session }),
    });
    watch(socket);
    // In the event itself: the server may reset it in the moment in which nobody waits for that.
    socket.once("secureConnect", () => translateErrors(socket, `TLS connection with ${remote}`, { remote }));
    const breakOff = takeBelow(socket, plain);
    const deadline = withDeadline(this.#clock, limits.tlsHandshakeMs, signal, () =>
      failed(remote, new Error(`not done within ${limits.tlsHandshakeMs / 1000} s`)),
    );
    try {
      await handshake(socket, remote, deadline.signal);
    } catch (error) {
      breakOff();
      await plain.closed;
      throw error;
    } finally {
      deadline.release();
    }
    return new StreamConnection({
      stream: socket,
      local: plain.local,
      remote: plain.remote,
      clock: this.#clock,
      breakOff,
    });
  }
}

function handshake(socket: TLSSocket, remote: string, signal: AbortSignal): Promise<void> {
  // Stays: a TLS error may come in two pieces.
  socket.on("error", () => {});
  return abortablePromise(signal, (resolve, reject) => {
    const onSecure = (): void => resolve();
    const onError = (error: Error): void => reject(failed(remote, error));
    const onClose = (): void => onError(new Error("the server closed the connection"));
    socket.once("error", onError).once("secureConnect", onSecure).once("close", onClose);
    return () => socket.off("error", onError).off("secureConnect", onSecure).off("close", onClose);
  });
}

const trustIt =
  "When you know that it is the right server: --tls-ca FILE with its issuer's certificate, or its own when it is self-signed (the library: `ca`).";

/** Why a certificate was refused, by Node's codes, and what helps. */
const certificates: readonly (readonly [code: RegExp, why: string, hint: string])[] = [
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, "it is self-signed", trustIt],
  [/SELF_SIGNED|VERIFY_LEAF|ISSUER/, "it is not signed by anybody whom this machine trusts", trustIt],
  [/EXPIRED/, "it has expired", "Renew it at the server; is this machine's clock right?"],
  [/NOT_YET_VALID/, "it is not valid yet", "Is this machine's clock right?"],
  [
    /ALTNAME/,
    "it is for another name",
    "Connect by a name that the certificate has, or give the server one that has this name (the library: `servername`).",
  ],
  [/CERT/, "it cannot be verified", trustIt],
];
/** What OpenSSL makes of "220 ". */
const inTheClear = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/;

/** OpenSSL's own line has its source files in it; Node gives the words alone as `reason`. */
function failed(remote: string, cause: Error & { readonly code?: string; readonly reason?: string }): SallyportError {
  const known = certificates.find(([code]) => code.test(cause.code ?? ""));
  if (known !== undefined) {
    const [, why, hint] = known;
    return new SallyportError("NET_TLS", `the certificate of ${remote} is not trusted: ${why}`, {
      cause,
      details: { remote, phase: "handshake" },
      hint,
    });
  }
  return new SallyportError("NET_TLS", `the TLS handshake with ${remote} failed: ${cause.reason ?? cause.message}`, {
    cause,
    details: { remote, phase: "handshake" },
    hint: hintOf(cause.code ?? ""),
  });
}

function hintOf(code: string): string {
  if (inTheClear.test(code)) {
    return "The server answers in the clear: this port takes no TLS from the first byte. Use ftp:// with --tls (AUTH TLS), usually on port 21.";
  }
  return "Does the server speak TLS 1.2 or later on this port?";
}
