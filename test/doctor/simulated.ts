// The doctor on a host of a simulated stage.
import { expect } from "vitest";
import type { ClientOptions } from "../../src/client/client-options.ts";
import type { ClientEnvironment } from "../../src/client/session.ts";
import { examine } from "../../src/doctor/examine.ts";
import type { Facts, ProbedMode } from "../../src/doctor/facts.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { judge } from "../../src/doctor/judge.ts";
import type { SshWay } from "../../src/doctor/probes/ssh-probe.ts";
import { type DoctorReport, reportOf } from "../../src/doctor/report.ts";
import { reportSchema } from "../../src/doctor/report-schema.ts";
import { type Verdict, verdictOf } from "../../src/doctor/verdict.ts";
import { simulatedStage } from "../../src/lab/simulated/simulated-stage.ts";
import type { Stage } from "../../src/lab/stage.ts";
import type { Topology } from "../../src/lab/topology.ts";
import { raceAbort } from "../../src/platform/abort.ts";
import { withDeadline } from "../../src/platform/clock.ts";
import type { Network } from "../../src/platform/network.ts";
import { definedProps } from "../../src/protocol/defined-props.ts";
import type { Host } from "../../src/simulation/host/host.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { deviations } from "./json-schema.ts";

export interface Visit {
  readonly topology: Topology;
  /** What is planted: servers, and what stands between. */
  readonly plant: (stage: Stage, hosts: ReadonlyMap<string, Host>) => Promise<unknown>;
  readonly server: ClientOptions;
  readonly modes: readonly ProbedMode[];
  /** The SSH host to go through as well. */
  readonly via?: string;
  /** The FTP server as it knows it. Default localhost. */
  readonly serverHost?: string;
  /** In place of its network. */
  readonly sshNetwork?: (network: Network) => Promise<Network>;
  readonly thirdParty?: ClientOptions;
  readonly seed?: number;
  readonly greetingOnly?: boolean;
  readonly idleMs?: number;
  readonly write?: { readonly path: string };
  /** Of the server's name. */
  readonly addresses?: readonly string[];
  /** For all of it, in the simulation's time. */
  readonly timeoutMs?: number;
  /** Told each command that the doctor sends directly. */
  readonly onCommand?: (line: string) => void;
}

export interface Diagnosis {
  readonly facts: Facts;
  /** Of the documented shape: that is checked each time. */
  readonly report: DoctorReport;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  /** In the simulation's time. */
  readonly tookMs: number;
}

export async function diagnose({
  topology,
  plant,
  server,
  modes,
  via,
  serverHost = "localhost",
  sshNetwork = async (network) => network,
  thirdParty,
  seed = 1,
  addresses,
  greetingOnly,
  idleMs,
  write,
  timeoutMs = 600_000,
  onCommand,
}: Visit): Promise<Diagnosis> {
  await using running = await simulatedStage(seed)(topology, "doctor");
  const client = running.hosts.get("client");
  if (client === undefined) throw new Error("the topology has no client");
  return await running.run(async () => {
    await plant(running.stage, running.hosts);
    const { clock } = running.simulation;
    const beganMs = clock.nowMs();
    const { signal, release } = withDeadline(clock, timeoutMs, undefined, () => new Error("the time is over"));
    const limited = { connectMs: 8000, replyMs: 15_000, ...server };
    const ssh =
      via === undefined
        ? {}
        : { ssh: { target: via, serverHost, connect: () => sshWay(client, via, sshNetwork, signal) } };
    const direct: ClientEnvironment = {
      ...environmentOn(client, client.network()),
      emit: (event) => event.type === "ftp.command" && onCommand?.(event.line),
    };
    const resolve = async (name: string): Promise<readonly string[]> => addresses ?? [client.resolve(name)];
    const rest = definedProps({ thirdParty, greetingOnly, idleMs, write });
    const facts = await examine({ server: limited, direct, modes, signal, resolve, ...ssh, ...rest });
    release();
    const findings = judge(facts);
    const report = reportOf(facts, { server: server.host, complete: true, ...(via === undefined ? {} : { via }) });
    expect(deviations(reportSchema, JSON.parse(JSON.stringify(report)))).toEqual([]);
    return { facts, report, findings, verdict: verdictOf(facts, findings), tookMs: clock.nowMs() - beganMs };
  });
}

async function sshWay(
  client: Host,
  host: string,
  networkOf: (network: Network) => Promise<Network>,
  signal: AbortSignal,
): Promise<SshWay> {
  const ssh = await SimulatedSsh.connect(client, { host, signal });
  const network = await raceAbort(networkOf(ssh.network), signal);
  return {
    transport: "openssh" as const,
    environment: environmentOn(client, network),
    address: ssh.serverAddress,
    sessions: {
      run: (stop) => ssh.exec("true", stop),
      hold: (stop) => ssh.openSubsystem("sftp", stop),
    },
    [Symbol.asyncDispose]: () => ssh[Symbol.asyncDispose](),
  };
}

const environmentOn = ({ simulation }: Host, network: Network): ClientEnvironment => ({
  network,
  clock: simulation.clock,
  now: () => 0,
  emit: () => {},
});
