// The transfers of an odd server.
import { Deferred } from "../../src/platform/deferred.ts";
import type { Connection, Listener } from "../../src/platform/network.ts";
import { formatPort, type HostPort, parseEprt, parsePort } from "../../src/protocol/host-port.ts";
import { collect } from "../../src/testing/network/traffic.ts";
import type { OddParts } from "./odd-server.ts";
import { never } from "./program.ts";

/** `hang-up`: the session is to end at once. `silence`: nothing is said any more. */
export type Performed = "done" | "unknown" | "hang-up" | "silence";

/** In which a client takes something of its file, or its data connection is reset. Real servers count this from the last byte, too. */
const patienceMs = 60_000;
/** What is written at once, so that it can be seen whether the client takes any of it. */
const pieceBytes = 16_384;
/** For one to come, at a server that hears no ABOR meanwhile: our client waits 10 s for the answer to that. */
const openMs = 5000;

export interface OddTransferParts extends Pick<OddParts, "program" | "habit" | "files"> {
  readonly control: Connection;
  /** A host that is not this server. */
  readonly farVictim: string;
  readonly say: (reply: string) => Promise<void>;
}

export class OddTransfers {
  readonly #parts: OddTransferParts;
  #listener: Listener | undefined;
  #target: HostPort | undefined;
  /** What REST said. */
  #offset = 0;
  #running: Promise<unknown> | undefined;
  #data: Connection | undefined;
  /** What ends the waiting for it. */
  #opening: AbortController | undefined;
  #isAborted = false;

  #announced: Deferred = new Deferred();

  constructor(parts: OddTransferParts) {
    const say = async (reply: string): Promise<void> => {
      await parts.say(reply);
      this.#announced.resolve();
    };
    this.#parts = { ...parts, say };
  }

  /** Settles with the transfer that `begin` began. */
  get running(): Promise<unknown> {
    return this.#running ?? Promise.resolve();
  }

  /** Begins a transfer and waits for its first reply, as no server says it behind that to a later command; not for its end. False: it is none. */
  async begin(verb: string, argument: string): Promise<boolean> {
    if (!["RETR", "STOR", "LIST", "NLST"].includes(verb)) return false;
    this.#isAborted = false;
    this.#announced = new Deferred();
    this.#running = this.perform(verb, argument)
      .catch(() => {}) // it was killed
      .finally(() => {
        this.#running = undefined;
        this.#announced.resolve();
      });
    await this.#announced.promise;
    return true;
  }

  /** Breaks off the transfer that runs; 426 has been said for it. False: none runs. */
  async abort(): Promise<boolean> {
    if (this.#running === undefined) return false;
    this.#isAborted = true;
    this.#data?.reset();
    this.#opening?.abort(new Error("ABOR"));
    await this.close();
    await this.running;
    return true;
  }

  async perform(verb: string, argument: string): Promise<Performed> {
    const { habit, say, files } = this.#parts;
    if (habit === "old" && /^E(PSV|PRT)$/.test(verb)) return "unknown";
    switch (verb) {
      case "PASV":
      case "EPSV":
        await this.#listen(verb);
        return "done";
      case "PORT":
      case "EPRT":
        await this.close();
        this.#target = verb === "PORT" ? parsePort(argument) : parseEprt(argument);
        await say(`200 ${verb} taken`);
        return "done";
      case "SIZE": {
        const bytes = await files.read(argument);
        await say(bytes === undefined ? `550 ${argument} is not there` : `213 ${bytes.length}`);
        return "done";
      }
      case "LIST":
      case "NLST":
        return this.#send(
          Buffer.from("-rw-r--r-- 1 ftp ftp 7 Jan  1 00:00 file-0\r\n-rw-r--r-- 1 ftp ftp 7 Jan  1 00:00 file-1\r\n"),
        );
      case "REST":
        this.#offset = Number(argument);
        await say("350 from there");
        return "done";
      case "RETR": {
        const bytes = await files.read(argument);
        const offset = this.#offset;
        this.#offset = 0;
        if (bytes !== undefined) return this.#send(bytes.subarray(offset));
        await say(`550 ${argument} is not there`);
        return "done";
      }
      case "STOR":
        await this.#receive(argument);
        return "done";
      default:
        return "unknown";
    }
  }

  async close(): Promise<void> {
    this.#target = undefined;
    await this.#listener?.[Symbol.asyncDispose]();
    this.#listener = undefined;
  }

