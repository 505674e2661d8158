// The words in which a scripted server's script is written.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { makeEndHonest } from "../../src/network/honest-end.ts";

/** A data listener of the script. */
export interface ScriptedData {
  readonly host: string;
  readonly port: number;
  /** `h1,h2,h3,h4,p1,p2` for a 227. */
  readonly pasv: string;
  /** The next connection to it. */
  accept(): Promise<Socket>;
}

export class ScriptedControl {
  readonly socket: Socket;
  readonly #host: string;
  readonly #open: (Socket | Server)[] = [];
  readonly #lines: string[] = [];
  #received = "";
  #ended = false;
  #wake: () => void = () => {};
  disposed = false;

  constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.#host = host;
    socket.on("data", (chunk) => this.#take(chunk.toString("latin1")));
    for (const event of ["end", "close", "error"]) socket.on(event, () => this.#finish());
  }

  /** Writes each piece as its own write, a moment apart, so that the peer most likely reads them one by one. */
  async send(...pieces: (string | Uint8Array)[]): Promise<void> {
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await new Promise((resolve) => setTimeout(resolve, 3));
      await new Promise<void>((resolve) => {
        this.socket.write(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece, () => resolve());
      });
    }
  }

  /** One reply line with CRLF. */
  reply(line: string): Promise<void> {
    return this.send(`${line}\r\n`);
  }

  /** The next command line without CRLF; fails when it does not match, or when the client closes instead. */
  async expect(pattern: RegExp | string): Promise<string> {
    const line = await this.line();
    const fits = typeof pattern === "string" ? line === pattern : line !== undefined && pattern.test(line);
    if (line === undefined || !fits) throw new Error(`expected ${pattern}, got ${JSON.stringify(line ?? "the end")}`);
    return line;
  }

  /** The next command line without CRLF, or undefined at the end of the connection. */
  async line(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.disposed) throw new Error("the scripted server was stopped");
    return this.#lines.shift();
  }

  /** Greeting and login, with any user and password. */
  async login(greeting = "220 scripted server"): Promise<void> {
    await this.reply(greeting);
    await this.expect(/^USER /);
    await this.reply("331 password?");
    await this.expect(/^PASS /);
    await this.reply("230 welcome");
  }

  /** Listens for data connections on a free port. */
  async listenData(host = this.#host): Promise<ScriptedData> {
    const waiting: Socket[] = [];
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#keep(socket);
      waiting.push(socket);
      server.emit("waiting");
    });
    this.#open.push(server);
    server.listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const stopped = once(server, "close").then(() => {
      throw new Error("the scripted server was stopped");
    });
    stopped.catch(() => {}); // where nobody waits
    const accept = async (): Promise<Socket> => {
      while (waiting.length === 0) await Promise.race([once(server, "waiting"), stopped]);
      return waiting.shift() as Socket;
    };
    return { host, port, pasv: `${host.replaceAll(".", ",")},${port >> 8},${port & 255}`, accept };
  }

  /** Connects to a client's data port, as for PORT. */
  async connectData(host: string, port: number, localPort?: number): Promise<Socket> {
    const socket = connect({ host, port, allowHalfOpen: true, ...(localPort === undefined ? {} : { localPort }) });
    this.#keep(socket);
    await once(socket, "connect");
    return socket;
  }

  /** Everything that the client sent and no `line` has taken yet, complete lines and the rest. */
  unread(): string {
    return [...this.#lines, this.#received].join("\n");
  }

  /** End of file towards the client; what it still sends is read. */
  end(): void {
    this.socket.end();
  }

  /** End of file as soon as the client has sent its own, as any server does. */
  endWithClient(): void {
    if (this.socket.readableEnded) this.socket.end();
    else this.socket.once("end", () => this.socket.end());
  }

  /** RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Closes the control connection and all data listeners and connections. */
  dispose(): void {
    this.disposed = true;
    this.socket.destroy();
    for (const one of this.#open) {
      if ("close" in one && "listening" in one) one.close();
      else (one as Socket).destroy();
    }
    this.#finish();
  }

  #keep(socket: Socket): void {
    makeEndHonest(socket); // else a reset behind unread bytes looks like an end
    socket.on("error", () => {}); // the script sees it by `closed` and `errored`
    this.#open.push(socket);
  }

  #take(text: string): void {
    const parts = (this.#received + text).split("\r\n");
    this.#received = parts.pop() ?? "";
    this.#lines.push(...parts);
    this.#wake();
  }

  #finish(): void {
    this.#ended = true;
    this.#wake();
  }
}
