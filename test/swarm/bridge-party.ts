// Both bridges in a simulation, beside the gateway: their engines, and the keeping of their sessions, are the real ones.
import { type FtpFileSystem, ftpFilesOf } from "../../src/bridge/ftp-files.ts";
import { KeptSftp } from "../../src/bridge/kept-sftp.ts";
import { filesOf } from "../../src/bridge/sftp-files.ts";
import { openClient } from "../../src/client/client-calls.ts";
import type { FtpClient } from "../../src/client/ftp-client.ts";
import type { ClientEnvironment } from "../../src/client/session.ts";
import type { Connection } from "../../src/platform/network.ts";
import { definedProps } from "../../src/protocol/defined-props.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { limits } from "../../src/protocol/limits.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { SimulatedSshd } from "../../src/simulation/ssh/ssh-server.ts";
import { ReconnectingSsh } from "../../src/ssh/reconnecting-ssh.ts";
import { clientParts } from "../support/client-parts.ts";
import { Dice } from "./dice.ts";
import { LosableSsh, sshSilenceMs } from "./losable-ssh.ts";
import { type Muddle, muddled } from "./muddled-sftp.ts";
import { runOurServer, usualPolicy } from "./our-server.ts";
import { bridgePorts, type Place } from "./place.ts";
import type { ClientPlan, SwarmPlan } from "./plan.ts";
import { never, Program } from "./program.ts";
import type { SwarmTrace } from "./trace.ts";

export interface BridgeParty {
  readonly programs: readonly Program[];
  /** Nothing comes through any more: after a while the SSH clients notice. */
  lineIsDead(): () => void;
  /** Closes them, and tells what they have left open. */
  close(fault: (text: string) => void): Promise<void>;
}

interface Bridge {
  readonly program: Program;
  readonly ssh: KeptSsh;
  close(): Promise<void>;
}

interface BridgeParts {
  readonly place: Place;
  readonly plan: SwarmPlan;
  readonly trace: SwarmTrace;
  readonly watchers: ReadonlySet<(type: string) => void>;
  readonly fault: (text: string) => void;
}

/** Those that some client uses. `watchers` are told the types of their events. */
export async function startBridges(
  place: Place,
  plan: SwarmPlan,
  trace: SwarmTrace,
  watchers: ReadonlySet<(type: string) => void>,
): Promise<BridgeParty> {
  const uses = (wanted: (client: ClientPlan) => boolean): boolean =>
    plan.clients.some((client) => client.way === "bridge" && wanted(client));
  const faults: string[] = [];
  const parts: BridgeParts = { place, plan, trace, watchers, fault: (text) => faults.push(text) };
  const bridges: Bridge[] = [];
  if (uses(({ kind }) => kind !== "sftp")) bridges.push(await startFtpInFront(parts));
  if (uses(({ kind }) => kind === "sftp")) bridges.push(await startSshInFront(parts));
  const { clock } = place.simulation;
  return {
    programs: bridges.map(({ program }) => program),
    lineIsDead: () =>
      clock.after(sshSilenceMs, () => {
        for (const { ssh } of bridges) ssh.fail();
      }),
    close: async (fault) => {
      for (const { program, close } of bridges) {
        await close();
        for (const left of program.left()) fault(`a bridge left open: ${left}`);
      }
      for (const text of faults) fault(`a bridge: ${text}`);
    },
  };
}

/** Made again when it was lost, by whoever needs it. */
class KeptSsh extends ReconnectingSsh {
  #last: LosableSsh | undefined;
  readonly #muddle: Muddle;

  constructor({ gateway: host, addresses }: Place, program: Program, { sftp, seed }: SwarmPlan) {
    super({
      connect: async (signal) => {
        this.#last = new LosableSsh(await SimulatedSsh.connect(host, { host: addresses.ssh, local: program, signal }));
        return this.#last;
      },
      clock: program.clock,
      noCommand: true,
      target: "user@ssh",
    });
    this.#muddle = { habits: sftp, dice: new Dice(seed * 2 + 600_000_001), clock: program.clock };
  }

  override async openSubsystem(name: string, signal: AbortSignal): Promise<Connection> {
    return muddled(await super.openSubsystem(name, signal), this.#muddle);
  }

  fail(): void {
    this.#last?.fail();
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.current(signal);
  }
}

async function startFtpInFront({ place, plan, trace, watchers, fault }: BridgeParts): Promise<Bridge> {
  const { gateway: host, simulation } = place;
  const program = new Program(host.network(), simulation.clock);
  const ssh = new KeptSsh(place, program, plan);
  const files = await filesOf(new KeptSftp({ host: ssh, sync: false, inPlace: false, clock: program.clock }), never);
  const server = await runOurServer({
    program,
    host,
    port: bridgePorts.ftp,
    policy: {
      ...usualPolicy,
      opensLate: true,
      authenticate: async () => ({ fileSystem: files }),
      active: true,
      atomicUploads: false,
      tls: undefined,
      dataStallMs: plan.server.dataStallMs,
    },
    emit: (session, event) => {
      trace.event(`bridge#${session}`, event);
      for (const watcher of watchers) watcher(event.type);
    },
    fault,
  });
  return {
    program,
    ssh,
    close: async () => {
      await server[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}

async function startSshInFront({ place, plan, trace, watchers }: BridgeParts): Promise<Bridge> {
  const { gateway: host, simulation } = place;
  const program = new Program(host.network(), simulation.clock);
  const ssh = new KeptSsh(place, program, plan);
  let files: FtpFileSystem | undefined;
  let sshd: SimulatedSshd | undefined;
  let last = 0;
  const connect = async (signal?: AbortSignal): Promise<FtpClient> => {
    last += 1;
    const who = `bridge-ftp#${last}`;
    const environment: ClientEnvironment = {
      network: ssh.network,
      clock: program.clock,
      now: () => 0,
      emit: (event) => {
        trace.event(who, event);
        for (const watcher of watchers) watcher(event.type);
      },
    };
    const options = {
      host: place.target,
      port: 21,
      user: "me",
      encoding: "latin1",
      ...definedProps({ signal }),
    } as const;
    return await openClient(options, environment, {
      ...clientParts,
      openAnother: (call) => connect(call.signal),
    });
  };
  try {
    const opened = await ftpFilesOf(await connect(), "/");
    files = opened;
    sshd = await SimulatedSshd.start(host, { port: bridgePorts.ssh, network: program, files: () => opened });
  } catch (error) {
    // An odd server: the command would end with that.
    trace.say("bridge-ftp", `does not start: ${isSallyportError(error) ? error.message : String(error)}`);
  }
  return {
    program,
    ssh,
    close: async () => {
      await sshd?.[Symbol.asyncDispose]();
      await files?.[Symbol.asyncDispose]();
      await ssh[Symbol.asyncDispose]();
      // Sessions of clients that were cut off end by themselves.
      await new Promise<void>((resolve) => void simulation.clock.after(limits.disposeGraceMs, resolve));
    },
  };
}
