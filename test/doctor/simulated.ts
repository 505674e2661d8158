// The doctor on a host of a simulated stage.
import type { ClientOptions } from "../../src/client/client-options.ts";
import type { ClientEnvironment } from "../../src/client/session.ts";
import { examine } from "../../src/doctor/examine.ts";
import type { Facts, ProbedMode } from "../../src/doctor/facts.ts";
import { type Finding, judge } from "../../src/doctor/judge.ts";
import { type Verdict, verdictOf } from "../../src/doctor/verdict.ts";
import { simulatedStage } from "../../src/lab/simulated/simulated-stage.ts";
import type { Stage } from "../../src/lab/stage.ts";
import type { Topology } from "../../src/lab/topology.ts";
import type { Network } from "../../src/platform/network.ts";
import type { Host } from "../../src/simulation/host/host.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";

export interface Visit {
  readonly topology: Topology;
  /** What is planted: servers, and what stands between. */
  readonly plant: (stage: Stage) => Promise<unknown>;
  readonly server: ClientOptions;
  readonly modes: readonly ProbedMode[];
  /** The SSH host to go through as well. */
  readonly via?: string;
  readonly thirdParty?: ClientOptions;
  readonly seed?: number;
  /** Told each command that the doctor sends directly. */
  readonly onCommand?: (line: string) => void;
}

export interface Diagnosis {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
}

export async function diagnose({
  topology,
  plant,
  server,
  modes,
  via,
  thirdParty,
  seed = 1,
  onCommand,
}: Visit): Promise<Diagnosis> {
  await using running = await simulatedStage(seed)(topology, "doctor");
  const client = running.hosts.get("client");
  if (client === undefined) throw new Error("the topology has no client");
  return await running.run(async () => {
    await plant(running.stage);
    const signal = new AbortController().signal;
    const limited = { connectMs: 8000, replyMs: 15_000, ...server };
    const ssh =
      via === undefined
        ? {}
        : { ssh: { target: via, serverHost: "localhost", connect: () => sshWay(client, via, signal) } };
    const direct: ClientEnvironment = {
      ...environmentOn(client, client.network()),
      emit: (event) => event.type === "ftp.command" && onCommand?.(event.line),
    };
    const facts = await examine({ server: limited, direct, modes, signal, ...ssh, ...(thirdParty && { thirdParty }) });
    const findings = judge(facts);
    return { facts, findings, verdict: verdictOf(facts, findings) };
  });
}

async function sshWay(client: Host, host: string, signal: AbortSignal) {
  const ssh = await SimulatedSsh.connect(client, { host, signal });
  return {
    transport: "openssh" as const,
    environment: environmentOn(client, ssh.network),
    [Symbol.asyncDispose]: () => ssh[Symbol.asyncDispose](),
  };
}

const environmentOn = ({ simulation }: Host, network: Network): ClientEnvironment => ({
  network,
  clock: simulation.clock,
  now: () => 0,
  emit: () => {},
});
