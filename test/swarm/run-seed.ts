// One seed: a simulation is made, lived through and looked over.
import { checkMemory, checkStillness, checkUploads, checkUse, closeAll } from "./aftermath.ts";
import { startBridges } from "./bridge-party.ts";
import { type ClientParts, canReach } from "./client-parts.ts";
import { Conversation } from "./conversation.ts";
import { watchDials } from "./dials.ts";
import { drawPlan } from "./draw-plan.ts";
import { runEngineClient } from "./engine-client.ts";
import { Faults, SshHost } from "./faults.ts";
import { startGateway } from "./gateway-party.ts";
import { gatewayAddress, makePlace, type Place } from "./place.ts";
import type { ClientPlan, SwarmPlan } from "./plan.ts";
import { Program, type Tamper } from "./program.ts";
import { runRawClient } from "./raw-client.ts";
import { ServerParty } from "./server-party.ts";
import { runSftpClient } from "./sftp-client.ts";
import { SwarmTrace } from "./trace.ts";

export interface SeedResult {
  readonly seed: number;
  /** Rules that were broken; none: all is well. */
  readonly faults: readonly string[];
  readonly trace: string;
}

export interface SeedOptions {
  readonly showsPackets?: boolean;
  /** A planted bug. */
  readonly tamper?: Tamper;
}

const storyMsMax = 6 * 3_600_000;
/** Looks at the buffers so often. */
const packetsPerSample = 20;

export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  const plan = drawPlan(seed);
  const place = makePlace(plan);
  const trace = new SwarmTrace(place.simulation, options.showsPackets === true);
  const faults: string[] = [];
  const fault = (text: string): void => {
    trace.say("FAULT", text);
    faults.push(text);
  };
  trace.say("plan", JSON.stringify(plan));
  const dials = watchDials(place);
  // It would end the program of whoever uses the library.
  const unhandled = (error: unknown): void => fault(`nobody awaited: ${String(error)}`);
  process.on("unhandledRejection", unhandled);
  try {
    await place.simulation.run(() => story(plan, place, trace, fault, options.tamper), { limitMs: storyMsMax });
    await checkStillness({ place, fault });
  } catch (error) {
    fault(error instanceof Error ? error.message : String(error));
  } finally {
    process.off("unhandledRejection", unhandled);
  }
  for (const dial of dials) fault(dial);
  return { seed, faults, trace: trace.text() };
}

async function story(
  plan: SwarmPlan,
  place: Place,
  trace: SwarmTrace,
  fault: (text: string) => void,
  tamper: Tamper | undefined,
): Promise<void> {
  const { clock } = place.simulation;
  const server = await ServerParty.start(place, plan, trace);
  const sshHost = new SshHost(place, plan.gateway.sshSharesPorts, server.files);
  await sshHost.revive();
  const gateway = await startGateway(place, plan.gateway, trace, tamper);
  const bridges = await startBridges(place, plan, trace, gateway.watchers);
  const uploads = { intended: new Map<string, Buffer>(), told: new Map<string, Buffer>() };
  const programs = plan.clients.map(({ host }) => new Program(place[host].network(), clock));
  const faults = new Faults({ plan, place, gateway, bridges, server, clients: programs, trace }, sshHost);
  const stopSampling = watchBuffers(place, [gateway.front, ...bridges.programs, ...programs]);
  await Promise.all(
    plan.clients.map(async (client, index) => {
      const program = programs[index] as Program;
      const who = `client${index}`;
      const parts: ClientParts = {
        plan,
        place,
        program,
        number: index,
        conversation: () => new Conversation(plan.sftp.sizes === "true" ? plan.files : []),
        say: (text) => trace.say(who, text),
        fault: (text) => fault(`${who}: ${text}`),
        // A bridge writes the name itself.
        intended: (path, bytes) => client.way !== "bridge" && uploads.intended.set(path, bytes),
        uploaded: (path, bytes) => uploads.told.set(path, bytes),
        isCalm: isCalm(plan),
      };
      await new Promise<void>((resolve) => void clock.after(client.startMs, resolve));
      const where = gatewayAddress(place, client.host);
      const work = runClient(parts, client, where);
      await work.catch((error: unknown) => {
        trace.say(who, `ended with ${String(error)}`);
        if (parts.isCalm && !program.isDead) parts.fault(String(error));
      });
      trace.say(who, "is done");
      if (!program.isDead) for (const left of program.left()) parts.fault(`left open: ${left}`);
    }),
  );
  stopSampling();
  await faults.heal();
  const aftermath = { plan, place, gateway, server, sshHost, fault, say: (text: string) => trace.say("after", text) };
  await checkUse(aftermath);
  await bridges.close(fault);
  await closeAll(aftermath);
  await checkUploads(aftermath, uploads);
  checkMemory([gateway.front, ...bridges.programs, ...programs], fault);
}

function runClient(parts: ClientParts, client: ClientPlan, gateway: string): Promise<void> {
  if (client.kind === "sftp") return runSftpClient(parts, client, gateway);
  return client.kind === "raw" ? runRawClient(parts, client, gateway) : runEngineClient(parts, client, gateway);
}

function isCalm(plan: SwarmPlan): boolean {
  const { faults, server, gateway, clients, sftp } = plan;
  const isUsual =
    sftp.sizes === "true" && ["ours", "old", "asynchronous", "slow-writer", "other-host"].includes(server.kind);
  const hasRoom = gateway.sessionsMax >= clients.length && (gateway.passivePorts !== 1 || clients.length === 1);
  return faults.length === 0 && isUsual && hasRoom && canReach(plan);
}

function watchBuffers({ simulation }: Place, programs: readonly Program[]): () => void {
  let count = 0;
  return simulation.observe((seen) => {
    if (seen.type !== "packet") return;
    count += 1;
    if (count % packetsPerSample === 0) for (const program of programs) program.sample();
  });
}
