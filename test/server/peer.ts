// A client that says exactly what a test tells it to, byte by byte.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { makeEndHonest } from "../../src/network/honest-end.ts";
import { repliesTo, servedCommands } from "../../src/protocol/server/served-commands.ts";

export interface PeerReply {
  readonly code: number;
  /** Lines as they came, without line ends. */
  readonly lines: readonly string[];
}

export class Peer {
  readonly #open: Socket[] = [];
  socket: Socket;
  readonly #host: string;
  #text = "";
  #ended = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    this.#host = socket.remoteAddress ?? "127.0.0.1";
    this.#watch(socket);
  }

  static async connect(port: number, host = "127.0.0.1"): Promise<Peer> {
    const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
    await once(socket, "connect");
    return new Peer(socket);
  }

  /** TLS around the control connection. */
  async secure(session?: Buffer): Promise<void> {
    this.socket.removeAllListeners("data");
    const secure = connectTls({ socket: this.socket, rejectUnauthorized: false, ...(session ? { session } : {}) });
    this.adopt(secure);
    await once(secure, "secureConnect");
  }

  /** Continues with this as control connection. */
  adopt(secure: Socket): void {
    this.socket.removeAllListeners("data");
    this.socket = secure;
    this.#watch(secure);
  }

  send(text: string | Uint8Array): void {
    this.socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
  }

  /** Sends a line and gives its reply, which must be one that the table of replies has for the command. */
  async say(line: string): Promise<PeerReply> {
    this.send(`${line}\r\n`);
    const reply = await this.reply();
    const [verb = ""] = line.toUpperCase().split(/[ \r]/);
    if (servedCommands.has(verb) && !repliesTo(verb).some((code) => code === reply.code)) {
      throw new Error(`${verb} was answered with ${reply.code}, which its row in served-commands.ts does not have`);
    }
    return reply;
  }

  /** The code of the reply to a line. */
  async code(line: string): Promise<number> {
    return (await this.say(line)).code;
  }

  async reply(): Promise<PeerReply> {
    for (;;) {
      const match = /^(\d{3})(?: [^\r\n]*\r\n|-[\s\S]*?\r\n\1 [^\r\n]*\r\n)/.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length);
        return { code: Number(match[1]), lines: match[0].trimEnd().split("\r\n") };
      }
      if (this.#ended) throw new Error(`the server closed; unread: ${JSON.stringify(this.#text)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Greeting and login. */
  async login(user = "alice", password = "secret"): Promise<this> {
    await this.reply();
    await this.say(`USER ${user}`);
    const { code } = await this.say(`PASS ${password}`);
    if (code !== 230) throw new Error(`login: ${code}`);
    return this;
  }

  /** EPSV, and a connection there. */
  async passive(): Promise<Socket> {
    return this.dial(await this.passivePort());
  }

  /** EPSV; the port that it tells. */
  async passivePort(): Promise<number> {
    const { lines } = await this.say("EPSV");
    return Number(/\|\|\|(\d+)\|/.exec(lines[0] ?? "")?.[1]);
  }

  /** A connection to a data port, at the server's address. */
  async dial(port: number): Promise<Socket> {
    const host = this.#host;
    const socket = connect({ port, host, allowHalfOpen: true });
    makeEndHonest(socket);
    this.keep(socket);
    await once(socket, "connect");
    return socket;
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

  /** Listens; gives PORT's argument and the connection that comes. */
  async listen(
    host = "127.0.0.1",
  ): Promise<{ readonly argument: string; readonly port: number; readonly arrival: Promise<Socket> }> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const arrival = once(server, "connection").then(([socket]) => {
      server.close();
      this.keep(socket as Socket);
      return socket as Socket;
    });
    return { argument: `127,0,0,1,${port >> 8},${port & 255}`, port, arrival };
  }

  /** Resolves when the server has closed the control connection. */
  async closed(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  keep(socket: Socket): void {
    socket.on("error", () => {});
    this.#open.push(socket);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
    for (const socket of this.#open) socket.destroy();
  }

  #watch(socket: Socket): void {
    this.keep(socket);
    socket.on("data", (bytes) => {
      this.#text += bytes.toString("latin1");
      this.#wake();
    });
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        if (socket !== this.socket) return;
        this.#ended = true;
        this.#wake();
      });
    }
  }
}

/** Everything up to the end-of-file; rejects when the connection breaks. */
export async function textOf(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  await new Promise<void>((resolve, reject) => {
    socket.once("end", resolve).once("error", reject);
    if (socket.readableEnded) resolve();
  });
  return Buffer.concat(pieces).toString("latin1");
}
