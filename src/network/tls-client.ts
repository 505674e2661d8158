// TLS on the client's side of a connection that exists already (RFC 4217).
import type { TLSSocket } from "node:tls";
import { abortablePromise } from "../platform/abort.ts";
import { type Clock, withDeadline } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import { type Connection, outstandingOf, untakenOf } from "../platform/network.ts";
import { nodeCrypto, nodeTls } from "../platform/on-demand.ts";
import { StreamConnection } from "../platform/stream-connection.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { ipBytes } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { WatchedEnd } from "./tls-end.ts";
import { translateTlsErrors } from "./tls-error.ts";
import { takeBelow } from "./tls-reset.ts";

/** How the server's certificate is judged. */
export interface TlsTrust {
  /** PEM: roots to trust in place of the system's. */
  readonly ca?: string | Uint8Array;
  /** The name that the certificate must have, when it is not the host that is connected to. */
  readonly servername?: string;
  /**
   * The server's public keys, any of them: `sha256//` and the SHA-256 of the SubjectPublicKeyInfo in base64, as curl's
   * --pinnedpubkey writes it. Without `ca` that is enough: who has signed the certificate, for which name and until when is not
   * looked at then.
   */
  readonly pins?: readonly string[];
  /** Accept any certificate: anybody in between can then read and change everything. Default false. */
  readonly insecure?: boolean;
  /** Highest version: some servers cannot resume sessions of TLS 1.3. Default the newest. */
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
}

/** What the hints of errors name, which differs with what the user has typed. */
export interface TlsHints {
  readonly trust: (key: string | undefined) => string;
  readonly otherName: string;
  readonly inTheClear: string;
}

const clientHints: TlsHints = {
  trust: () =>
    "When you know that it is the right server: --tls-ca FILE with its issuer's certificate, or its own when it is self-signed (the library: `ca`).",
  otherName:
    "Connect by a name that the certificate has, or give the server one that has this name (the library: `servername`).",
  inTheClear: "Use ftp:// with --tls (AUTH TLS), usually on port 21.",
};

/**
 * The TLS connections of one FTP session. The data connections resume the control connection's TLS session: servers take
 * that for the proof that both are the same client's (vsftpd's require_ssl_reuse, FileZilla Server, ProFTPD).
 */
export class TlsClient {
  readonly #host: string;
  readonly #trust: TlsTrust;
  readonly #clock: Clock;
  readonly #hints: TlsHints;
  /** The newest that the control connection was given. TLS 1.3 gives it some time after the handshake. */
  #session: Buffer | undefined;
  /** What the server wants the keys to be agreed in, where that is not what is offered first: another offer costs a round trip. */
  #curves: string | undefined;

  /** `host` is the name that the certificate must have unless `trust` says another one. */
  constructor(host: string, trust: TlsTrust, clock: Clock, hints: TlsHints = clientHints) {
    this.#host = trust.servername ?? host;
    this.#trust = trust;
    this.#clock = clock;
    this.#hints = hints;
  }