  async #listen(verb: string): Promise<void> {
    const { program, control, habit, say, farVictim } = this.#parts;
    await this.close();
    const { host } = control.local;
    if (verb === "PASV" && host.includes(":")) return say("425 PASV is for IPv4");
    this.#listener = await program.listen({ host, ports: { first: 0, last: 0 }, signal: never });
    const { port } = this.#listener.endpoint;
    if (verb === "EPSV") return say(`229 Entering Extended Passive Mode (|||${port}|)`);
    return say(`227 =${formatPort({ host: habit === "other-host" ? farVictim : host, port })}`);
  }

  async #open(): Promise<Connection | undefined> {
    const { program, control, habit } = this.#parts;
    const patience = new AbortController();
    this.#opening = patience;
    const ms = habit === "asynchronous" ? patienceMs : openMs;
    const cancel = program.clock.after(ms, () => patience.abort(new Error("nobody came")));
    try {
      const { signal } = patience;
      const to = this.#target ?? control.remote;
      const opening = this.#listener?.accept({ signal }) ?? program.connect({ host: to.host, port: to.port, signal });
      this.#data = await opening;
      if (this.#isAborted) this.#data.reset();
      return this.#data;
    } catch {
      return undefined;
    } finally {
      cancel();
      await this.close();
    }
  }

  async #send(bytes: Buffer): Promise<Performed> {
    const { habit, say } = this.#parts;
    if (habit !== "no-150") await say("150 here it comes");
    if (habit === "two-150") await say("150 it comes, really");
    if (habit === "late-550") {
      await this.close();
      await say("550 not today");
      return "done";
    }
    if (habit === "early-226") await say("226 sent, or nearly");
    const data = await this.#open();
    if (data === undefined) {
      if (habit !== "early-226") await say("425 no data connection");
      return "done";
    }
    const isHalf = /^(?:half|reset)-/.test(habit) && bytes.length > 0;
    data.stream.on("error", () => {});
    if (habit === "slow-data") await this.#trickle(data, bytes);
    else writePieces(data, isHalf ? bytes.subarray(0, bytes.length >> 1) : bytes);
    if (habit === "late-close") {
      await say("226 sent, and still open");
      await this.#pause(10_000);
    }
    if (isHalf && habit === "reset-426") data.reset();
    data.stream.resume().end();
    const isWhole = (await this.#closed(data)) === "fin" && !this.#isAborted;
    if (isHalf && habit === "half-close") return "hang-up";
    if (isHalf && habit === "half-silence") return "silence";
    if (habit !== "early-226" && habit !== "late-close")
      await say(isHalf || !isWhole ? "426 that was not all" : "226 sent");
    return "done";
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.program.clock.after(ms, resolve));
  }

  async #trickle({ stream }: Connection, bytes: Buffer): Promise<void> {
    const piece = Math.max(100, bytes.length >> 5);
    for (let at = 0; at < bytes.length && stream.writable; at += piece) {
      stream.write(bytes.subarray(at, at + piece));
      await this.#pause(20);
    }
  }

  /** Graceful disposal would not wait for as long as a slow line takes. */
  async #closed(data: Connection): Promise<string> {
    const { clock } = this.#parts.program;
    let cancel = (): void => {};
    const watch = (left: number): void => {
      cancel = clock.after(patienceMs, () => {
        const { writableLength } = data.stream;
        if (writableLength < left) watch(writableLength);
        else data.reset();
      });
    };
    watch(data.stream.writableLength);
    const { how } = await data.closed;
    cancel();
    return how;
  }

  async #receive(path: string): Promise<void> {
    const { habit, say, files } = this.#parts;
    if (habit !== "no-150") await say("150 send it");
    if (habit === "late-550") {
      await this.close();
      return say("550 not today");
    }
    if (habit === "early-226") await say("226 received, or nearly");
    const data = await this.#open();
    if (data === undefined) return habit === "early-226" ? undefined : say("425 no data connection");
    data.stream.on("error", () => {});
    const bytes = await collect(data.stream).catch(() => undefined);
    await data[Symbol.asyncDispose]();
    if (bytes !== undefined && !this.#isAborted) await files.put(path, bytes);
    if (habit === "early-226") return undefined;
    return say(bytes === undefined || this.#isAborted ? "426 it broke" : "226 received");
  }
}

function writePieces({ stream }: Connection, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += pieceBytes) stream.write(bytes.subarray(at, at + pieceBytes));
}
