// The FTP server of a simulation: ours, on a file system in memory, or an odd one.

import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { tlsPolicy } from "../../src/serve/check-options.ts";
import type { ServerPolicy } from "../../src/server/environment.ts";
import { swarmCertificate } from "./certificate.ts";
import { contents, replacedSeed } from "./contents.ts";
import { lying } from "./lying-files.ts";
import { OddServer } from "./odd-server.ts";
import { runOurServer, usualPolicy } from "./our-server.ts";
import type { Place } from "./place.ts";
import type { ServerPlan, SizesTold, SwarmPlan } from "./plan.ts";
import { never, Program } from "./program.ts";
import type { SwarmTrace } from "./trace.ts";

/** A server that runs, until it is closed or killed. */
export interface RunningParty {
  readonly program: Program;
  close(): Promise<void>;
}

const oldBytes = 100_000;

/** Of what clients may store. */
const uploadPaths = ({ clients }: SwarmPlan): string[] =>
  clients.flatMap(({ kind, steps }, number) =>
    steps.map((_, index) => `/${kind === "sftp" ? "sftp" : "up"}-${number}-${index}`),
  );

const dayMs = 86_400_000;

export class ServerParty {
  readonly files: MemoryFileSystem = new MemoryFileSystem({ now: () => 0 });
  readonly #place: Place;
  readonly #plan: ServerPlan;
  readonly #sizes: SizesTold;
  /** Some client of this simulation asks for it. */
  readonly #hasTls: boolean;
  readonly #trace: SwarmTrace;
  #running: RunningParty | undefined;
  /** Faults of the engine itself, and what a server that closed had left. */
  readonly faults: string[] = [];

  private constructor(place: Place, plan: SwarmPlan, trace: SwarmTrace) {
    this.#hasTls = plan.clients.some((client) => client.kind === "engine" && client.tls);
    this.#place = place;
    this.#plan = plan.server;
    this.#sizes = plan.sftp.sizes;
    this.#trace = trace;
  }

  static async start(place: Place, plan: SwarmPlan, trace: SwarmTrace): Promise<ServerParty> {
    const { files, seed } = plan;
    const party = new ServerParty(place, plan, trace);
    for (const [index, size] of files.entries()) await party.put(`/file-${index}`, contents(size, seed + index));
    // Where sizes are wrong, uploads take the places of other files.
    for (const path of plan.sftp.sizes === "true" ? [] : uploadPaths(plan))
      await party.put(path, contents(oldBytes, 1));
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

  /** Other files in the places of all, at once; who reads one reads on in the old one. */
  async replaceAll({ files, seed }: SwarmPlan, isDated: boolean): Promise<void> {
    for (const [index, size] of files.entries()) {
      await this.put("/new", contents(size, seed + index + replacedSeed));
      if (isDated) await this.files.setModified("/new", dayMs, { signal: never });
      await this.files.rename("/new", `/file-${index}`, { signal: never });
    }
  }

  /** And the first ones again. */
  async restoreAll({ files, seed }: SwarmPlan): Promise<void> {
    for (const [index, size] of files.entries()) await this.put(`/file-${index}`, contents(size, seed + index));
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
    const server = await runOurServer({
      program,
      host: this.#place.ftp,
      port: 21,
      policy: this.#policy(program.clock),
      emit: (session, event) => this.#trace.event(`server#${session}`, event),
      fault: (text) => this.faults.push(text),
    });
    return { program, close: async () => await server[Symbol.asyncDispose]() };
  }

  #policy(clock: Clock): ServerPolicy {
    const { active, atomicUploads, dataStallMs } = this.#plan;
    const fileSystem = lying(this.files, this.#sizes);
    return {
      ...usualPolicy,
      authenticate: async () => ({ fileSystem }),
      active,
      atomicUploads,
      tls: this.#hasTls ? tlsPolicy(swarmCertificate(), clock) : undefined,
      dataStallMs,
    };
  }
}
