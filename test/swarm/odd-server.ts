// FTP servers that are not like ours: one command after the other, and each with a bad habit (plan.ts).
import type { Connection, Listener } from "../../src/platform/network.ts";
import type { Random } from "../../src/platform/random.ts";
import { Lines } from "./lines.ts";
import { OddTransfers } from "./odd-transfers.ts";
import type { OddHabit } from "./plan.ts";
import { never, type Program } from "./program.ts";
import type { ServerParty } from "./server-party.ts";
import type { SwarmTrace } from "./trace.ts";

export interface OddParts {
  readonly program: Program;
  readonly habit: OddHabit;
  /** A host that is not this server. */
  readonly farVictim: string;
  readonly files: Pick<ServerParty, "read" | "put">;
  readonly trace: SwarmTrace;
  readonly random: Random;
}

const plainReplies: Readonly<Record<string, string>> = {
  USER: "331 password?",
  PASS: "230 welcome",
  SYST: "215 UNIX Type: L8",
  TYPE: "200 type set",
  MODE: "200 mode set",
  PWD: '257 "/" is here',
  NOOP: "200 still here",
  ABOR: "225 nothing to abort",
  ALLO: "202 never mind",
  STAT: "211 fine",
};

const setsUpData = new Set(["PASV", "EPSV", "PORT", "EPRT", "REST", "RETR", "STOR", "LIST", "NLST"]);

export class OddServer {
  readonly #parts: OddParts;
  readonly #listener: Listener;
  readonly #controls: Set<Connection> = new Set();
  readonly #stop: AbortController = new AbortController();

  private constructor(listener: Listener, parts: OddParts) {
    this.#parts = parts;
    this.#listener = listener;
    void this.#acceptAll();
  }

  static async start(parts: OddParts): Promise<OddServer> {
    const listener = await parts.program.listen({ host: "", ports: { first: 21, last: 21 }, signal: never });
    return new OddServer(listener, parts);
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("closing"));
    await this.#listener[Symbol.asyncDispose]();
    await Promise.all(Array.from(this.#controls, (control) => control[Symbol.asyncDispose]()));
  }

  async #acceptAll(): Promise<void> {
    for (;;) {
      const control = await this.#listener.accept({ signal: this.#stop.signal }).catch(() => undefined);
      if (control === undefined) return;
      this.#controls.add(control);
      control.stream.on("error", () => {});
      void control.closed.then(() => this.#controls.delete(control));
      this.#converse(control).catch(() => {}); // it was killed
    }
  }

  async #converse(control: Connection): Promise<void> {
    const { habit, program, random, files, trace } = this.#parts;
    const say = (reply: string): Promise<void> => this.#say(control, reply);
    const transfers = new OddTransfers({ program, habit, files, say, control, farVictim: this.#parts.farVictim });
    const lines = new Lines(control.stream);
    const lastCommand = 5 + random.below(20);
    await say("220 hello");
    for (let count = 1; ; count += 1) {
      const line = await lines.next();
      if (line === undefined) break;
      trace.say("odd", `> ${line}`);
      if (count > lastCommand && (habit === "hangs-up" || habit === "says-421")) {
        if (habit === "says-421") await say("421 enough");
        break;
      }
      const [first = "", ...words] = line.split(" ");
      const verb = first.toUpperCase();
      if (verb === "QUIT") {
        await say("221 bye");
        break;
      }
      if (habit === "asynchronous" && (await this.#meanwhile(transfers, verb, words.join(" "), say))) continue;
      const isDone = await transfers.perform(verb, words.join(" "));
      if (isDone === "hang-up") break;
      if (isDone === "silence") while ((await lines.next()) !== undefined) {}
      if (isDone === "unknown") await say(this.#reply(verb));
    }
    await transfers.running;
    await transfers.close();
    await control[Symbol.asyncDispose]();
  }

  /** A transfer that others need not wait for, or what is answered while one runs. */
  async #meanwhile(
    transfers: OddTransfers,
    verb: string,
    argument: string,
    say: (reply: string) => Promise<void>,
  ): Promise<boolean> {
    if (verb === "ABOR") {
      const wasRunning = await transfers.abort();
      await say(wasRunning ? "226 aborted" : "225 nothing to abort");
      return true;
    }
    if (setsUpData.has(verb)) await transfers.running;
    return transfers.begin(verb, argument);
  }

  #reply(verb: string): string {
    const reply = plainReplies[verb];
    if (reply === undefined) return `500 ${verb} unknown`;
    const isLong = verb !== "PWD" && this.#parts.habit === "slow-writer" && this.#parts.random.below(2) === 0;
    const code = reply.slice(0, 3);
    return isLong ? `${code}-that is\r\n 226 not this one\r\n${code}x\r\n${reply}` : reply;
  }

  async #say(control: Connection, reply: string): Promise<void> {
    const { habit, trace, program } = this.#parts;
    trace.say("odd", `< ${reply.replaceAll("\r\n", " | ")}`);
    const bytes = Buffer.from(`${reply}\r\n`, "latin1");
    if (habit !== "slow-writer") {
      if (control.stream.writable) control.stream.write(bytes);
      return;
    }
    for (const byte of bytes) {
      if (control.stream.writable) control.stream.write(Buffer.of(byte));
      await new Promise<void>((resolve) => {
        program.clock.after(0.25, resolve);
      });
    }
  }
}
