// TLS on the server's side of a connection that exists already (RFC 4217).
import type { Duplex } from "node:stream";
import { createSecureContext, createServer, type SecureContext, type Server, TLSSocket } from "node:tls";
import { abortablePromise } from "../platform/abort.ts";
import { type Clock, withDeadline } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import { type Connection, type ReceivesInto, tellsAcknowledged, untakenOf } from "../platform/network.ts";
import { StreamConnection } from "../platform/stream-connection.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { intoBuffers } from "./socket-buffers.ts";
import { translateTlsErrors } from "./tls-error.ts";
import { takeBelow } from "./tls-reset.ts";
import { UploadBridge } from "./upload-bridge.ts";

export interface Certificate {
  /** PEM: the certificate and what is between it and a root. */
  readonly certificate: string | Uint8Array;
  /** PEM, not encrypted. */
  readonly key: string | Uint8Array;
}

/** A connection inside TLS. */
export interface TlsConnection extends Connection {
  /** The client resumed a session of the same {@link TlsServer}. */
  readonly resumed: boolean;
}

/** A client that says for which protocol it came must have come for FTP (ALPACA, CVE-2021-3618); most say nothing. */
const protocols = ["ftp", "ftp-data", "x-filezilla-ftp"];

/**
 * The keys of one FTP session: a TLS ticket given by one TlsServer is no good to any other, so whoever resumes on a data
 * connection was there on the control connection.
 */
export class TlsServer {
  readonly #context: SecureContext;
  readonly #sessions: Server = sessionCache();
  readonly #clock: Clock;

  /** Throws `CONFIG_INVALID` when certificate and key are none, or do not belong together. */
  constructor({ certificate, key }: Certificate, clock: Clock, maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.3") {
    this.#clock = clock;
    try {
      this.#context = createSecureContext({
        cert: Buffer.from(certificate),
        key: Buffer.from(key),
        minVersion: "TLSv1.2",
        maxVersion,
        sessionIdContext: "sallyport",
      });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SallyportError("CONFIG_INVALID", `certificate and key cannot be used: ${why}`, {
        cause,
        hint: "Both are PEM files; the key is that of the first certificate, and not encrypted.",
      });
    }
  }

  /**
   * The handshake. The plain connection is ours from now on; it is reset when this throws `NET_TLS` or the signal's reason.
   * `upload`: the client only sends, and may close without having read anything.
   */
  async secure(plain: Connection, signal: AbortSignal, upload = false): Promise<TlsConnection> {
    const remote = formatEndpoint(plain.remote);
    const bridge = upload ? new UploadBridge(plain.stream) : undefined;
    const socket = new TLSSocket(
      (bridge ?? plain.stream) as unknown as ConstructorParameters<typeof TLSSocket>[0],
      {
        isServer: true,
        server: this.#sessions,
        secureContext: this.#context,
        ALPNProtocols: protocols,
        allowHalfOpen: true,
      } as ConstructorParameters<typeof TLSSocket>[1],
    );
    const breakOff = takeBelow(socket, plain);
    // In TLS 1.2 the server's last words of the handshake are still to come, and no tickets behind them.
    socket.once("secure", () => socket.getProtocol() === "TLSv1.3" && bridge?.hold());
    socket.once("end", () => bridge?.complete());
    const deadline = withDeadline(this.#clock, limits.tlsHandshakeMs, signal, () =>
      failed(remote, `not done within ${limits.tlsHandshakeMs / 1000} s`),
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
    return this.#connection(socket, plain, remote, breakOff, bridge && intoBuffers(socket));
  }

  #connection(
    socket: TLSSocket,
    plain: Connection,
    remote: string,
    breakOff: () => void,
    receiveInto: ReceivesInto["receiveInto"] | undefined,
  ): TlsConnection {
    translateTlsErrors(socket, remote);
    const { local } = plain;
    const stream: Duplex = socket;
    const ends = { local, remote: plain.remote };
    const acknowledged = tellsAcknowledged(plain) ? plain.acknowledged : undefined;
    const connection = new StreamConnection({
      stream,
      ...ends,
      clock: this.#clock,
      breakOff,
      receiveInto,
      acknowledged,
      untaken: () => untakenOf(plain),
    });
    return Object.assign(connection, { resumed: socket.isSessionReused() });
  }
}

/** Session ids for clients of TLS 1.2 that take no tickets (curl). A server that never listens: node:tls asks it. */
function sessionCache(): Server {
  const sessions = new Map<string, Buffer>();
  const server = createServer();
  server.on("newSession", (id: Buffer, data: Buffer, done: () => void) => {
    const [eldest] = sessions.keys();
    if (sessions.size >= limits.tlsSessionsMax && eldest !== undefined) sessions.delete(eldest);
    sessions.set(id.toString("hex"), data);
    done();
  });
  server.on("resumeSession", (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) => {
    done(null, sessions.get(id.toString("hex")) ?? null);
  });
  return server;
}

function handshake(socket: TLSSocket, remote: string, signal: AbortSignal): Promise<void> {
  // Stays: a TLS error may come in two pieces.
  socket.on("error", () => {});
  return abortablePromise(signal, (resolve, reject) => {
    const stopWatching = (): void => {
      socket.off("error", onError).off("secure", onSecure);
      socket.off("close", onClose).off("end", onClose).off("readable", lookForEnd);
    };
    // Nobody reads yet, so the end-of-file of a client that leaves has to be looked for.
    const lookForEnd = (): void => void socket.read(0);
    const onSecure = (): void => {
      stopWatching();
      // The event comes from within OpenSSL, and destroying the socket there ends the program.
      setImmediate(resolve);
    };
    const onError = (error: Error): void => reject(failed(remote, error.message, error));
    const onClose = (): void => onError(new Error("the client went away"));
    socket.once("error", onError).once("secure", onSecure);
    socket.once("close", onClose).once("end", onClose).on("readable", lookForEnd);
    return stopWatching;
  });
}

function failed(remote: string, why: string, cause?: unknown): SallyportError {
  return new SallyportError("NET_TLS", `the TLS handshake with ${remote} failed: ${why}`, {
    details: { remote, phase: "handshake" },
    cause,
  });
}
