// The FTP server of a simulation: ours, on a file system in memory, or an odd one.

import { LoginGuard } from "../../src/admission/login-guard.ts";
import { PendingLogins } from "../../src/admission/pending-logins.ts";
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { limits } from "../../src/protocol/limits.ts";
import { tlsPolicy } from "../../src/serve/check-options.ts";
import { RunningServer } from "../../src/serve/running-server.ts";
import type { ServerPolicy } from "../../src/server/environment.ts";
import { FtpServer, type ServerShared } from "../../src/server/ftp-server.ts";
import { LostUploads } from "../../src/server/lost-uploads.ts";
import { swarmCertificate } from "./certificate.ts";
import { contents } from "./contents.ts";
import { OddServer } from "./odd-server.ts";
import type { Place } from "./place.ts";
import type { ServerPlan, SwarmPlan } from "./plan.ts";
import { never, Program } from "./program.ts";
import type { SwarmTrace } from "./trace.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";

/** A server that runs, until it is closed or killed. */
export interface RunningParty {
  readonly program: Program;
  close(): Promise<void>;
}

export class ServerParty {
  readonly files: MemoryFileSystem = new MemoryFileSystem({ now: () => 0 });
  readonly #place: Place;
  readonly #plan: ServerPlan;
  /** Some client of this simulation asks for it. */
  readonly #hasTls: boolean;
  readonly #trace: SwarmTrace;
  #running: RunningParty | undefined;
  /** Faults of the engine itself, and what a server that closed had left. */
  readonly faults: string[] = [];

  private constructor(place: Place, plan: ServerPlan, hasTls: boolean, trace: SwarmTrace) {
    this.#hasTls = hasTls;
    this.#place = place;
    this.#plan = plan;
    this.#trace = trace;
  }

  static async start(
    place: Place,
    { server, files, seed, clients }: SwarmPlan,
    trace: SwarmTrace,
  ): Promise<ServerParty> {
    const hasTls = clients.some((client) => client.kind === "engine" && client.tls);
    const party = new ServerParty(place, server, hasTls, trace);
    for (const [index, size] of files.entries()) await party.put(`/file-${index}`, contents(size, seed + index));
    await party.revive();
    return party;
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  async revive(): Promise<void> {
    const program = new Program(this.#place.ftp.network(), this.#place.simulation.clock);
    this.#running = this.#plan.kind === "ours" ? await this.#ours(program) : await this.#odd(program, this.#plan.kind);
  }

  /** Its program is killed; what it had forgotten is not its fault. */
  kill(): void {
    this.#running?.program.kill();
    this.#running = undefined;
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.close();
    if (this.#plan.kind !== "ours") return; // odd ones are not tidy either
    this.faults.push(...(running?.program.left() ?? []).map((what) => `the server left open: ${what}`));
  }

  /** The bytes that are there now; `undefined`: no such file. */
  async read(path: string): Promise<Buffer | undefined> {
    try {
      const { size } = await this.files.stat(path, { signal: never });
      const bytes = Buffer.alloc(size ?? 0);
      await using reader = await this.files.openRead(path, { signal: never, offset: 0 });
      for (let at = 0; at < bytes.length; ) at += await reader.read(bytes.subarray(at));
      return bytes;
    } catch {
      return undefined;
    }
  }

  async put(path: string, bytes: Buffer): Promise<void> {
    const writer = await this.files.openWrite(path, { start: "truncate", signal: never });
    await writer.write([bytes]);
    await writer.finish();
  }

  async #odd(program: Program, habit: Exclude<ServerPlan["kind"], "ours">): Promise<RunningParty> {
    const { random } = this.#place.simulation;
    const server = await OddServer.start({
      program,
      habit,
      files: this,
      trace: this.#trace,
      random,
      farVictim: this.#place.addresses.farVictim,
    });
    return { program, close: () => server.close() };
  }

  async #ours(program: Program): Promise<RunningParty> {
    const { simulation, ftp } = this.#place;
    const { clock } = program;
    const shared: ServerShared = {
      sessions: new Set(),
      perAddress: new Map(),
      guard: new LoginGuard(clock),
      pending: new PendingLogins(1000),
      lostUploads: new LostUploads(),
      lastSession: 0,
    };
    const environment = {
      network: program,
      clock,
      now: () => 0,
      randomName: () => Array.from({ length: 8 }, () => letters[simulation.random.below(letters.length)]).join(""),
      resolve: async (name: string) => ftp.resolve(name),
      emit: (session: number, event: Parameters<SwarmTrace["event"]>[1]) => {
        this.#trace.event(`server#${session}`, event);
        if (event.type === "session.close" && event.reason.startsWith("a fault")) this.faults.push(event.reason);
      },
    };
    const listener = await program.listen({ host: "", ports: { first: 21, last: 21 }, signal: never });
    const server = new FtpServer(listener, this.#policy(clock), environment, shared, false);
    const running = new RunningServer({
      clock,
      listeners: [],
      servers: [server],
      shared,
      ssh: undefined,
      owned: undefined,
    });
    return { program, close: () => running[Symbol.asyncDispose]() };
  }

  #policy(clock: Clock): ServerPolicy {
    const { active, atomicUploads, dataStallMs } = this.#plan;
    return {
      opensLate: false,
      ascii: "convert",
      greeting: "Hello.",
      authenticate: async () => ({ fileSystem: this.files }),
      passivePorts: { first: 0, last: 0 },
      passiveAddresses: [],
      active,
      activePort: 20,
      activePortOnly: false,
      allowThirdParty: [],
      atomicUploads,
      tls: this.#hasTls ? tlsPolicy(swarmCertificate(), clock) : undefined,
      sessionsMax: 20,
      sessionsPerAddressMax: 20,
      idleMs: limits.serverIdleMs,
      loginMs: limits.serverLoginMs,
      dataStallMs,
    };
  }
}
