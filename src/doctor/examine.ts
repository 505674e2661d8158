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
  type IdleFacts,
  type NameFacts,
  type PeerFacts,
  type ProbedMode,
  probedModes,
  type SshFacts,
  type ThirdPartyFacts,
  type WriteFacts,
} from "./facts.ts";
import { isPlainWay } from "./placement.ts";
import { probeActive, probeDefaultPort } from "./probes/active-probe.ts";
import { probeIdle, probeLongTransfer } from "./probes/idle-probe.ts";
import { probeName, type Resolve } from "./probes/name-probe.ts";
import { type PassiveMode, probePassive } from "./probes/passive-probe.ts";
import { probePeerCheck } from "./probes/peer-probe.ts";
import { openProbeSession, type Probing, probeGreeting } from "./probes/session-probe.ts";
import { probeSsh, type SshWay } from "./probes/ssh-probe.ts";
import { probeThirdParty } from "./probes/third-party-probe.ts";
import { probeWriting } from "./probes/write-probe.ts";
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
    /** ServerAliveInterval of ssh itself. */
    readonly plainKeepaliveSeconds?: number;
    /** The FTP server as the SSH host knows it; absent: by the same name. */
    readonly serverHost?: string;
  };
  readonly modes: readonly ProbedMode[];
  /** How long a control connection is left idle; absent: none is. */
  readonly idleMs?: number;
  /** Where files are made, and their names without an end; absent: nothing is written. */
  readonly write?: { readonly path: string };
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
  readonly #idle: IdleFacts[] = [];
  readonly #written: WriteFacts[] = [];
  #peer: PeerFacts | undefined;
  readonly #direct: Deferred<void> = new Deferred();

  constructor(options: ExamineOptions) {
    this.#options = options;
    const { direct, greetingOnly, ssh, modes, thirdParty, idleMs, write, onStep = () => {} } = options;
    this.#steps = new Steps(onStep);
    const ofSession = [
      ...modes,
      ...(thirdParty === undefined ? [] : [serverToServer]),
      ...(idleMs === undefined ? [] : [silence]),
      ...(write === undefined ? [] : [writing]),
      ...(write === undefined || idleMs === undefined ? [] : [longTransfer]),
    ];
    if (direct !== undefined) this.#steps.plan("direct", [session, ...(greetingOnly ? [] : ofSession)]);
    if (ssh !== undefined) this.#steps.plan("ssh", [ssh.target, session, ...ofSession]);
  }

  get facts(): Facts {
    return {
      controls: this.#controls,
      // In the order of the modes, whichever came first; two listings of one mode stay as they were.
      data: [...this.#data].sort((one, other) => placeOfMode(one) - placeOfMode(other)),
      thirdParty: this.#thirdParty,
      idle: this.#idle,
      written: this.#written,
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
      const { facts, way } = await this.#steps.run(ssh.target, "ssh", () =>
        probeSsh(ssh, this.#options.direct, signal),
      );
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

  async #leaveIdle(probing: Probing): Promise<void> {
    const { idleMs } = this.#options;
    if (idleMs === undefined) return;
    const fact = await this.#steps.run(silence, probing.way, () => probeIdle(probing, idleMs));
    if (fact !== undefined) this.#idle.push(fact);
  }

  /** In each mode that brought a listing; a transfer that takes long in the first of them. */
  async #write(probing: Probing): Promise<void> {
    const { write, idleMs } = this.#options;
    const { way } = probing;
    if (write === undefined) return;
    const works = (mode: ProbedMode): boolean =>
      this.#data.some((fact) => fact.works && fact.way === way && fact.mode === mode);
    const modes = this.#options.modes.filter((mode) => mode !== "default-port").filter(works);
    const path = (what: string): string => `${write.path}-${way}-${what}`;
    const isTaken = await this.#steps.run(writing, way, async () => {
      for (const mode of modes) {
        const fact = await probeWriting(probing, mode, path(mode));
        this.#written.push(fact);
        // By other modes it would be refused as well.
        if ((fact.stored?.code ?? 0) >= 500) return false;
      }
      return true;
    });
    const [first] = modes;
    if (idleMs === undefined || first === undefined || !isTaken) return this.#steps.leaveOut(longTransfer, way);
    const fact = await this.#steps.run(longTransfer, way, () =>
      probeLongTransfer(probing, first, path("long"), idleMs),
    );
    if (fact !== undefined) this.#idle.push(fact);
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
    await Promise.all([inTurn(passive, each), inTurn(active, each), this.#leaveIdle(probing)]);
    await this.#write(probing);
    if (thirdParty === undefined) return;
    this.#thirdParty.push(await run(serverToServer, () => probeThirdParty(probing, thirdParty)));
  }
}

const placeOfMode = ({ way, mode }: DataFacts): number =>
  probedModes.indexOf(mode) + (way === "direct" ? 0 : probedModes.length);

const session = "the FTP session";
const silence = "a session without a word";
const writing = "a file to the server and back";
const longTransfer = "a transfer that takes long";
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
