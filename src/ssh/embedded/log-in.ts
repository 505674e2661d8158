// Handshake and authentication over a stream that is connected to an SSH server.
import type { Duplex } from "node:stream";
import { type Algorithms, type AnyAuthMethod, Client } from "ssh2";
import { onAbort } from "../../platform/abort.ts";
import { formatEndpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { BannerWait } from "../banner-wait.ts";
import { showLines } from "../show-text.ts";
import type { AskUser, SshEnvironment } from "../ssh-connection.ts";
import type { Authenticator } from "./authentication/authenticator.ts";
import { authenticationFailed, passwordExpired, prepareLogin } from "./authentication/authenticator.ts";
import { watchAuthFailures } from "./channels/ssh2-messages.ts";
import type { HostSettings } from "./configuration/host-settings.ts";
import { type HostKeyPolicy, verifyHostKey } from "./host-keys/verify-host-key.ts";
import { ReplyTimeout } from "./reply-timeout.ts";
import { serverSilent, translateSsh2Error } from "./ssh-errors.ts";

export interface LogInOptions {
  readonly stream: Duplex;
  readonly settings: HostSettings;
  readonly algorithms: Algorithms;
  readonly hostKeys: Omit<HostKeyPolicy, "askUser" | "tellUser">;
  /** The server's address, for the host key question. */
  readonly address: string | undefined;
  readonly environment: SshEnvironment;
  /** Lines for the user; does nothing when quiet. */
  readonly notify: (line: string) => void;
  /** What happens, for -v. */
  readonly note: (line: string) => void;
  /** ssh2's debug output, for -vv. */
  readonly debug: ((line: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Throws `SSH_HOST_KEY`, `SSH_AUTH`, `SSH_CONNECT`, `SSH_PROTOCOL` or the signal's reason; the stream is then destroyed. */
export function logIn(options: LogInOptions): Promise<Client> {
  const { stream, signal } = options;
  return new Promise((resolve, reject) => {
    const attempt = new LogIn(options, {
      succeed: (client) => {
        stopListening();
        resolve(client);
      },
      fail: (error) => {
        stopListening();
        stream.destroy();
        reject(error);
      },
    });
    let stopListening = (): void => {};
    stopListening = onAbort(signal, () => attempt.fail(signal.reason));
    if (!signal.aborted) attempt.start();
  });
}

interface Outcome {
  readonly succeed: (client: Client) => void;
  readonly fail: (error: unknown) => void;
}

class LogIn {
  readonly #options: LogInOptions;
  readonly #outcome: Outcome;
  readonly #client = new Client();
  readonly #replyTimeout: ReplyTimeout;
  readonly #who: string;
  readonly #askUser: AskUser | undefined;
  #login: Authenticator | undefined;
  readonly #banner: BannerWait;
  /** The host key that was accepted; a key re-exchange must show the same. */
  #accepted: Buffer | undefined;
  #over = false;

  constructor(options: LogInOptions, outcome: Outcome) {
    const { settings, environment } = options;
    this.#options = options;
    this.#outcome = outcome;
    this.#who = `${settings.user}@${settings.host}`;
    this.#replyTimeout = new ReplyTimeout(
      environment.clock,
      settings.connectTimeoutMs ?? limits.sshHandshakeMs,
      (step) => this.fail(serverSilent(settings, step)),
    );
    this.#banner = new BannerWait({
      clock: environment.clock,
      server: formatEndpoint(settings),
      limitMs: settings.connectTimeoutMs,
      notify: options.notify,
      fail: (error) => this.fail(error),
    });
    const { askUser } = environment;
    const canAsk = askUser !== undefined && !settings.authentication.batch;
    this.#askUser = canAsk
      ? (question, signal) => this.#replyTimeout.pause(() => askUser(question, signal))
      : undefined;
  }

  fail(error: unknown): void {
    if (this.#over) return;
    this.#finish();
    this.#outcome.fail(error);
  }

  start(): void {
    const { stream, settings, algorithms, debug } = this.#options;
    this.#listen();
    try {
      this.#client.connect({
        sock: stream as never,
        username: settings.user,
        algorithms,
        readyTimeout: 0, // counts the time that the user takes
        keepaliveInterval: settings.keepalive.intervalMs,
        keepaliveCountMax: settings.keepalive.countMax,
        hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => void this.#checkHostKey(key, verify),
        authHandler: (_left, _partial, next) => void this.#nextMethod(next as (method: AnyAuthMethod | false) => void),
        ...definedProps({ debug }),
      });
      this.#watchBanner(stream);
      this.#replyTimeout.waitFor("the SSH handshake");
      watchAuthFailures(this.#client, (methods, partial) => this.#login?.onFailure(methods, partial));
    } catch (error) {
      this.fail(translateSsh2Error(error, settings, false));
    }
  }

  /** ssh2 reports neither an identification nor other lines before it. */
  #watchBanner(stream: Duplex): void {
    let text = "";
    const watch = (bytes: Buffer): void => {
      text = (text + bytes.toString("latin1")).slice(0, limits.sshMessageLineBytesMax);
      const lines = text.split("\n");
      const isHere = lines.some((line) => line.startsWith("SSH-"));
      if (isHere) this.#banner[Symbol.dispose]();
      else for (const line of lines.slice(0, -1)) this.#banner.line(line.trimEnd());
      if (isHere || this.#over) stream.off("data", watch);
    };
    stream.on("data", watch);
    this.#banner.start();
  }

  #finish(): void {
    this.#over = true;
    this.#banner[Symbol.dispose]();
    this.#replyTimeout.end();
  }

  #listen(): void {
    const { settings, notify, note } = this.#options;
    const client = this.#client;
    client.on("handshake", ({ kex, serverHostKey, cs }) => {
      note(`key exchange ${kex}, host key ${serverHostKey}, cipher ${cs.cipher} ${cs.mac}`);
    });
    client.on("error", (error) => {
      if (this.#over) return; // A key's passphrase that is not asked for any more.
      const { level } = error as { level?: string };
      if (level === "agent") notify(`Warning: a key could not be used: ${error.message}`);
      else if (level === "client-authentication") this.fail(this.#refused(error));
      else this.fail(translateSsh2Error(error, settings, false));
    });
    client.on("close", () => this.fail(translateSsh2Error(new Error("closed the connection"), settings, false)));
    client.on("banner", (text) => {
      for (const line of showLines(text)) notify(line);
    });
    client.on("change password", () => this.fail(passwordExpired(this.#who)));
    client.once("ready", () => {
      if (this.#over) return;
      this.#finish();
      this.#outcome.succeed(client);
    });
  }

  async #checkHostKey(key: Buffer, verify: (valid: boolean) => void): Promise<void> {
    if (this.#accepted !== undefined) return verify(this.#accepted.equals(key));
    const { hostKeys, address, notify: tellUser, signal } = this.#options;
    try {
      await verifyHostKey({ ...hostKeys, askUser: this.#askUser, tellUser }, key, address, signal);
      this.#accepted = Buffer.from(key);
      verify(true);
    } catch (error) {
      this.fail(error);
      verify(false);
    }
  }

  async #nextMethod(next: (method: AnyAuthMethod | false) => void): Promise<void> {
    this.#replyTimeout.rest();
    try {
      this.#login ??= await this.#prepare();
      const method = await this.#login.next();
      if (this.#over) return;
      if (method === false) return this.fail(this.#refused(undefined));
      this.#options.note(`trying ${method.type === "none" ? "none" : (this.#login.tried.at(-1) ?? method.type)}`);
      this.#replyTimeout.waitFor("the log-in");
      next(method);
    } catch (error) {
      this.fail(error);
    }
  }

  #prepare(): Promise<Authenticator> {
    const { settings, notify, signal } = this.#options;
    return prepareLogin({
      user: settings.user,
      who: this.#who,
      settings: settings.authentication,
      askUser: this.#askUser,
      notify,
      replyTimeout: this.#replyTimeout,
      fail: (error) => this.fail(error),
      signal,
    });
  }

  #refused(cause: unknown): SallyportError {
    const login = this.#login;
    if (login === undefined) return new SallyportError("SSH_AUTH", `${this.#who} could not log in`, { cause });
    return authenticationFailed(login, { who: this.#who, couldAsk: this.#askUser !== undefined, cause });
  }
}
