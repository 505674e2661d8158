// The stage of a simulated network.
import type { Endpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { Host } from "../../simulation/host/host.ts";
import type { Observation, Simulation } from "../../simulation/simulation.ts";
import { SimulatedSshd } from "../../simulation/ssh/ssh-server.ts";
import type { SallyportArgs, SshArgs } from "../args.ts";
import { ScriptedClient } from "../client/scripted-client.ts";
import type { NetstatLine } from "../evidence.ts";
import { EvidenceLog } from "../evidence-log.ts";
import { labFiles } from "../files.ts";
import type {
  ClientPlan,
  FtpServerPlan,
  LabClient,
  OpenStage,
  RunningProgram,
  RunningStage,
  SshdPlan,
  Stage,
} from "../stage.ts";
import { buildSimulation } from "./build-simulation.ts";
import { startFtpServer } from "./ftp-server.ts";
import { Program, startSallyport, startSsh } from "./sallyport.ts";

const sshPort = 22;
/** More than what two systems and the windows of SSH hold. */
const files = labFiles(12_000_000);

/** A stage on which other programs than the lab's can be run, too. */
export interface RunningSimulatedStage extends RunningStage {
  readonly simulation: Simulation;
  readonly hosts: ReadonlyMap<string, Host>;
}

/** Opens stages whose chance comes from the seed, and from what is run there. */
export function simulatedStage(seed = 1): (...given: Parameters<OpenStage>) => Promise<RunningSimulatedStage> {
  return async (topology, name = "") => {
    const { simulation, hosts } = buildSimulation(topology, seed + hashOf(name));
    const log = new EvidenceLog(topology);
    const stage = new SimulatedStage(simulation, hosts, log);
    return {
      stage,
      simulation,
      hosts,
      run: (story) => simulation.run(story),
      events: () => log.events(),
      [Symbol.asyncDispose]: () => simulation.run(() => stage.clear()),
    };
  };
}

/** FNV-1a, of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

class SimulatedStage implements Stage {
  readonly kind = "simulated";
  readonly #simulation: Simulation;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #log: EvidenceLog;
  readonly #programs: Set<Program> = new Set();

  constructor(simulation: Simulation, hosts: ReadonlyMap<string, Host>, log: EvidenceLog) {
    this.#simulation = simulation;
    this.#hosts = hosts;
    this.#log = log;
    simulation.observe((seen, atMs) => this.#observe(seen, atMs));
  }

  #observe(seen: Observation, atMs: number): void {
    if (seen.type === "failed") this.#failed(seen, atMs);
    else if (seen.packet.kind === "tcp") {
      const { source: from, destination: to, sequence, syn, ack, rst } = seen.packet;
      const isSyn = syn && !ack;
      const wire = seen.type === "packet" && seen.wire !== "lo" ? seen.wire : undefined;
      const common = { atMs, node: seen.node, wire, from, to, sequence };
      if (seen.type === "packet" && isSyn) this.#log.see({ ...common, kind: "syn" });
      else if (seen.type === "packet" && (syn || rst)) this.#log.see({ ...common, kind: syn ? "syn-ack" : "reset" });
      else if (seen.type === "dropped" && isSyn) this.#log.see({ ...common, kind: "dropped" });
    }
  }

  #failed({ node, call, system, connect }: Extract<Observation, { type: "failed" }>, atMs: number): void {
    this.#log.add({ type: "call", host: node, call, error: system }, atMs);
    if (connect === undefined) return;
    const { host, port, localAddress, localPort } = connect;
    const from = localPort === undefined ? localAddress : `${localAddress ?? node}:${localPort}`;
    this.#log.connectFailed({
      atMs,
      host: node,
      to: { host: this.#resolve(node, host), port },
      ...definedProps({ from }),
    });
  }

  async ftpServer(name: string, plan: FtpServerPlan = {}): Promise<RunningProgram> {
    const program = this.#program(name);
    const notify = (from: "client" | "server", text: string): void => {
      if (program.isGone) return;
      const shown = text.replace(/^PASS .*/i, "PASS XXXX");
      this.#add({ type: "line", host: name, party: "ftp-server", from, text: shown });
    };
    await startFtpServer({ host: program.host, program, plan, files, notify });
    return this.#control(program, "the FTP server");
  }

  async sshd(name: string, plan: SshdPlan = {}): Promise<RunningProgram> {
    const program = this.#program(name);
    await SimulatedSshd.start(program.host, { ...plan, network: program });
    return this.#control(program, "sshd");
  }

  async ssh(name: string, args: SshArgs): Promise<RunningProgram> {
    const program = this.#program(name);
    await startSsh(program, args);
    return this.#control(program, "ssh");
  }

  async sallyport(name: string, args: SallyportArgs): Promise<RunningProgram> {
    const [front, ssh] = [this.#program(name), this.#program(name)];
    const sshHost = this.#hostAt(args.to, front.host);
    const ownAddresses = ["127.0.0.1", front.host.resolve(name)];
    await startSallyport({ front, ssh, sshHost, ownAddresses, args });
    const both = [this.#control(front, "sallyport"), this.#control(ssh, "its ssh")];
    return { vanish: async () => void (await Promise.all(both.map((one) => one.vanish()))) };
  }

  async ftpClient(name: string, server: Endpoint, plan: ClientPlan = {}): Promise<LabClient> {
    const network = this.#program(name);
    return ScriptedClient.logIn({
      network,
      clock: this.#simulation.clock,
      server,
      files,
      // Bound, so that mode default-port can listen there (SO_REUSEADDR).
      ...(plan.sharesPort === true ? { localAddress: "0.0.0.0" } : {}),
      notify: (event) => {
        // The simulation reports the calls that fail, of all programs.
        if (network.isGone || (event.type === "call" && event.attempt !== undefined)) return;
        this.#log.clientEvent(name, plan.name ?? "client", event, this.#simulation.nowMs);
      },
      kill: () => network.die(),
    });
  }

  async netstat(name: string): Promise<readonly NetstatLine[]> {
    const rows = this.#host(name)
      .netstat()
      .map(({ local, remote, state }) => ({ local, remote, state }));
    this.#add({ type: "netstat", host: name, rows });
    return rows;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#simulation.clock.after(ms, resolve);
    });
  }

  async clear(): Promise<void> {
    await Promise.all(Array.from(this.#programs, (program) => program.die()));
  }

  #program(name: string): Program {
    const program = new Program(this.#host(name));
    this.#programs.add(program);
    return program;
  }

  #add(event: Parameters<EvidenceLog["add"]>[0]): void {
    this.#log.add(event, this.#simulation.nowMs);
  }

  #control(program: Program, title: string): RunningProgram {
    return {
      vanish: async () => {
        this.#add({ type: "note", host: program.host.name, text: `${title} is gone` });
        await program.die();
      },
    };
  }

  #host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new SallyportError("INTERNAL", `the topology has no host ${name}`);
    return host;
  }

  #resolve(from: string, name: string): string {
    try {
      return this.#host(from).resolve(name);
    } catch {
      return name;
    }
  }

  /** The SSH host; behind a port forward it is the only one that runs sshd. */
  #hostAt(address: string, from: Host): Host {
    const resolved = from.resolve(address);
    const listens = (host: Host): boolean =>
      host.netstat().some(({ local, state }) => state === "LISTEN" && local.endsWith(`:${sshPort}`));
    const all = [...this.#hosts.values()];
    const host = all.find((one) => one.isOwn(resolved)) ?? all.find(listens);
    if (host === undefined) throw new SallyportError("INTERNAL", `no host runs sshd at ${address}`);
    return host;
  }
}
