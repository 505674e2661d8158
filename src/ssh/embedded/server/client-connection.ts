// One SSH connection from a client, from its first byte to its last.

import type { Duplex } from "node:stream";
import ssh2, { type Connection as ServerSide } from "ssh2";
import { Deferred } from "../../../platform/deferred.ts";
import { formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection } from "../../../platform/network.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { plainHost } from "../../../protocol/ip-address.ts";
import { limits } from "../../../protocol/limits.ts";
import { fixedWindows } from "../../channels/machine/window-pace.ts";
import { ssh2Channels } from "../channels/ssh2-carrier.ts";
import { keepRightGuess, wantsNoMoreSessions } from "../channels/ssh2-messages.ts";
import { coalesceWrites } from "../transport/carrier.ts";
import { ClientSession } from "./client-session.ts";
import type { ServerContext } from "./context.ts";
import { isRightGuess, serverAlgorithms } from "./key-exchange.ts";
import { Login } from "./login.ts";

export class ClientConnection {
  /** `host:port`. */
  readonly name: string;
  /** Where the client is. */
  readonly address: string;
  /** Settles when nothing is left. Never rejects. */
  readonly gone: Promise<void>;
  readonly #context: ServerContext;
  readonly #connection: Connection;
  readonly #end: AbortController = new AbortController();
  readonly #login: Login;
  readonly #onLogin: () => void;
  readonly #cancelDeadline: () => void;
  #client: ServerSide | undefined;
  #session: ClientSession | undefined;
  readonly #gone = new Deferred();

  constructor(connection: Connection, context: ServerContext, onLogin: () => void) {
    const { remote } = connection;
    this.name = formatEndpoint(remote);
    this.address = plainHost(remote.host);
    this.#context = context;
    this.#connection = connection;
    this.#onLogin = onLogin;
    this.gone = this.#gone.promise;
    this.#login = new Login({
      ...context,
      address: this.address,
      signal: this.#end.signal,
      onRefused: (user, method) => context.emit({ type: "ssh-server.login-refused", client: this.name, user, method }),
      giveUp: (reason) => this.close(reason),
    });
    this.#cancelDeadline = context.clock.after(context.loginMs, () => this.close("it took too long to log in"));
    void connection.closed.then(({ error }) => this.close(error?.message ?? "it closed the connection"));
    this.#start();
  }

  /** What is open, for a leak check. */
  get open(): readonly string[] {
    return [`client ${this.name}`, ...(this.#session?.open ?? [])];
  }

  /** Says goodbye and ends everything. Again does nothing. */
  close(reason: string): void {
    if (this.#end.signal.aborted) return;
    const error = new SallyportError("SSH_DISCONNECTED", `the SSH client ${this.name} is gone: ${reason}`);
    this.#end.abort(error);
    this.#cancelDeadline();
    this.#context.emit({ type: "ssh-server.close", client: this.name, reason });
    void this.#close(error);
  }

  async #close(error: SallyportError): Promise<void> {
    const lost = this.#session?.lose(error);
    try {
      this.#client?.end();
    } catch {
      // ssh2 can send nothing any more
    }
    await Promise.all([lost, this.#connection[Symbol.asyncDispose]()]);
    this.#gone.resolve();
  }

  /** A separate Server for each connection: ssh2 then says whose its events are. It listens on nothing. */
  #start(): void {
    const { hostKeys } = this.#context;
    const { stream } = this.#connection;
    const server = new ssh2.Server(
      {
        hostKeys: [...hostKeys],
        algorithms: serverAlgorithms,
        ident: "Sallyport",
        keepaliveInterval: limits.sshServerKeepaliveMs,
        keepaliveCountMax: limits.sshServerKeepalivesMax,
      },
      (client) => this.#serve(client),
    );
    pauseWhileUnread(stream);
    server.injectSocket(coalesceWrites(stream) as never);
  }

  #serve(client: ServerSide): void {
    this.#client = client;
    keepRightGuess(client, isRightGuess);
    // After the first sign of the end ssh2 can send nothing any more.
    client.on("error", (error: Error) => this.close(error.message));
    client.on("end", () => this.close("it closed the connection"));
    client.on("close", () => this.close("it closed the connection"));
    client.on("authentication", (context) => this.#login.attempt(context));
    client.once("ready", () => this.#begin(client));
  }

  #begin(client: ServerSide): void {
    const { user, method } = this.#login;
    if (user === undefined || this.#end.signal.aborted) return;
    this.#cancelDeadline();
    this.#onLogin();
    const channels = ssh2Channels({
      peer: client,
      stream: this.#connection.stream,
      role: "server",
      windows: fixedWindows(limits.sshFirstWindowBytes), // nobody asks a client how far away it is
      onOpen: (request, answer) => session.onOpen(request, answer),
    });
    const session = new ClientSession({
      context: this.#context,
      user,
      client: this.#connection.remote,
      channels,
      isDoneWithSessions: () => wantsNoMoreSessions(client),
      signal: this.#end.signal,
    });
    this.#session = session;
    answerForwardRequests(client, session, this.#end.signal);
    this.#context.emit({ type: "ssh-server.login", client: this.name, user: user.name, method });
  }
}

interface Forwards {
  /** The port, or `undefined` for a refusal. */
  listen(host: string, port: number): Promise<number | undefined>;
  unlisten(host: string, port: number): Promise<boolean>;
}

type Answer = ((port?: number) => void) | undefined;

/** ssh2 keeps the answers in the order of the requests. After the client's end, by `signal`, there are none. */
function answerForwardRequests(client: ServerSide, forwards: Forwards, signal: AbortSignal): void {
  client.on("request", (accept: Answer, reject: Answer, name: string, info: unknown) => {
    const { bindAddr: host, bindPort: port } = info as { readonly bindAddr: string; readonly bindPort: number };
    const settle = (isDone: boolean, bound?: number): void => {
      if (signal.aborted) return;
      if (isDone) accept?.(bound);
      else reject?.();
    };
    if (name === "tcpip-forward") {
      void forwards.listen(host, port).then((bound) => settle(bound !== undefined, bound));
    } else if (name === "cancel-tcpip-forward") {
      void forwards.unlisten(host, port).then((isDone) => settle(isDone));
    } else settle(false);
  });
}

/**
 * ssh2 answers whatever it is asked, however much a client leaves unread. A client that reads no answers is read no further until it
 * does. Channel data stops long before.
 */
export function pauseWhileUnread(stream: Duplex): void {
  stream.on("data", () => {
    if (stream.writableLength <= limits.sshServerUnreadBytesMax || stream.isPaused()) return;
    stream.pause();
    stream.once("drain", () => stream.resume());
  });
}
