// A client that says exactly what a test tells it to, and believes nothing that it was not told.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { makeEndHonest } from "../../src/network/honest-end.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
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
    socket.once("end", () => {
      socket.end();
      resolve({ bytes: Buffer.concat(chunks), how: "end" });
    });
    socket.once("error", () => resolve({ bytes: Buffer.concat(chunks), how: "reset" }));
    socket.once("close", () => resolve({ bytes: Buffer.concat(chunks), how: "reset" }));
    if (socket.errored !== null) resolve({ bytes: Buffer.concat(chunks), how: "reset" });
  });
}

export class PlainClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly #host: string;
  readonly #from: string | undefined;
  readonly #open: (Socket | Server)[] = [];
  #text = "";
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket, host: string, from: string | undefined) {
    this.socket = socket;
    this.#host = host;
    this.#from = from;
    this.#keep(socket);
    socket.on("data", (chunk) => {
      // Refusals of Telnet options are no replies.
      this.#text += chunk.toString("latin1").replaceAll(/\xff[\xfc\xfe]./gs, "");
      this.#wake();
    });
    for (const event of ["end", "close", "error"]) socket.on(event, () => this.#finish());
  }

  /** `from`: the address to connect from, for this and for data. */
  static async connect(gateway: Address, from?: string): Promise<PlainClient> {
    const socket = connect({ ...gateway, noDelay: true, ...(from === undefined ? {} : { localAddress: from }) });
    await once(socket, "connect");
    return new PlainClient(socket, gateway.host, from);
  }

  /** Greeted and logged in. */
  static async loggedIn(gateway: Address, from?: string): Promise<PlainClient> {
    const client = await PlainClient.connect(gateway, from);
    await client.expect(220);
    await client.ask("USER me", 331);
    await client.ask("PASS secret", 230);
    return client;
  }

  send(...lines: readonly string[]): void {
    this.raw(lines.map((line) => `${line}\r\n`).join(""));
  }

  raw(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** The next reply, its lines joined by `\n`; undefined at the end of the connection. */
  async reply(): Promise<string | undefined> {
    for (;;) {
      const whole = wholeReply(this.#text);
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length);
        return whole.trimEnd().replaceAll("\r\n", "\n");
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async expect(...codes: readonly number[]): Promise<string> {
    for (const [index, code] of codes.entries()) {
      const reply = await this.reply();
      if (!reply?.startsWith(String(code))) throw new Error(`expected ${code}, got ${reply ?? "the end"}`);
      if (index === codes.length - 1) return reply;
    }
    return "";
  }

  ask(line: string, ...codes: readonly number[]): Promise<string> {
    this.send(line);
    return this.expect(...codes);
  }

  /** Sends PASV, EPSV or LPSV; where the gateway listens. */
  async passive(command = "EPSV"): Promise<Address> {
    return this.addressOf(await this.ask(command, command === "PASV" ? 227 : command === "LPSV" ? 228 : 229));
  }

  addressOf(reply: string): Address {
    const extended = /\(\|\|\|(\d+)\|\)/.exec(reply)?.[1];
    if (extended !== undefined) return { host: this.#host, port: Number(extended) };
    const numbers = (/\(([\d,]+)\)/.exec(reply)?.[1] ?? "").split(",").map(Number);
    const [high = 0, low = 0] = numbers.slice(-2);
    return { host: reply.startsWith("227") ? numbers.slice(0, 4).join(".") : this.#host, port: high * 256 + low };
  }

  async connectData(address: Address, from: string | undefined = this.#from): Promise<Socket> {
    const socket = connect({
      ...address,
      allowHalfOpen: true,
      noDelay: true,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    makeEndHonest(socket);
    this.#keep(socket);
    await once(socket, "connect");
    return socket;
  }

  /** Listens as for PORT; `accept` gives the first connection. */
  async listenData(host = this.#host): Promise<Address & { accept(): Promise<Socket> }> {
    const waiting: Socket[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      makeEndHonest(socket);
      this.#keep(socket);
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
    return { host, port, accept };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#open) {
      if ("listening" in one) one.close();
      else one.destroy();
    }
    if (!this.socket.closed) await once(this.socket, "close");
  }

  #keep(socket: Socket): void {
    socket.on("error", () => {}); // seen by `errored`
    this.#open.push(socket);
  }

  #finish(): void {
    this.#ended = true;
    this.#wake();
  }
}

/** The first reply of the text, once all of it is there. */
function wholeReply(text: string): string | undefined {
  const [first, code, mark] = /^(\d{3})([ -])[^\r]*\r\n/.exec(text) ?? [];
  if (first === undefined || mark === " ") return first;
  const last = new RegExp(`\\r\\n${code} [^\\r]*\\r\\n`).exec(text);
  return last === null ? undefined : text.slice(0, last.index + last[0].length);
}

/** h1,h2,h3,h4,p1,p2 */
export const portArgument = ({ host, port }: Address): string =>
  `${host.replaceAll(".", ",")},${port >> 8},${port & 255}`;
