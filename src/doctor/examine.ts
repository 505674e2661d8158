// Goes the whole way as a client does, and looks at each step: SSH, the session, then each data mode in a separate session.
import type { ClientOptions } from "../client/client-options.ts";
import type { ClientEnvironment } from "../client/session.ts";
import { Deferred } from "../platform/deferred.ts";
import { isPrivateAddress } from "../protocol/cidr.ts";
import { definedProps } from "../protocol/defined-props.ts";
import {
  type ControlFacts,
  type DataFacts,
  dataModeOf,
  type Facts,
  type NameFacts,
  type PeerFacts,
  type ProbedMode,
  type SshFacts,
  type ThirdPartyFacts,
} from "./facts.ts";
import { isPlainWay } from "./placement.ts";
import { probeActive, probeDefaultPort } from "./probes/active-probe.ts";
import { probeName, type Resolve } from "./probes/name-probe.ts";
import { type PassiveMode, probePassive } from "./probes/passive-probe.ts";
import { probePeerCheck } from "./probes/peer-probe.ts";
import { openProbeSession, type Probing, probeGreeting } from "./probes/session-probe.ts";
import { probeSsh, type SshWay } from "./probes/ssh-probe.ts";
import { probeThirdParty } from "./probes/third-party-probe.ts";
import { Steps } from "./steps.ts";

/** What the doctor is to look at. */
export interface ExamineOptions {
  /** The FTP server, and who logs in. */
  readonly server: ClientOptions;
  /** From this machine; absent: only through SSH. */
  readonly direct?: ClientEnvironment;
  /** Nobody logs in from this machine, where the password would be readable on the way. Default false. */
  readonly greetingOnly?: boolean;
  /** The addresses of a name, on this machine. */
  readonly resolve?: Resolve;
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
  await Promise.all([found.lookDirectly(), found.lookThroughSsh()]);
  return found.facts;
}

class Examination {
  readonly #options: ExamineOptions;
  readonly #steps: Steps;
  #name: NameFacts | undefined;
  #ssh: SshFacts | undefined;
  readonly #controls: ControlFacts[] = [];
  readonly #data: DataFacts[] = [];
  readonly #thirdParty: ThirdPartyFacts[] = [];
  #peer: PeerFacts | undefined;
  readonly #direct: Deferred<void> = new Deferred();

  constructor(options: ExamineOptions) {
    this.#options = options;
    const { direct, greetingOnly, ssh, modes, thirdParty, onStep = () => {} } = options;
    this.#steps = new Steps(onStep);
    const ofSession = [...modes, ...(thirdParty === undefined ? [] : [serverToServer])];
    if (direct !== undefined) this.#steps.plan("direct", [session, ...(greetingOnly ? [] : ofSession)]);
    if (ssh !== undefined) this.#steps.plan("ssh", [ssh.target, session, ...ofSession]);
  }

  get facts(): Facts {
    return {
      controls: this.#controls,
      data: this.#data,
      thirdParty: this.#thirdParty,
      notLookedAt: this.#steps.left,
      ...definedProps({ name: this.#name, ssh: this.#ssh, peer: this.#peer }),
    };
  }

  async lookDirectly(): Promise<void> {
    const probing = this.#directly;
    const { resolve } = this.#options;
    try {
      await this.#unlessAborted(async () => {
        if (probing === undefined) return;
        if (resolve !== undefined) this.#name = await probeName(probing, resolve);
        await this.#way(probing);
      });
    } finally {
      this.#direct.resolve();
    }
  }

  async lookThroughSsh(): Promise<void> {
    const { ssh, signal, server } = this.#options;
    if (ssh === undefined) return;
    await this.#unlessAborted(async () => {
      const { facts, way } = await this.#steps.run(ssh.target, "ssh", () => probeSsh(ssh, signal));
      this.#ssh = facts;
      if (way === undefined) return this.#steps.drop("ssh");
      try {
        const options = {
          ...server,
          ...definedProps({ host: ssh.serverHost }),
          activeAddress: way.address ?? "127.0.0.1",
        };
        const probing = { way: "ssh", options, environment: way.environment, signal } as const;
        await this.#way(probing);
        await this.#direct.promise;
        // An SSH host of our own network may have the same outer address as this machine.
        const isElsewhere = ssh.serverHost !== undefined || !isPrivateAddress(way.address ?? "127.0.0.1");
        if (isElsewhere) await this.#comparePeers(probing);
      } finally {
        await way[Symbol.asyncDispose]();
      }
    });
  }

  get #directly(): Probing | undefined {
    const { direct, server, signal } = this.#options;
    return direct && { way: "direct", options: server, environment: direct, signal };
  }

  /** Where both ways carry data, from addresses that differ. */
  async #comparePeers(ssh: Probing): Promise<void> {
    const direct = this.#directly;
    const passive = (fact: DataFacts): boolean => fact.works && dataModeOf(fact.mode) === "passive";
    const own = this.#data.find((fact) => passive(fact) && isPlainWay(fact));
    if (direct === undefined || own === undefined || !this.#data.some((fact) => passive(fact) && fact.way === "ssh"))
      return;
    this.#peer = await this.#steps.run(comparison, "direct", () =>
      probePeerCheck(direct, ssh, own.mode as PassiveMode),
    );
  }

  /** An examination that is ended keeps what it knows. */
  async #unlessAborted(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#options.signal.aborted) throw error;
    }
  }

  async #way(probing: Probing): Promise<void> {
    const { modes, thirdParty, greetingOnly } = this.#options;
    const { way } = probing;
    const run = <T>(what: string, work: () => Promise<T>): Promise<T> => this.#steps.run(what, way, work);
    if (way === "direct" && greetingOnly === true) {
      this.#controls.push(await run(session, () => probeGreeting(probing)));
      return;
    }
    const first = await run(session, () => openProbeSession(probing));
    this.#controls.push(first.facts);
    await first[Symbol.asyncDispose]();
    if (!first.facts.isLoggedIn) return this.#steps.drop(way);
    const each = async (mode: ProbedMode): Promise<void> => {
      this.#data.push(...(await run(mode, () => probeMode(probing, mode))));
    };
    // A server that waits for a client that it cannot reach holds up its session, so there are two.
    const isActive = (mode: ProbedMode): boolean => dataModeOf(mode) !== "passive";
    const [active, passive] = [modes.filter(isActive), modes.filter((mode) => !isActive(mode))];
    await Promise.all([inTurn(passive, each), inTurn(active, each)]);
    if (thirdParty === undefined) return;
    this.#thirdParty.push(await run(serverToServer, () => probeThirdParty(probing, thirdParty)));
  }
}

const session = "the FTP session";
const comparison = "whether the server compares addresses";
const serverToServer = "a transfer from server to server";

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
