// The stage on this machine's loopback address: our FTP servers, our SSH server and real tunnels, on free ports. Scripts name
// the ports that they would name on separate hosts; the stage knows which ones are meant.
import { systemClock, systemTime } from "../../network/system-clock.ts";
import { systemNetwork } from "../../network/system-network.ts";
import { onAbort } from "../../platform/abort.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Trace, TraceEvent } from "../../platform/trace.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { readForward, type SallyportArgs } from "../args.ts";
import { ScriptedClient } from "../client/scripted-client.ts";
import type { LabEvent, NetstatLine } from "../evidence.ts";
import { EvidenceLog } from "../evidence-log.ts";
import { filesInMemory, type LabFiles, labFiles } from "../files.ts";
import { OwnedNetwork } from "../owned-network.ts";
import type { ClientPlan, FtpServerPlan, LabClient, RunningProgram, RunningStage, SshdPlan, Stage } from "../stage.ts";
import type { Topology } from "../topology.ts";
import type { Credentials, LoopbackParts, LoopbackSshServer, LoopbackTunnel } from "./parts.ts";

export interface LoopbackOptions {
  readonly parts: LoopbackParts;
  /** Whom the FTP servers let in: other users of this machine can reach them too. */
  readonly credentials: Credentials;
  /** On each FTP server, beside the lab's own files. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Aborted it ends whatever is under way. */
  readonly signal: AbortSignal;
}

const loopback = "127.0.0.1";
/** Nobody goes away in the middle of a transfer here, so the file need not be bigger than what is held on the way. */
const files: LabFiles = labFiles(1_000_000);

export class LoopbackStage implements Stage, RunningStage {
  readonly kind = "loopback";
  readonly stage: Stage = this;
  /** What the tunnels trace. */
  readonly recorder: Recorder = new Recorder();
  readonly #topology: Topology;
  readonly #options: LoopbackOptions;
  readonly #open: AsyncDisposable[] = [];
  readonly #users: OwnedNetwork[] = [];
  readonly #log: EvidenceLog;
  readonly #beginMs: number = systemTime();
  /** FTP servers and SSH servers by their hosts, and tunnels by the ports that were asked for. */
  readonly #servers: Map<string, Endpoint> = new Map();
  readonly #sshServers: Map<string, LoopbackSshServer> = new Map();
  readonly #entrances: Map<number, Endpoint> = new Map();
  readonly #tunnels: LoopbackTunnel[] = [];

  readonly #stopListening: () => void;

  constructor(topology: Topology, options: LoopbackOptions) {
    this.#topology = topology;
    this.#log = new EvidenceLog(topology);
    this.#options = options;
    this.#stopListening = onAbort(options.signal, this.#onAbort);
  }

  run<T>(story: () => Promise<T>): Promise<T> {
    return story();
  }

  /** Of the FTP clients; what the tunnels do is in {@link recorder}. */
  events(): readonly LabEvent[] {
    return this.#log.events();
  }

  async ftpServer(host: string, plan: FtpServerPlan = {}): Promise<RunningProgram> {
    if (Object.keys(plan).length > 0) throw impossible("an FTP server with settings");
    const { parts, credentials, signal, files: more = {} } = this.#options;
    const fileSystem = await filesInMemory(files, systemTime, more);
    const server = await this.#keep(parts.openServer({ files: fileSystem, credentials, signal }));
    this.#servers.set(host, server.address);
    return vanishing(server);
  }

  async sshd(host: string, { sharesPorts = false }: SshdPlan = {}): Promise<RunningProgram> {
    const { parts, signal } = this.#options;
    const server = await this.#keep(parts.openSshServer({ signal, sharesPorts }));
    this.#sshServers.set(host, server);
    return vanishing(server);
  }

  /** Throws `NET_UNSUPPORTED`: what plain ssh makes of FTP shows between hosts that have their own addresses. */
  async ssh(): Promise<RunningProgram> {
    throw impossible("plain ssh");
  }