  /** The control connection: certificate checked, its session remembered. Throws `NET_TLS` or the signal's reason. */
  async secureControl(plain: Connection, signal: AbortSignal): Promise<Connection> {
    return await this.#secure(plain, signal, (socket) => {
      socket.on("session", (session: Buffer) => {
        this.#session = session;
      });
      socket.once("secureConnect", () => {
        this.#curves = curvesBeginningWith(socket);
      });
    });
  }

  /**
   * A data connection, as a continuation of the control connection's TLS session. Throws as {@link secureControl}. `whole`: an end
   * without close_notify is a break, for TCP's end alone anybody in between can make.
   */
  async secureData(plain: Connection, signal: AbortSignal, whole = false): Promise<Connection> {
    return await this.#secure(plain, signal, () => {}, whole && this.#trust.insecure !== true);
  }

  async #secure(
    plain: Connection,
    signal: AbortSignal,
    watch: (socket: TLSSocket) => void,
    whole = false,
  ): Promise<Connection> {
    const remote = formatEndpoint({ host: plain.remote.host || this.#host, port: plain.remote.port });
    const { ca, maxVersion } = this.#trust;
    const end = whole ? new WatchedEnd(plain.stream) : undefined;
    const socket = nodeTls().connect({
      socket: end?.below ?? plain.stream,
      minVersion: "TLSv1.2",
      // Judged below, where the key can still be told.
      rejectUnauthorized: false,
      // RFC 6066 section 3: an address is no server name, but it is what the certificate is compared with.
      ...(ipBytes(this.#host) === undefined ? { servername: this.#host } : { host: this.#host }),
      ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      ...definedProps({ maxVersion, session: this.#session, ecdhCurve: this.#curves }),
    });
    // A channel that the SSH server closes ends as if the FTP server did, and knows better.
    plain.stream.prependOnceListener("end", () => {
      if (plain.stream.errored) socket.destroy(plain.stream.errored);
    });
    watch(socket);
    end?.watch(socket, remote);
    // In the event itself: the server may reset it in the moment in which nobody waits for that.
    socket.once("secureConnect", () => translateTlsErrors(socket, remote));
    const breakOff = takeBelow(socket, plain);
    const fail = (error: TlsFailure): SallyportError => failed(remote, error, this.#hints, keyOf(socket));
    const deadline = withDeadline(this.#clock, limits.tlsHandshakeMs, signal, () =>
      fail(new Error(`not done within ${limits.tlsHandshakeMs / 1000} s`)),
    );
    try {
      await handshake(socket, fail, deadline.signal);
      const fault = this.#faultOf(socket);
      if (fault !== undefined) throw fail(Object.assign(new Error(fault), { code: fault }));
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
      untaken: () => untakenOf(plain),
      outstanding: () => outstandingOf(plain),
    });
  }

  /** Why the certificate does not do, by Node's codes. A resumed session is one that was judged. */
  #faultOf(socket: TLSSocket): string | undefined {
    const { ca, insecure, pins = [] } = this.#trust;
    if (insecure === true || socket.isSessionReused()) return undefined;
    if (pins.length > 0 && !pins.includes(keyOf(socket) ?? "")) return "PIN";
    const mustBeSigned = pins.length === 0 || ca !== undefined;
    return mustBeSigned && !socket.authorized ? String(socket.authorizationError) : undefined;
  }
}

/** Those of RFC 8446 section 4.2.7 that Node names as OpenSSL does. */
const olderCurves: readonly string[] = ["prime256v1", "secp384r1", "secp521r1"];

/** The one that the handshake took comes first, if it is one that is not first by itself (vsftpd has prime256v1 alone). */
function curvesBeginningWith(socket: TLSSocket): string | undefined {
  const key = socket.getEphemeralKeyInfo();
  const taken = key !== null && "name" in key ? key.name : undefined;
  if (taken === undefined || !olderCurves.includes(taken)) return undefined;
  return [taken, "X25519", ...olderCurves.filter((other) => other !== taken)].join(":");
}

type TlsFailure = Error & { readonly code?: string; readonly reason?: string };

function handshake(socket: TLSSocket, fail: (error: TlsFailure) => SallyportError, signal: AbortSignal): Promise<void> {
  // Stays: a TLS error may come in two pieces.
  socket.on("error", () => {});
  return abortablePromise(signal, (resolve, reject) => {
    const onSecure = (): void => resolve();
    const onError = (error: Error): void => reject(fail(error));
    const onClose = (): void => onError(new Error("the server closed the connection"));
    socket.once("error", onError).once("secureConnect", onSecure).once("close", onClose);
    return () => socket.off("error", onError).off("secureConnect", onSecure).off("close", onClose);
  });
}

/** The server's public key as a pin. */
function keyOf(socket: TLSSocket): string | undefined {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
  return key === undefined ? undefined : `sha256//${nodeCrypto().createHash("sha256").update(key).digest("base64")}`;
}

type Hint = (hints: TlsHints, key: string | undefined) => string;

const trustIt: Hint = (hints, key) => hints.trust(key);

/** Why a certificate was refused, by Node's codes, and what helps. */
const certificates: readonly (readonly [code: RegExp, why: string, hint: Hint])[] = [
  [/^PIN$/, "its key is another one than was given", trustIt],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, "it is self-signed", trustIt],
  [/SELF_SIGNED|VERIFY_LEAF|ISSUER/, "it is not signed by anybody whom this machine trusts", trustIt],
  [/EXPIRED/, "it has expired", () => "Renew it at the server; is this machine's clock right?"],
  [/NOT_YET_VALID/, "it is not valid yet", () => "Is this machine's clock right?"],
  [/ALTNAME/, "it is for another name", ({ otherName }) => otherName],
  [/CERT/, "it cannot be verified", trustIt],
];
/** What OpenSSL makes of "220 ". */
const inTheClear = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/;

/** OpenSSL's own line has its source files in it; Node gives the words alone as `reason`. */
function failed(remote: string, cause: TlsFailure, hints: TlsHints, key: string | undefined): SallyportError {
  const known = certificates.find(([code]) => code.test(cause.code ?? ""));
  if (known !== undefined) {
    const [, why, hint] = known;
    return new SallyportError("NET_TLS", `the certificate of ${remote} is not trusted: ${why}`, {
      cause,
      details: { remote, phase: "handshake" },
      hint: hint(hints, key),
    });
  }
  return new SallyportError("NET_TLS", `the TLS handshake with ${remote} failed: ${cause.reason ?? cause.message}`, {
    cause,
    details: { remote, phase: "handshake" },
    hint: hintOf(cause.code ?? "", hints),
  });
}

function hintOf(code: string, hints: TlsHints): string {
  return inTheClear.test(code)
    ? `The server answers in the clear: this port takes no TLS from the first byte. ${hints.inTheClear}`
    : "Does the server speak TLS 1.2 or later on this port?";
}
