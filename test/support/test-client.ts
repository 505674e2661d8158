// The FTP client of tests: says exactly what a test tells it to, byte by byte, and believes nothing that it was not told.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { makeEndHonest } from "../../src/network/honest-end.ts";
import { repliesTo, servedCommands } from "../../src/protocol/server/served-commands.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ClientReply {
  readonly code: number;
  /** Lines as they came, without line ends. */
  readonly lines: readonly string[];
}

/** A data port of ours, as for PORT. */
export interface DataListener extends Address {
  /** PORT's argument. */
  readonly argument: string;
  /** The next connection to it. */
  accept(): Promise<Socket>;
  /** Takes no more. */
  close(): void;
}

export class TestClient implements Disposable, AsyncDisposable {
  socket: Socket;
  readonly #host: string;
  readonly #from: string | undefined;
  readonly #open: (Socket | Server)[] = [];
  #text = "";
  #ended = false;
  #wake: () => void = () => {};

  /** Over a connection that is there. */
  constructor(socket: Socket, from?: string) {
    this.socket = socket;
    this.#host = socket.remoteAddress ?? "127.0.0.1";
    this.#from = from;
    this.#watch(socket);
  }

  /** `from`: the address to connect from, for this and for data. */
  static async connect({ port, host = "127.0.0.1" }: Partial<Address>, from?: string): Promise<TestClient> {
    const socket = connect({ port: port ?? 0, host, noDelay: true, ...(from !== undefined && { localAddress: from }) });
    await once(socket, "connect");
    return new TestClient(socket, from);
  }

  /** Greeted and logged in, as anybody. */
  static async loggedIn(to: Address, from?: string): Promise<TestClient> {
    const client = await TestClient.connect(to, from);
    await client.expect(220);
    await client.ask("USER me", 331);
    await client.ask("PASS secret", 230);
    return client;
  }

  /** TLS around the control connection. */
  async secure(session?: Buffer): Promise<void> {
    this.socket.removeAllListeners("data");
    const secure = connectTls({ socket: this.socket, rejectUnauthorized: false, ...(session && { session }) });
    this.adopt(secure);
    await once(secure, "secureConnect");
  }

  /** Continues with this as control connection. */
  adopt(secure: Socket): void {
    this.socket.removeAllListeners("data");
    this.socket = secure;
    this.#watch(secure);
  }

  send(...lines: readonly string[]): void {
    this.raw(lines.map((line) => `${line}\r\n`).join(""));
  }

