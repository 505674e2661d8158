// The stage of a simulated network.
import type { Endpoint } from "../../platform/endpoint.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { Host } from "../../simulation/host/host.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import { SimulatedSshd } from "../../simulation/ssh/ssh-server.ts";
import type { SallyportArgs, SshArgs } from "../args.ts";
import { ScriptedClient } from "../client/scripted-client.ts";
import type { NetstatLine } from "../evidence.ts";
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
import { ConnectionWatch, EvidenceLog, type Role } from "./connection-watch.ts";
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

/** Opens stages whose chance comes from the seed, and from what is played there. */
export function simulatedStage(seed = 1): (...given: Parameters<OpenStage>) => Promise<RunningSimulatedStage> {
  return async (topology, name = "") => {
    const { simulation, hosts } = buildSimulation(topology, seed + hashOf(name));
    const log = new EvidenceLog(simulation);
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
  readonly #watch: ConnectionWatch;
  readonly #programs: Set<Program> = new Set();
  /** Ports on which somebody speaks FTP. */
  readonly #controlPorts: Set<number> = new Set([21]);

  constructor(simulation: Simulation, hosts: ReadonlyMap<string, Host>, log: EvidenceLog) {
    this.#simulation = simulation;
    this.#hosts = hosts;
    this.#log = log;
    this.#watch = new ConnectionWatch(hosts, log);
    simulation.observe((seen) => {
      if (seen.type !== "failed") this.#watch.see(seen);
      else log.add({ type: "call", host: seen.node, call: seen.call, error: seen.system });
    });
  }

  async ftpServer(name: string, plan: FtpServerPlan = {}): Promise<RunningProgram> {
    const program = this.#program(name, false);
    const notify = (from: "client" | "server", text: string): void => {
      if (program.isGone) return;
      this.#log.add({
        type: "line",
        host: name,
        party: "ftp-server",
        from,
        text: text.replace(/^PASS .*/i, "PASS XXXX"),
      });
    };
    await startFtpServer({ host: program.host, program, plan, files, notify });
    return this.#control(program, "the FTP server");
  }

  async sshd(name: string, plan: SshdPlan = {}): Promise<RunningProgram> {
    const program = this.#program(name, true);
    await SimulatedSshd.start(program.host, { ...plan, network: program });
    return this.#control(program, "sshd");
  }

  async ssh(name: string, args: SshArgs): Promise<RunningProgram> {
    const program = this.#program(name, true);
    for (const port of await startSsh(program, args)) this.#controlPorts.add(port);
    return this.#control(program, "ssh");
  }

  async sallyport(name: string, args: SallyportArgs): Promise<RunningProgram> {
    const [front, ssh] = [this.#program(name, false), this.#program(name, true)];
    const sshHost = this.#hostAt(args.to, front.host);
    const ownAddresses = ["127.0.0.1", front.host.resolve(name)];
    for (const port of await startSallyport({ front, ssh, sshHost, ownAddresses, args })) this.#controlPorts.add(port);
    const both = [this.#control(front, "sallyport"), this.#control(ssh, "its ssh")];
    return { vanish: async () => void (await Promise.all(both.map((one) => one.vanish()))) };
  }

  async ftpClient(name: string, server: Endpoint, plan: ClientPlan = {}): Promise<LabClient> {
    const network = this.#program(name, false);
    const party = plan.name ?? "client";
    return ScriptedClient.logIn({
      network,
      clock: this.#simulation.clock,
      server,
      files,
      // Bound, so that mode default-port can listen there (SO_REUSEADDR).
      ...(plan.sharesPort === true ? { localAddress: "0.0.0.0" } : {}),
      notify: (event) => {
        if (network.isGone) return;
        if (event.type === "line") this.#log.add({ ...event, host: name, party });
        else if (event.type === "note") this.#log.add({ ...event, host: name, text: `${party}: ${event.text}` });
        // Calls that open something are told by the simulation itself.
        else if (event.isTransfer) this.#log.add({ type: "call", host: name, call: event.call, error: event.error });
      },
      kill: () => network.die(),
    });
  }

  async netstat(name: string): Promise<readonly NetstatLine[]> {
    const rows = this.#host(name)
      .netstat()
      .map(({ local, remote, state }) => ({ local, remote, state }));
    this.#log.add({ type: "netstat", host: name, rows });
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

  #program(name: string, forwards: boolean): Program {
    const host = this.#host(name);
    const program = new Program(host, (options) =>
      this.#watch.expect(host, options, this.#roleOf(options.port, forwards)),
    );
    this.#programs.add(program);
    return program;
  }

  #roleOf(port: number, forwards: boolean): Role {
    if (port === sshPort) return { role: "ssh" };
    const kind = this.#controlPorts.has(port) ? "control" : "data";
    return forwards ? { role: "forwarded", carries: kind } : { role: kind };
  }

  #control(program: Program, title: string): RunningProgram {
    return {
      vanish: async () => {
        this.#log.add({ type: "note", host: program.host.name, text: `${title} is gone` });
        await program.die();
      },
    };
  }

  #host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new SallyportError("INTERNAL", `the topology has no host ${name}`);
    return host;
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
