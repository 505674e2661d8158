// What goes wrong in a simulation, and when.
import type { FileSystem } from "../../src/platform/file-system.ts";
import { Mutex } from "../../src/platform/mutex.ts";
import type { Wire } from "../../src/simulation/links/wire.ts";
import { SimulatedSshd } from "../../src/simulation/ssh/ssh-server.ts";
import type { BridgeParty } from "./bridge-party.ts";
import type { GatewayParty } from "./gateway-party.ts";
import type { Place } from "./place.ts";
import type { FaultPlan, SwarmPlan } from "./plan.ts";
import { never, type Program } from "./program.ts";
import type { ServerParty } from "./server-party.ts";
import type { SwarmTrace } from "./trace.ts";

export interface FaultParts {
  readonly plan: SwarmPlan;
  readonly place: Place;
  readonly gateway: GatewayParty;
  readonly bridges: BridgeParty;
  readonly server: ServerParty;
  readonly clients: readonly Program[];
  readonly trace: SwarmTrace;
}

/** Longer stalls than this are a dead line. */
const stallMsMax = 5000;

export class SshHost {
  readonly #place: Place;
  readonly #sharesPorts: boolean;
  readonly #files: FileSystem;
  #sshd: SimulatedSshd | undefined;
  /** Comings and goings, one after the other: a fault may end in the moment in which all are healed. */
  readonly #mutex: Mutex = new Mutex();

  /** `files`: what it shows by SFTP. */
  constructor(place: Place, sharesPorts: boolean, files: FileSystem) {
    this.#place = place;
    this.#sharesPorts = sharesPorts;
    this.#files = files;
  }

  revive(): Promise<void> {
    return this.#mutex.take(async () => {
      this.#sshd ??= await SimulatedSshd.start(this.#place.ssh, {
        gatewayPorts: "clientspecified",
        sharesPorts: this.#sharesPorts,
        files: () => this.#files,
      });
    }, never);
  }

  kill(): Promise<void> {
    return this.#mutex.take(async () => {
      const sshd = this.#sshd;
      this.#sshd = undefined;
      await sshd?.[Symbol.asyncDispose]();
    }, never);
  }

  /** What its clients have open. */
  get open(): readonly string[] {
    return this.#sshd?.open ?? [];
  }
}

export class Faults {
  readonly #parts: FaultParts;
  readonly #sshHost: SshHost;
  /** Each ends one thing that is under way. */
  readonly #ends: Set<() => Promise<void> | void> = new Set();
  /** Begin after so many packets. */
  readonly #atPackets: { readonly packets: number; readonly begin: () => void }[] = [];
  readonly #cancels: (() => void)[] = [];
  #isOver = false;
  #replacing: Promise<void> | undefined;

  constructor(parts: FaultParts, sshHost: SshHost) {
    this.#parts = parts;
    this.#sshHost = sshHost;
    for (const plan of parts.plan.faults) this.#plan(plan);
    const { clock } = parts.place.simulation;
    this.#cancels.push(
      parts.place.simulation.observe(() => {
        const due = this.#atPackets.filter(({ packets }) => packets <= parts.trace.packets);
        for (const one of due) {
          this.#atPackets.splice(this.#atPackets.indexOf(one), 1);
          this.#cancels.push(clock.after(0, one.begin));
        }
      }),
    );
  }

  /** From now on everything is as it should be. */
  async heal(): Promise<void> {
    this.#isOver = true;
    for (const cancel of this.#cancels) cancel();
    for (const end of [...this.#ends]) await end();
    await this.#sshHost.revive();
    await this.#replacing;
    if (this.#replacing !== undefined) await this.#parts.server.restoreAll(this.#parts.plan);
  }

  /** Of the first loss. */
  #replaceFiles(): void {
    const { plan, server, trace } = this.#parts;
    if (plan.replacement === "none" || this.#replacing !== undefined) return;
    trace.say("fault", "the files are replaced");
    this.#replacing = server.replaceAll(plan, plan.replacement === "dated");
  }

  #plan(plan: FaultPlan): void {
    const { place, trace, gateway } = this.#parts;
    const { clock } = place.simulation;
    const { after } = plan;
    const begin = (): void => void this.#begin(plan);
    if ("packets" in after) this.#atPackets.push({ packets: trace.packets + after.packets, begin });
    else if ("event" in after) {
      let left = after.count;
      const watcher = (type: string): void => {
        if (type === after.event) left -= 1;
        if (left > 0) return;
        gateway.watchers.delete(watcher);
        this.#cancels.push(clock.after(after.ms, begin));
      };
      gateway.watchers.add(watcher);
    } else this.#cancels.push(clock.after(after.ms, begin));
  }

  async #begin(plan: FaultPlan): Promise<void> {
    if (this.#isOver) return;
    const { trace, place } = this.#parts;
    trace.say("fault", `${plan.kind} begins, for ${plan.lastsMs} ms`);
    const end = this.#start(plan);
    if (end === undefined) return;
    const once = async (): Promise<void> => {
      if (!this.#ends.delete(once)) return;
      trace.say("fault", `${plan.kind} ends`);
      await end();
    };
    this.#ends.add(once);
    this.#cancels.push(place.simulation.clock.after(plan.lastsMs, () => void once()));
  }

  #start(plan: FaultPlan): (() => Promise<void> | void) | undefined {
    const { place, server, clients, gateway, bridges } = this.#parts;
    const { random } = place.simulation;
    const loses = (): "drop" | undefined => (random.below(100) < plan.amount ? "drop" : undefined);
    switch (plan.kind) {
      case "ssh-lost":
        this.#replaceFiles();
        void this.#sshHost.kill();
        return () => this.#sshHost.revive();
      case "server-gone":
        if (!server.isUp) return undefined;
        this.#replaceFiles();
        server.kill();
        return () => server.revive();
      case "client-gone":
        clients[plan.amount % clients.length]?.kill();
        return undefined;
      case "server-closes":
        if (!server.isUp) return undefined;
        void server.close();
        return () => server.revive();
      case "tunnel-closes":
        gateway.close(plan.lastsMs);
        return undefined;
      case "wan-dark": {
        const end = place.wan.rule(() => "drop");
        const lives = [gateway.lineIsDead(), bridges.lineIsDead()];
        return () => {
          for (const live of lives) live();
          end();
        };
      }
      case "lan-dark":
        return place.lan.rule(() => "drop");
      case "wan-loss":
        return place.wan.rule(loses);
      case "lan-loss":
        return place.lan.rule(loses);
      case "wan-stall":
        return stall(place, place.wan, plan);
      case "dmz-stall":
        return stall(place, place.dmz, plan);
    }
  }
}

/** What is sent meanwhile comes when it is over, in its order. */
function stall({ simulation }: Place, wire: Wire, { lastsMs }: FaultPlan): () => void {
  const untilMs = simulation.nowMs + Math.min(lastsMs, stallMsMax);
  return wire.rule(() => (simulation.nowMs < untilMs ? { delayMs: untilMs - simulation.nowMs } : undefined));
}
