// All that stands during the demo: two FTP servers, the SSH server in front of them, and tunnels through it.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { FileSystem } from "../../platform/file-system.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { Server } from "../../serve/options.ts";
import type { BackMode, Tunnel } from "../../tunnel/options.ts";
import { demoFiles, filesInMemory } from "./files.ts";
import type { DemoParts, DemoSshServer } from "./parts.ts";
import { Recorder } from "./recorder.ts";

/** Everybody's name and password: they protect nothing, since there is nothing. */
export const demoLogin = { user: "demo", password: "demo" } as const;

/** An FTP server and what lies on it. */
export interface Site {
  readonly address: Endpoint;
  readonly files: FileSystem;
}

/** A tunnel to both sites, and what it tells. */
export interface Passage {
  /** Where an FTP client connects to: first the site with the files, then the other one. */
  readonly entrances: readonly [Endpoint, Endpoint];
  readonly tunnel: Tunnel;
  readonly recorder: Recorder;
}

export class Stage implements AsyncDisposable {
  readonly #parts: DemoParts;
  readonly #signal: AbortSignal;
  readonly #open: AsyncDisposable[] = [];
  readonly #passages: Map<BackMode, Promise<Passage>> = new Map();
  #sites: readonly [Site, Site] | undefined;
  #ssh: DemoSshServer | undefined;

  private constructor(parts: DemoParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /** Sets everything up; when that fails nothing is left open. `signal` ends the attempt, and transfers later on. */
  static async open(parts: DemoParts, signal: AbortSignal): Promise<Stage> {
    const stage = new Stage(parts, signal);
    try {
      const [ssh, ...sites] = await allOrNothing([
        stage.#keep(parts.openSshServer({ signal })),
        stage.#openSite(demoFiles),
        stage.#openSite({}),
      ]);
      stage.#ssh = ssh;
      stage.#sites = sites;
      await stage.passage("auto");
      return stage;
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
  }

  get sites(): readonly [Site, Site] {
    return this.#sites ?? notYet();
  }

  get sshAddress(): Endpoint {
    return (this.#ssh ?? notYet()).access;
  }

  /** The tunnel whose data connections come about in this way at the servers' side; opened when first asked for. */
  passage(back: BackMode): Promise<Passage> {
    const passage = this.#passages.get(back) ?? this.#openPassage(back);
    this.#passages.set(back, passage);
    return passage;
  }

  /** What was opened last goes first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) await last[Symbol.asyncDispose]();
  }

  async #openPassage(back: BackMode): Promise<Passage> {
    const { access } = this.#ssh ?? notYet();
    const recorder = new Recorder();
    const forwards = this.sites.map(({ address: { host, port: hostPort } }) => ({ port: 0, host, hostPort }));
    const { host, port, user } = access;
    const tunnel = await this.#keep(
      this.#parts.openTunnelOver(
        { ssh: { host, port, user }, forwards, back, signal: this.#signal, trace: (event) => recorder.record(event) },
        (environment, signal) => this.#parts.connectWithKey(access, environment, signal),
      ),
    );
    const [first, second] = tunnel.forwards;
    return { tunnel, recorder, entrances: [first ?? notYet(), second ?? notYet()] };
  }

  async #openSite(content: Readonly<Record<string, Uint8Array>>): Promise<Site> {
    const files = await filesInMemory(content, this.#signal);
    const { user: name, password } = demoLogin;
    const server: Server = await this.#keep(
      this.#parts.openServer({
        files,
        listen: [{ port: 0 }],
        users: [{ name, password }],
        greeting: "Sallyport's demo.",
        signal: this.#signal,
      }),
    );
    return { files, address: server.listeners[0] ?? notYet() };
  }

  async #keep<T extends AsyncDisposable>(opening: Promise<T>): Promise<T> {
    const opened = await opening;
    this.#open.push(opened);
    return opened;
  }
}

/** Like Promise.all; but waits until all have settled, so that whatever opened is known. */
async function allOrNothing<T extends readonly Promise<unknown>[] | []>(
  work: T,
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as { [K in keyof T]: Awaited<T[K]> };
}

function notYet(): never {
  throw new SallyportError("INTERNAL", "the demo's servers are not open");
}
