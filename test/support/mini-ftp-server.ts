// A small honest FTP server in this process: fast, in memory, and exact about what it saw. Reads ABOR during transfers.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { makeEndHonest } from "../../src/network/honest-end.ts";

export interface MiniFtpServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** By name. STOR puts a file here only when its data ended in order. */
  readonly files: Map<string, Buffer>;
  /** Control connections, data connections and data listeners that are open now. */
  open(): number;
  /** The same in words. */
  describe(): string;
  /** Uploads that broke, and those that ABOR ended. */
  readonly broken: string[];
  stop(): Promise<void>;
}

export async function startMiniFtpServer(host = "127.0.0.1"): Promise<MiniFtpServer> {
  const open = new Set<Socket | Server>();
  const keep = <One extends Socket | Server>(one: One): One => {
    open.add(one);
    one.on("error", () => {});
    one.once("close", () => open.delete(one));
    return one;
  };
  const files = new Map<string, Buffer>();
  const broken: string[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    new MiniSession(keep(socket), host, files, broken, keep).start();
  });
  server.listen(0, host);
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    for (const one of open) "listening" in one ? one.close() : one.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo;
  const describe = (): string =>
    Array.from(open, (one) =>
      "listening" in one ? "a listener" : `a socket from ${one.remotePort} to ${one.localPort} (${one.readyState})`,
    ).join(", ");
  return { host, port, files, broken, open: () => open.size, describe, stop, [Symbol.asyncDispose]: stop };
}

type Keep = <One extends Socket | Server>(one: One) => One;

class MiniSession {
  readonly #control: Socket;
  readonly #host: string;
  readonly #files: Map<string, Buffer>;
  readonly #broken: string[];
  readonly #keep: Keep;
  readonly #queue: string[] = [];
  #text = "";
  #open: (() => Promise<Socket>) | undefined;
  /** Closes the passive port and whoever has come there unused. */
  #closePort: () => void = () => {};
  #left = false;
  /** Ends the transfer under way. */
  #abort: (() => void) | undefined;
  #busy = false;

  constructor(control: Socket, host: string, files: Map<string, Buffer>, broken: string[], keep: Keep) {
    this.#control = control;
    this.#host = host;
    this.#files = files;
    this.#broken = broken;
    this.#keep = keep;
  }

  start(): void {
    this.#say("220 mini");
    this.#control.on("data", (chunk) => this.#take(chunk.toString("latin1")));
    for (const event of ["end", "close"]) this.#control.once(event, () => this.#leave());
  }

  #leave(): void {
    this.#left = true;
    this.#abort?.();
    this.#closePort();
    this.#control.end();
  }

  #say(line: string): void {
    if (this.#control.writable) this.#control.write(`${line}\r\n`);
  }

  #take(text: string): void {
    const lines = (this.#text + text).split("\r\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) {
      if (this.#abort !== undefined && line === "ABOR") this.#abort();
      this.#queue.push(line);
    }
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let line = this.#queue.shift(); line !== undefined; line = this.#queue.shift()) await this.#obey(line);
    this.#busy = false;
  }

  async #obey(line: string): Promise<void> {
    const [verb = "", argument = ""] = line.split(/ (.*)/);
    if (verb === "EPSV" || verb === "PASV") await this.#passive(verb);
    else if (verb === "PORT" || verb === "EPRT") this.#active(argument);
    else if (verb === "RETR" || verb === "LIST") await this.#retrieve(argument);
    else if (verb === "STOR") await this.#store(argument);
    else if (verb === "QUIT") this.#control.end("221 bye\r\n");
    else this.#say(`${plainReplies[verb] ?? "502"} ${line}`);
  }

  async #passive(verb: string): Promise<void> {
    this.#closePort();
    const waiting: Socket[] = [];
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      makeEndHonest(this.#keep(socket));
      waiting.push(socket);
      listener.emit("waiting");
    });
    this.#keep(listener).listen(0, this.#host);
    await once(listener, "listening");
    this.#closePort = () => {
      listener.close();
      for (const socket of waiting.splice(0)) socket.destroy();
    };
    if (this.#left) this.#closePort();
    const { port } = listener.address() as AddressInfo;
    this.#open = async () => {
      if (waiting.length === 0) await Promise.race([once(listener, "waiting"), once(listener, "close")]);
      listener.close();
      const socket = waiting.shift();
      if (socket === undefined) throw new Error("nobody came");
      return socket;
    };
    const numbers = `${this.#host.replaceAll(".", ",")},${port >> 8},${port & 255}`;
    this.#say(verb === "EPSV" ? `229 ok (|||${port}|)` : `227 ok (${numbers})`);
  }

  #active(argument: string): void {
    const parts = argument.split(/[,|]/);
    const extended = argument.startsWith("|");
    const host = extended ? (parts[2] ?? "") : parts.slice(0, 4).join(".");
    const port = extended ? Number(parts[3]) : Number(parts[4]) * 256 + Number(parts[5]);
    this.#open = async () => {
      const socket = this.#keep(connect({ host, port, allowHalfOpen: true, noDelay: true }));
      makeEndHonest(socket);
      await once(socket, "connect");
      return socket;
    };
    this.#say("200 ok");
  }

  /** `carry` resolves when the data is through, and rejects when it broke. */
  async #transfer(name: string, carry: (data: Socket) => Promise<void>): Promise<void> {
    const opening = this.#open;
    this.#open = undefined;
    if (opening === undefined) return this.#say("425 no data connection");
    this.#say(`150 ${name}`);
    let data: Socket | undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      this.#abort = () => reject(new Error("ABOR"));
    });
    try {
      data = await Promise.race([opening(), aborted]);
      await Promise.race([carry(data), aborted]);
      this.#say(`226 ${name}`);
    } catch {
      data?.destroy();
      this.#closePort();
      this.#say(`426 ${name}`);
    }
    aborted.catch(() => {});
    this.#abort = undefined;
  }

  #retrieve(name: string): Promise<void> | void {
    const content = this.#files.get(name);
    if (content === undefined) return this.#say(`550 ${name}`);
    return this.#transfer(name, (data) => {
      data.resume();
      return new Promise((resolve, reject) => {
        data.once("close", () => reject(new Error("broke")));
        data.end(content, () => resolve());
      });
    });
  }

  #store(name: string): Promise<void> {
    return this.#transfer(name, async (data) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of data) chunks.push(chunk as Buffer);
      } catch (error) {
        this.#broken.push(name);
        throw error;
      }
      data.end();
      this.#files.set(name, Buffer.concat(chunks));
    });
  }
}

const plainReplies: Readonly<Record<string, string>> = {
  USER: "331",
  PASS: "230",
  TYPE: "200",
  NOOP: "200",
  PWD: "257",
  SYST: "215",
  ABOR: "226",
  STAT: "211",
};
