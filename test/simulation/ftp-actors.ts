// FTP in a simulated world: our own server engine, our own gateway through simulated SSH, and a client that says what old
// clients say and connects where it is told.
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import type { GatewayEnvironment, GatewayOptions } from "../../src/gateway/environment.ts";
import { Gateway } from "../../src/gateway/gateway.ts";
import { ListenerRegistry } from "../../src/gateway/listener-registry.ts";
import type { Endpoint } from "../../src/platform/endpoint.ts";
import { LoginGuard } from "../../src/platform/login-guard.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { ServerPolicy } from "../../src/server/environment.ts";
import { FtpServer, type ServerShared } from "../../src/server/ftp-server.ts";
import type { Host } from "../../src/simulation/host/host.ts";
import type { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { collect } from "../conformance/network/traffic.ts";
import { connectTo, listenAt, never } from "./stage.ts";

/** What every server of these worlds has. */
export const fileBytes: Buffer = Buffer.from("every byte of the file\n".repeat(20_000));

/** Listens on port 21 of every address; `/file` is there. */
export async function startFtpServer(host: Host, policy: Partial<ServerPolicy> = {}): Promise<FtpServer> {
  const { clock } = host.world;
  const network = host.network();
  const fileSystem = new MemoryFileSystem({ now: () => 0 });
  const writer = await fileSystem.openWrite("/file", { start: "truncate", signal: never });
  await writer.write([fileBytes]);
  await writer.finish();
  const shared: ServerShared = {
    sessions: new Set(),
    perAddress: new Map(),
    guard: new LoginGuard(clock),
    lastSession: 0,
  };
  const environment = {
    network,
    clock,
    now: () => 0,
    randomName: () => "name",
    resolve: async (name: string) => host.resolve(name),
    emit: () => {},
  };
  const usual: ServerPolicy = {
    greeting: "Hello.",
    authenticate: async () => ({ fileSystem }),
    passivePorts: { first: 0, last: 0 },
    passiveAddresses: [],
    active: true,
    activePort: 20,
    activePortOnly: false,
    allowThirdParty: [],
    atomicUploads: false,
    tls: undefined,
    sessionsMax: 10,
    sessionsPerAddressMax: 10,
    idleMs: limits.serverIdleMs,
    loginMs: limits.serverLoginMs,
    dataStallMs: limits.serverDataStallMs,
  };
  return new FtpServer(await listenAt(network, "", 21), { ...usual, ...policy }, environment, shared, false);
}

/** Sallyport where ssh runs: `-L 127.0.0.1:2001:target`. */
export async function startGateway(
  ssh: SimulatedSsh,
  target: Endpoint,
  backMode: GatewayOptions["backMode"] = "auto",
): Promise<void> {
  const front = ssh.host.network();
  const environment: GatewayEnvironment = {
    front,
    clock: ssh.host.world.clock,
    back: async () => ({ network: ssh.network, signal: never, address: ssh.serverAddress, localEnds: async () => [] }),
    emit: () => {},
    ownAddresses: () => ["127.0.0.1"],
  };
  const options: GatewayOptions = {
    target,
    backMode,
    passivePorts: { first: 0, last: 0 },
    passiveAddresses: [],
    allowThirdParty: [],
    sessionsMax: 10,
    keepaliveMs: 0,
  };
  const shared = { registry: new ListenerRegistry(), sessions: new Set<never>(), lastSession: 0 };
  new Gateway(await listenAt(front, "127.0.0.1", 2001), options, environment, shared);
}

export class FtpUser {
  readonly #network: Network;
  readonly #control: Connection;
  #text = "";
  #wake: () => void = () => {};

  private constructor(network: Network, control: Connection) {
    this.#network = network;
    this.#control = control;
    control.stream.on("data", (bytes: Buffer) => {
      this.#text += bytes.toString("latin1");
      this.#wake();
    });
  }

  /** Connected and logged in, for files as they are. */
  static async logIn(host: Host, server: Endpoint): Promise<FtpUser> {
    const network = host.network();
    const user = new FtpUser(network, await connectTo(network, server.host, server.port));
    await user.reply();
    await user.ask("USER me");
    await user.ask("PASS secret");
    await user.ask("TYPE I");
    return user;
  }

  async ask(line: string): Promise<string> {
    this.#control.stream.write(`${line}\r\n`);
    return this.reply();
  }

  /** The next reply, of one line. */
  async reply(): Promise<string> {
    for (;;) {
      const [first, line] = /^(\d{3} [^\r]*)\r\n/.exec(this.#text) ?? [];
      if (first !== undefined && line !== undefined) {
        this.#text = this.#text.slice(first.length);
        return line;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** PASV and RETR: the bytes. Connects to whatever the 227 says, as clients did. */
  async getPassive(): Promise<Buffer> {
    const numbers = (/\(([\d,]+)\)/.exec(await this.ask("PASV"))?.[1] ?? "").split(",").map(Number);
    const [high = 0, low = 0] = numbers.slice(4);
    const data = await connectTo(this.#network, numbers.slice(0, 4).join("."), high * 256 + low);
    const bytes = receive(data);
    bytes.catch(() => {}); // the reply tells more
    const started = await this.ask("RETR /file");
    if (!started.startsWith("150")) throw new Error(started);
    return this.#whole(await bytes);
  }

  /** PORT with its own address on the control connection, and RETR: the bytes. */
  async getActive(): Promise<Buffer> {
    const { host } = this.#control.local;
    const listener = await listenAt(this.#network, host);
    try {
      const { port } = listener.endpoint;
      const agreed = await this.ask(`PORT ${host.replaceAll(".", ",")},${port >> 8},${port & 255}`);
      if (!agreed.startsWith("200")) throw new Error(agreed);
      const data = listener.accept({ signal: never }).then(receive);
      data.catch(() => {});
      const started = await this.ask("RETR /file");
      if (!started.startsWith("150")) throw new Error(started);
      return await Promise.race([data.then((bytes) => this.#whole(bytes)), this.#failed()]);
    } finally {
      await listener[Symbol.asyncDispose]();
    }
  }

  async #whole(bytes: Buffer): Promise<Buffer> {
    const last = await this.reply();
    if (!last.startsWith("226")) throw new Error(last);
    return bytes;
  }

  /** Rejects with a reply that comes instead of the data. */
  async #failed(): Promise<never> {
    while (!/^[45]/.test(this.#text)) {
      await new Promise<void>((resolve) => {
        const wake = this.#wake;
        this.#wake = () => {
          wake();
          resolve();
        };
      });
    }
    throw new Error(await this.reply());
  }
}

async function receive({ stream }: Connection): Promise<Buffer> {
  const bytes = await collect(stream);
  stream.end();
  return bytes;
}
