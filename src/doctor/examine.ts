// Goes the whole way as a client does, and looks at each step: SSH, the session, then each data mode in a separate session.
import type { ClientOptions } from "../client/client-options.ts";
import type { ClientEnvironment } from "../client/session.ts";
import { definedProps } from "../protocol/defined-props.ts";
import {
  type ControlFacts,
  type DataFacts,
  dataModeOf,
  type Facts,
  type ProbedMode,
  type SshFacts,
  type ThirdPartyFacts,
  type WayName,
} from "./facts.ts";
import { probeActive, probeDefaultPort } from "./probes/active-probe.ts";
import { probePassive } from "./probes/passive-probe.ts";
import { openProbeSession, type Probing, probeGreeting } from "./probes/session-probe.ts";
import { probeSsh, type SshWay } from "./probes/ssh-probe.ts";
import { probeThirdParty } from "./probes/third-party-probe.ts";

/** What the doctor is to look at. */
export interface ExamineOptions {
  /** The FTP server, and who logs in. */
  readonly server: ClientOptions;
  /** From this machine; absent: only through SSH. */
  readonly direct?: ClientEnvironment;
  /** Nobody logs in from this machine, where the password would be readable on the way. Default false. */
  readonly greetingOnly?: boolean;
  readonly ssh?: {
    readonly target: string;
    readonly connect: (signal: AbortSignal) => Promise<SshWay>;
    /** The FTP server as the SSH host knows it; absent: by the same name. */
    readonly serverHost?: string;
  };
  readonly modes: readonly ProbedMode[];
  /** A second server, for a transfer from server to server. */
  readonly thirdParty?: ClientOptions;
  /** When it is aborted the examination ends with what is known by then. */
  readonly signal: AbortSignal;
  /** Told what is looked at now. */
  readonly onStep?: (what: string) => void;
}

/** Never throws for what is found. */
export async function examine(options: ExamineOptions): Promise<Facts> {
  const found = new Examination(options);
  await Promise.all([found.directly(), found.throughSsh()]);
  return found.facts;
}

class Examination {
  readonly #options: ExamineOptions;
  #ssh: SshFacts | undefined;
  readonly #controls: ControlFacts[] = [];
  readonly #data: DataFacts[] = [];
  readonly #thirdParty: ThirdPartyFacts[] = [];

  constructor(options: ExamineOptions) {
    this.#options = options;
  }

  get facts(): Facts {
    return {
      controls: this.#controls,
      data: this.#data,
      thirdParty: this.#thirdParty,
      ...definedProps({ ssh: this.#ssh }),
    };
  }

  async directly(): Promise<void> {
    const { direct } = this.#options;
    if (direct !== undefined) await this.#unlessAborted(() => this.#way("direct", this.#options.server, direct));
  }

  async throughSsh(): Promise<void> {
    const { ssh, signal, onStep } = this.#options;
    if (ssh === undefined) return;
    await this.#unlessAborted(async () => {
      onStep?.(`SSH to ${ssh.target}`);
      const { facts, way } = await probeSsh(ssh, signal);
      this.#ssh = facts;
      if (way === undefined) return;
      try {
        const server = { ...this.#options.server, ...definedProps({ host: ssh.serverHost }) };
        await this.#way("ssh", server, way.environment);
      } finally {
        await way[Symbol.asyncDispose]();
      }
    });
  }

  /** An examination that is ended keeps what it knows. */
  async #unlessAborted(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#options.signal.aborted) throw error;
    }
  }

  async #way(way: WayName, server: ClientOptions, environment: ClientEnvironment): Promise<void> {
    const { signal, modes, onStep } = this.#options;
    const probing = { way, options: server, environment, signal };
    const where = way === "direct" ? "directly" : "through SSH";
    onStep?.(`the FTP session, ${where}`);
    if (way === "direct" && this.#options.greetingOnly === true) {
      this.#controls.push(await probeGreeting(probing));
      return;
    }
    const first = await openProbeSession(probing);
    this.#controls.push(first.facts);
    await first[Symbol.asyncDispose]();
    if (!first.facts.isLoggedIn) return;
    const each = async (mode: ProbedMode): Promise<void> => {
      onStep?.(`${mode}, ${where}`);
      this.#data.push(...(await probeMode(probing, mode)));
    };
    // A server that waits for a client that it cannot reach holds up its session, so there are two.
    const isActive = (mode: ProbedMode): boolean => dataModeOf(mode) !== "passive";
    const [active, passive] = [modes.filter(isActive), modes.filter((mode) => !isActive(mode))];
    await Promise.all([inTurn(passive, each), inTurn(active, each)]);
    const { thirdParty } = this.#options;
    if (thirdParty === undefined) return;
    onStep?.(`a transfer from server to server, ${where}`);
    this.#thirdParty.push(await probeThirdParty(probing, thirdParty));
  }
}

async function inTurn<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await each(item);
}

async function probeMode(probing: Probing, mode: ProbedMode): Promise<readonly DataFacts[]> {
  await using opened = await openProbeSession({
    ...probing,
    options: { ...probing.options, mode: dataModeOf(mode) },
  });
  const { session, facts } = opened;
  if (session === undefined) {
    return [{ way: probing.way, mode, control: facts, works: false, ...definedProps({ error: facts.error }) }];
  }
  if (mode === "EPSV" || mode === "PASV") return [await probePassive(probing, session, facts, mode)];
  if (mode === "default-port") return await probeDefaultPort(probing, session, facts);
  return [await probeActive(probing, session, facts, mode)];
}
