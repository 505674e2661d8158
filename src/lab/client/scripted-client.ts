// The scripted FTP client: one control connection, one transfer at a time, no suspicion.
import { type Clock, withDeadline } from "../../platform/clock.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection, Network } from "../../platform/network.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { DataMode } from "../args.ts";
import { type LabFiles, labBytes } from "../files.ts";
import type { LabClient, Meanwhile, TransferResult } from "../stage.ts";
import { type NotifyClientEvent, systemName, watchedNetwork } from "./client-events.ts";
import { ControlConnection } from "./control-connection.ts";
import { type Arranged, dataModes, refusalOf } from "./data-modes.ts";
import { receiveData, sendData, type TransferEnd } from "./data-transfer.ts";

export interface ScriptedClientOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly server: Endpoint;
  readonly notify: NotifyClientEvent;
  /** Default `me`, `secret`: on most stages anybody may log in. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** What the server has, to see whether a download is whole. */
  readonly files: LabFiles;
  /** Milliseconds that it waits for a connection to be made or a reply to come. Default 130000: longer than TCP. */
  readonly patienceMs?: number;
  /** Address to connect from: with it the port can be shared (SO_REUSEADDR), which mode default-port needs. */
  readonly localAddress?: string;
  /** Ends its program at once, nothing is closed in order. */
  readonly kill: () => Promise<void>;
}

export class ScriptedClient implements LabClient {
  readonly local: Endpoint;
  login = "";
  readonly #options: ScriptedClientOptions;
  readonly #control: Connection;
  readonly #server: ControlConnection;

  private constructor(options: ScriptedClientOptions, control: Connection) {
    this.#options = options;
    this.#control = control;
    this.local = control.local;
    this.#server = new ControlConnection(control, options.notify);
  }

  /** Connects and logs in. Throws `NET_*` when the server cannot be reached. */
  static async logIn(options: ScriptedClientOptions): Promise<ScriptedClient> {
    const { server, localAddress } = options;
    const network = watchedNetwork(options.network, options.notify);
    const { signal, release } = patience(options);
    try {
      const from = definedProps({ localAddress });
      const client = new ScriptedClient({ ...options, network }, await network.connect({ ...server, ...from, signal }));
      await client.#logIn();
      return client;
    } finally {
      release();
    }
  }

  async ask(line: string): Promise<string> {
    this.#server.send(line);
    return this.reply();
  }

  async reply(): Promise<string> {
    const { signal, release } = patience(this.#options);
    try {
      return await this.#server.reply(signal);
    } finally {
      release();
    }
  }

  get(mode: DataMode, path = "/file", meanwhile?: Meanwhile): Promise<TransferResult> {
    const size = this.#options.files[path] ?? this.#options.files["/file"] ?? 0;
    return this.#transfer(mode, `RETR ${path}`, async (data) => {
      const { text: _, ...end } = await receiveData(data, meanwhile);
      return { ...end, whole: end.wrongAt === undefined && end.bytes === size };
    });
  }

  put(mode: DataMode, path: string, options: { readonly breakAfterBytes?: number } = {}): Promise<TransferResult> {
    const size = this.#options.files["/file"] ?? 0;
    return this.#transfer(mode, `STOR ${path}`, (data) => sendData(data, labBytes(size), options.breakAfterBytes));
  }

  list(mode: DataMode): Promise<TransferResult> {
    return this.#transfer(mode, "LIST", async (data) => {
      // A listing is no file of the lab's.
      const { text, wrongAt: _, ...end } = await receiveData(data);
      return { ...end, whole: /\bfile\r?\n/.test(text) };
    });
  }

  async vanish(): Promise<void> {
    this.#options.notify({ type: "note", text: "the client is gone" });
    await this.#options.kill();
  }

  async quit(): Promise<void> {
    await this.ask("QUIT");
    await this.#control[Symbol.asyncDispose]();
  }

  async #logIn(): Promise<void> {
    this.login = await this.reply();
    const { user, password } = this.#options.credentials ?? { user: "me", password: "secret" };
    for (const line of [`USER ${user}`, `PASS ${password}`]) {
      if (!/^[23]/.test(this.login)) return;
      this.login = await this.ask(line);
    }
    if (this.login.startsWith("2")) await this.ask("TYPE I");
  }

  async #transfer(
    mode: DataMode,
    line: string,
    carry: (data: Connection) => Promise<TransferEnd>,
  ): Promise<TransferResult> {
    const { network } = this.#options;
    const { local, remote } = this.#control;
    const { signal, release } = patience(this.#options);
    let last = "";
    const ask = async (words: string): Promise<string> => {
      this.#server.send(words);
      last = await this.#server.reply(signal);
      return last;
    };
    try {
      await using arranged = await dataModes[mode]({ network, local, remote, signal, ask });
      const opening = await ask(line);
      if (!opening.startsWith("1")) {
        void arranged.connection.then((data) => data.reset()).catch(() => {});
        return { works: false, whole: false, reply: opening };
      }
      const data = await this.#firstOf(arranged, signal);
      if (data === undefined) return { works: false, whole: false, reply: await this.#server.reply(signal) };
      release();
      const end = await carry(data);
      if (end.system !== undefined) {
        this.#options.notify({ type: "call", call: `data of ${line}`, error: end.system });
      }
      const reply = await this.reply();
      return { ...end, works: reply.startsWith("2") && end.whole, reply };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) return { works: false, whole: false, reply: refusal };
      return { works: false, whole: false, reply: last, system: systemName(error) };
    } finally {
      release();
    }
  }

  /** The data connection, or nothing when a reply that ends the transfer comes in its place. */
  async #firstOf({ connection }: Arranged, signal: AbortSignal): Promise<Connection | undefined> {
    const first = await Promise.race([connection, this.#server.hasReply(signal).then(() => undefined)]);
    // After 226 it is there, and only its news is slower than the reply.
    return first === undefined && this.#server.next?.startsWith("2") === true ? connection : first;
  }
}

function patience({ clock, patienceMs = limits.labReplyMs }: ScriptedClientOptions): ReturnType<typeof withDeadline> {
  return withDeadline(
    clock,
    patienceMs,
    undefined,
    () => new SallyportError("NET_TIMEOUT", "nothing came", { details: { system: "ETIMEDOUT" } }),
  );
}
