// The SSH connection of another ssh, the user's own: nothing is done to it that could end it or its other sessions. Not proxy
// mode: ssh dies of a proxy connection that closes after a channel was refused on it.
import { execFile } from "node:child_process";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../../platform/network.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { RemoteForwards } from "../channels/remote-forwards.ts";
import { cannotChooseEnd, isRefusal } from "../channels/remote-network.ts";
import { execRefused } from "../refusals.ts";
import type { ExecResult, SshConnection, SshEnvironment } from "../ssh-connection.ts";
import { LocalForwards } from "./local-forwards.ts";
import { mux } from "./mux-messages.ts";
import { openSshForwards } from "./remote-forwards.ts";
import type { SocketDirectory } from "./socket-directory.ts";
import type { UserMaster } from "./user-master.ts";

export interface SharedConnectionParts {
  readonly target: string;
  readonly program: string;
  readonly master: UserMaster;
  /** For the sockets of what is forwarded. */
  readonly directory: SocketDirectory;
  readonly environment: SshEnvironment;
}

/** ssh's own status, where it could not do what it was to do. */
const sshFailed = 255;

export class SharedConnection implements SshConnection {
  readonly transport = "openssh";
  readonly target: string;
  readonly serverAddress: undefined = undefined;
  readonly master: string;
  readonly network: Network;
  readonly lost: Promise<SallyportError | undefined>;
  readonly #parts: SharedConnectionParts;
  readonly #locals: LocalForwards;
  readonly #remotes: RemoteForwards;
  readonly #listeners = new Set<Listener>();
  #settleLost: (error: SallyportError | undefined) => void = () => {};
  #isDisposing = false;
  #ended: Promise<void> | undefined;

  constructor(parts: SharedConnectionParts) {
    const { target, master, directory, environment } = parts;
    this.target = target;
    this.master = master.path;
    this.#parts = parts;
    const { control, path } = master;
    const confirm = async (): Promise<void> => void (await control.request(mux.aliveCheck));
    const file = (name: string): string => directory.file(name);
    this.#locals = new LocalForwards({ control, file, clock: environment.clock, confirm });
    this.#remotes = openSshForwards({ ...environment, socketPath: path, file, confirm });
    this.network = { name: target, connect: (o) => this.#connect(o), listen: (o) => this.#listen(o) };
    this.lost = new Promise((resolve) => {
      this.#settleLost = resolve;
    });
    void control.closed.then(() => this.#end());
  }

  exec(command: string, signal: AbortSignal): Promise<ExecResult> {
    const { program, master } = this.#parts;
    // Should that ssh be gone, no other connection is to be made: there is no such program as the proxy.
    const alone = ["-F", "none", "-S", master.path, "-o", "ProxyCommand=false", "-o", "BatchMode=yes"];
    return new Promise((resolve, reject) => {
      const options = { signal, maxBuffer: limits.sshExecOutputBytesMax };
      const child = execFile(program, [...alone, "-T", "--", "shared", command], options, (error, stdout) => {
        if (signal.aborted) reject(signal.reason);
        else if (error?.code === sshFailed) reject(execRefused());
        else resolve({ succeeded: error === null, stdout });
      });
      child.stdin?.end();
    });
  }

  /** Only tunnels share a connection, and they need none. */
  openSubsystem(name: string): Promise<Connection> {
    const message = `there is no subsystem ${name} over the connection of an ssh that is not ours`;
    return Promise.reject(new SallyportError("NET_UNSUPPORTED", message, { hint: "Use -S none." }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposing = true;
    await this.#end();
  }

  async #connect({ host, port, signal, localAddress, localPort }: ConnectOptions): Promise<Connection> {
    if (localAddress !== undefined || localPort !== undefined) throw cannotChooseEnd(this.target);
    const target: Endpoint = { host, port };
    try {
      return await this.#locals.connect(target, signal);
    } catch (error) {
      const event = { type: "ssh.channel.refused", target: formatEndpoint(target) } as const;
      if (isRefusal(error)) this.#parts.environment.emit({ ...event, reason: error.message });
      throw error;
    }
  }

  async #listen(options: ListenOptions): Promise<Listener> {
    const listener = await this.#remotes.listen(options);
    this.#listeners.add(listener);
    return listener;
  }

  /** Once. What ssh does for us it stops doing; it goes on for everybody else. */
  #end(): Promise<void> {
    this.#ended ??= this.#endOnce();
    return this.#ended;
  }

  async #endOnce(): Promise<void> {
    const { master, directory, target } = this.#parts;
    const error = this.#isDisposing
      ? new SallyportError("CLOSED", `the SSH connection to ${target} is closed`, { details: { remote: target } })
      : new SallyportError("SSH_DISCONNECTED", `the ssh at ${master.path} that held the connection is gone`);
    await Promise.all([...this.#listeners].map((listener) => listener[Symbol.asyncDispose]()));
    this.#remotes.lose(error);
    await this.#locals.lose(error);
    master.control.close();
    directory.remove();
    this.#settleLost(this.#isDisposing ? undefined : error);
  }
}