  raw(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** The next reply, its lines joined by `\n`; undefined at the end of the connection. */
  async nextReply(): Promise<string | undefined> {
    for (;;) {
      const whole = /^(\d{3})(?: [^\r\n]*\r\n|-[\s\S]*?\r\n\1 [^\r\n]*\r\n)/.exec(this.#text)?.[0];
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length);
        return whole.trimEnd().replaceAll("\r\n", "\n");
      }
      if (this.#ended) return undefined;
      await this.#change();
    }
  }

  /** The next reply; throws at the end of the connection. */
  async reply(): Promise<ClientReply> {
    const reply = await this.nextReply();
    if (reply === undefined) throw new Error(`the server closed; unread: ${JSON.stringify(this.#text)}`);
    return { code: Number(reply.slice(0, 3)), lines: reply.split("\n") };
  }

  /** The next replies, which must have these codes; gives the last one. */
  async expect(...codes: readonly number[]): Promise<string> {
    let reply: string | undefined = "";
    for (const code of codes) {
      reply = await this.nextReply();
      if (!reply?.startsWith(String(code))) throw new Error(`expected ${code}, got ${reply ?? "the end"}`);
    }
    return reply;
  }

  ask(line: string, ...codes: readonly number[]): Promise<string> {
    this.send(line);
    return this.expect(...codes);
  }

  /** Sends a line and gives its reply, which must be one that our server's table of replies has for the command. */
  async command(line: string): Promise<ClientReply> {
    this.send(line);
    const reply = await this.reply();
    const [verb = ""] = line.toUpperCase().split(/[ \r]/);
    if (servedCommands.has(verb) && !repliesTo(verb).some((code) => code === reply.code)) {
      throw new Error(`${verb} was answered with ${reply.code}, which its row in served-commands.ts does not have`);
    }
    return reply;
  }

  /** The code of the reply to a line. */
  async code(line: string): Promise<number> {
    return (await this.command(line)).code;
  }

  /** Greeting and login. */
  async login(user = "alice", password = "secret"): Promise<this> {
    await this.reply();
    await this.command(`USER ${user}`);
    const { code } = await this.command(`PASS ${password}`);
    if (code !== 230) throw new Error(`login: ${code}`);
    return this;
  }

  /** Sends PASV, EPSV or LPSV; where the other side listens. */
  async passiveAddress(command = "EPSV"): Promise<Address> {
    return this.addressOf(await this.ask(command, command === "PASV" ? 227 : command === "LPSV" ? 228 : 229));
  }

  addressOf(reply: string): Address {
    const extended = /\(\|\|\|(\d+)\|\)/.exec(reply)?.[1];
    if (extended !== undefined) return { host: this.#host, port: Number(extended) };
    const numbers = (/\(([\d,]+)\)/.exec(reply)?.[1] ?? "").split(",").map(Number);
    const [high = 0, low = 0] = numbers.slice(-2);
    return { host: reply.startsWith("227") ? numbers.slice(0, 4).join(".") : this.#host, port: high * 256 + low };
  }

  /** EPSV; the port that it tells. */
  async passivePort(): Promise<number> {
    return (await this.passiveAddress()).port;
  }

  /** EPSV, and a connection there. */
  async passive(): Promise<Socket> {
    return this.connectData(await this.passiveAddress());
  }

  /** A connection to a data port, by default at the address of the control connection. */
  async connectData({ port, host = this.#host }: Partial<Address>, from = this.#from): Promise<Socket> {
    const local = from === undefined ? {} : { localAddress: from };
    const socket = connect({ port: port ?? 0, host, allowHalfOpen: true, noDelay: true, ...local });
    makeEndHonest(socket);
    this.keep(socket);
    await once(socket, "connect");
    return socket;
  }

  async listenData(host = this.#host): Promise<DataListener> {
    const waiting: Socket[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      makeEndHonest(socket);
      this.keep(socket);
      waiting.push(socket);
      server.emit("waiting");
    });
    this.#open.push(server);
    server.listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const accept = async (): Promise<Socket> => {
      while (waiting.length === 0) await once(server, "waiting");
      return waiting.shift() as Socket;
    };
    return { host, port, argument: portArgument({ host, port }), accept, close: () => void server.close() };
  }

  /** A transfer towards us: all bytes, and the codes that it was answered with. */
  async download(line: string): Promise<{ readonly text: string; readonly codes: number[] }> {
    const data = await this.passive();
    const arriving = textOf(data);
    const first = await this.code(line);
    if (first !== 150) {
      data.destroy();
      return { text: "", codes: [first] };
    }
    const text = await arriving;
    data.end();
    return { text, codes: [first, (await this.reply()).code] };
  }

  /** A transfer towards the server; the codes that it was answered with. */
  async upload(line: string, text: string): Promise<number[]> {
    const data = await this.passive();
    const first = await this.code(line);
    data.on("data", () => {});
    data.end(Buffer.from(text, "latin1"));
    return first === 150 ? [first, (await this.reply()).code] : [first];
  }

  /** Resolves when the server has closed the control connection. */
  async closed(): Promise<void> {
    while (!this.#ended) await this.#change();
  }

  /** Closed with this client. */
  keep(socket: Socket): void {
    socket.on("error", () => {}); // seen by `errored`
    this.#open.push(socket);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
    for (const one of this.#open) {
      if ("listening" in one) one.close();
      else one.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    if (!this.socket.closed) await once(this.socket, "close");
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #watch(socket: Socket): void {
    this.keep(socket);
    socket.on("data", (chunk) => {
      // Refusals of Telnet options are no replies.
      this.#text += chunk.toString("latin1").replaceAll(/\xff[\xfc\xfe]./gs, "");
      this.#wake();
    });
    for (const event of ["end", "close", "error"]) {
      socket.on(event, () => {
        if (socket !== this.socket) return;
        this.#ended = true;
        this.#wake();
      });
    }
  }
}

/** What came over a data connection, and whether it ended in order. */
export interface Received {
  readonly bytes: Buffer;
  readonly how: "end" | "reset";
}

/** Reads all of it. */
export function received(socket: Socket): Promise<Received> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  return new Promise((resolve) => {
    const settle = (how: Received["how"]): void => resolve({ bytes: Buffer.concat(chunks), how });
    socket.once("end", () => {
      socket.end();
      settle("end");
    });
    socket.once("error", () => settle("reset"));
    socket.once("close", () => settle("reset"));
    if (socket.errored !== null) settle("reset");
  });
}

/** Everything up to the end-of-file, which is not answered; rejects when the connection breaks. */
export async function textOf(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  await new Promise<void>((resolve, reject) => {
    socket.once("end", resolve).once("error", reject);
    // It may have ended or broken before anybody asked.
    if (socket.readableEnded) resolve();
    else if (socket.errored !== null) reject(socket.errored);
  });
  return Buffer.concat(pieces).toString("latin1");
}

/** h1,h2,h3,h4,p1,p2 */
export const portArgument = ({ host, port }: Address): string =>
  `${host.replaceAll(".", ",")},${port >> 8},${port & 255}`;