  async sallyport(_host: string, { to, local, back = "auto" }: SallyportArgs): Promise<RunningProgram> {
    const { parts, signal } = this.#options;
    const sshHost = this.#hostOf(to);
    const forwards = local.map(readForward);
    const tunnel = await this.#keep(
      parts.openTunnel({
        access: known(this.#sshServers, sshHost).access,
        targets: forwards.map(({ target }) => known(this.#servers, this.#hostOf(target.host, sshHost))),
        back,
        trace: this.recorder.record,
        signal,
      }),
    );
    this.#tunnels.push(tunnel);
    for (const [index, { port }] of forwards.entries()) {
      const entrance = tunnel.entrances[index];
      if (entrance !== undefined) this.#entrances.set(port, entrance);
    }
    return vanishing(tunnel);
  }

  async ftpClient(host: string, server: Endpoint, plan: ClientPlan = {}): Promise<LabClient> {
    const network = new OwnedNetwork(systemNetwork);
    this.#users.push(network);
    const { credentials } = this.#options;
    return ScriptedClient.logIn({
      network,
      clock: systemClock,
      server: this.endpointOf(server),
      files,
      credentials,
      patienceMs: limits.labLoopbackReplyMs,
      // Bound, so that mode default-port can listen there (SO_REUSEADDR).
      ...(plan.sharesPort === true ? { localAddress: loopback } : {}),
      notify: (event) => this.#log.clientEvent(host, plan.name ?? "client", event, systemTime() - this.#beginMs),
      kill: () => network.die(),
    });
  }

  /** None: the sockets of this machine are not all the stage's, and not every system lists them. */
  async netstat(): Promise<readonly NetstatLine[]> {
    return [];
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      systemClock.after(ms, resolve);
    });
  }

  /** Where on this machine that is which a script names. */
  endpointOf({ host, port }: Endpoint): Endpoint {
    const entrance = host === loopback ? this.#entrances.get(port) : undefined;
    return entrance ?? known(this.#servers, this.#hostOf(host));
  }

  /** Of the SSH server. */
  sshEndpoint(host: string): Endpoint {
    const { access } = known(this.#sshServers, host);
    return { host: access.host, port: access.port };
  }

  /** Resolves when one of the tunnels has ended, with its error. */
  get lost(): Promise<Error | undefined> {
    return Promise.race(this.#tunnels.map(({ closed }) => closed));
  }

  /** What was opened last goes first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening();
    await this.#endUsers();
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) await last[Symbol.asyncDispose]();
  }

  readonly #onAbort = (): void => void this.#endUsers();

  async #endUsers(): Promise<void> {
    await Promise.all(this.#users.map((network) => network.die()));
  }

  async #keep<T extends AsyncDisposable>(opening: Promise<T>): Promise<T> {
    const opened = await opening;
    this.#open.push(opened);
    return opened;
  }

  /** The host that has a name or an address; `here` is whose localhost is meant. */
  #hostOf(name: string, here = ""): string {
    if (name === "localhost" || name === loopback) return here;
    const isIt = ({ name: own, attached }: Topology["hosts"][number]): boolean =>
      own === name || Object.values(attached).some((address) => address.split("/")[0] === name);
    return this.#topology.hosts.find(isIt)?.name ?? name;
  }
}

function known<T>(all: ReadonlyMap<string, T>, host: string): T {
  const found = all.get(host);
  if (found === undefined) throw new SallyportError("INTERNAL", `nothing of the kind was started on ${host}`);
  return found;
}

const vanishing = (program: AsyncDisposable): RunningProgram => ({
  vanish: async () => void (await program[Symbol.asyncDispose]()),
});

function impossible(what: string): SallyportError {
  return new SallyportError("NET_UNSUPPORTED", `${what} is not on the loopback stage`);
}

// What the tunnels of a stage trace, kept, and passed on to a watcher.
class Recorder {
  readonly #events: TraceEvent[] = [];
  /** Called with each event from now on. */
  watcher: Trace = () => {};

  readonly record: Trace = (event) => {
    if (this.#events.length < limits.labTraceEventsMax) this.#events.push(event);
    this.watcher(event);
  };

  /** How many there are so far: a place to begin a part at. */
  get mark(): number {
    return this.#events.length;
  }

  /** The events since a mark. */
  since(mark: number): readonly TraceEvent[] {
    return this.#events.slice(mark);
  }
}
