// Downloads and uploads of a client without manners, and what it may conclude from them.
import type { Connection } from "../../src/platform/network.ts";
import type { Reply } from "../../src/protocol/reply.ts";
import { type ClientParts, mayBreak } from "./client-parts.ts";
import { contents, replacedSeed } from "./contents.ts";
import type { RawStep } from "./plan.ts";
import { patienceMs, type RawControl } from "./raw-control.ts";
import { type Arranged, arrange } from "./raw-data.ts";

type Get = Extract<RawStep, { do: "get" }>;
type Put = Extract<RawStep, { do: "put" }>;

/** IP, Synch (RFC 854, RFC 959 section 4.1.3); urgent data is not modelled. */
const synch = Uint8Array.of(0xff, 0xf4, 0xff, 0xf2);
/** Answered behind the transfer, or by some servers at once: neither is the transfer's own reply. */
const talk = ["XYZZY", "PWD", "SIZE /nowhere"];
const stallMs = 60_000;
/** From ABOR until the data connection of an upload is reset. */
const abortMs = 3000;

interface Received {
  readonly bytes: Buffer;
  /** `end`: an end-of-file. */
  readonly how: "end" | "broken" | "own doing";
}

export class RawTransfers {
  readonly #parts: ClientParts;
  readonly #control: RawControl;
  /** Sent, and not answered. */
  #aborts = 0;
  /** NOOP and STAT during this transfer. */
  #chats = 0;
  /** What was said during this transfer and is answered behind it. */
  #talks = 0;

  constructor(parts: ClientParts, control: RawControl) {
    this.#parts = parts;
    this.#control = control;
  }

  async get(step: Get): Promise<void> {
    const { plan, say } = this.#parts;
    const name = `/file-${step.file}`;
    const arranged = await this.#arrange(step);
    if (arranged === undefined) return;
    const size = plan.files[step.file] ?? 0;
    let offset = 0;
    if (step.manner === "in-parts") {
      const restart = Math.min(step.at, size >> 1);
      if ((await this.#control.ask(`REST ${restart}`))?.code === 350) offset = restart;
    }
    this.#chats = 0;
    this.#talks = 0;
    const opening = step.manner === "absent" ? undefined : this.#open(arranged, (data) => this.#receive(data, step));
    this.#control.say([`RETR ${name}`]);
    const last = await this.#control.finalOfTransfer(() => this.#chats);
    if (last === undefined || last.code >= 400) await arranged.close();
    const received = await opening;
    if (step.manner === "abort-at") await this.#settleAbort();
    await this.#settleTalk();
    await arranged.close();
    const seeds = plan.replacement === "none" ? [0] : [0, replacedSeed];
    const versions = seeds.map((other) => contents(size, plan.seed + step.file + other).subarray(offset));
    say(`got ${received?.bytes.length ?? "nothing"} of ${size - offset}, ${received?.how ?? "no connection"}`);
    this.#judgeGet(step, last, received, versions);
  }

  async put(step: Put, path: string): Promise<void> {
    const { number, plan } = this.#parts;
    const bytes = contents(step.size, plan.seed * 31 + number);
    if (step.appends !== true) {
      this.#parts.intended(path, bytes);
      await this.#store(step, "STOR", path, bytes, bytes);
      return;
    }
    const half = bytes.length >> 1;
    if (await this.#store(step, "STOR", path, bytes.subarray(0, half), bytes.subarray(0, half)))
      await this.#store(step, "APPE", path, bytes.subarray(half), bytes);
  }

  /** True: it is stored; `whole`: what the file is then. */
  async #store(step: Put, verb: string, path: string, bytes: Buffer, whole: Buffer): Promise<boolean> {
    const arranged = await this.#arrange(step);
    if (arranged === undefined) return false;
    const sent = { whole: false };
    this.#talks = 0;
    const opening =
      step.manner === "absent" ? undefined : this.#open(arranged, (data) => this.#send(data, step, bytes, sent));
    this.#control.say([`${verb} ${path}`]);
    const last = await this.#control.final();
    if (last === undefined || last.code >= 400) await arranged.close();
    await opening;
    if (step.manner === "abort-at" || step.manner === "abort-behind") await this.#settleAbort();
    await this.#settleTalk();
    await arranged.close();
    this.#judgePut(step, last, path, sent.whole ? whole : undefined);
    return last !== undefined && last.code < 300;
  }

  async #arrange({ mode }: Get | Put): Promise<Arranged | undefined> {
    const { program, fault } = this.#parts;
    if ((await this.#control.ask("TYPE I")) === undefined) return undefined;
    return arrange(mode, this.#control, program, fault);
  }

  async #open<T>(arranged: Arranged, carry: (data: Connection) => Promise<T>): Promise<T | undefined> {
    const data = await arranged.open().catch(() => undefined);
    if (data === undefined) return undefined;
    const result = await carry(data);
    await data[Symbol.asyncDispose]();
    return result;
  }

  /** ABOR's own reply; the transfer's has come. */
  async #settleAbort(): Promise<void> {
    if (this.#aborts > 0) await this.#control.final();
    this.#aborts = 0;
  }

  async #settleTalk(): Promise<void> {
    for (; this.#talks > 0; this.#talks -= 1) await this.#control.final();
  }

  #talk(): void {
    this.#talks = talk.length;
    this.#control.say(talk);
  }

  #abort(): void {
    this.#aborts += 1;
    this.#control.say(["ABOR"], synch);
  }

  #receive(data: Connection, { manner, at, file }: Get): Promise<Received> {
    const { stream } = data;
    const pieces: Buffer[] = [];
    let count = 0;
    let isDone = false;
    const limit = Math.min(at, (this.#parts.plan.files[file] ?? 0) >> 1);
    const act = (): void => {
      if (isDone || count < limit) return;
      isDone = true;
      if (manner === "reset-at") data.reset();
      else if (manner === "close-at") stream.destroy();
      else if (manner === "abort-at") this.#abort();
      else if (manner === "chat-at") {
        this.#chats = 2;
        this.#control.say(["NOOP", "STAT"]);
      } else if (manner === "talk-at") this.#talk();
      else if (manner === "quit-at") this.#control.say(["QUIT"]);
      else if (manner === "stall") {
        stream.pause();
        const goOn = this.#parts.program.clock.after(stallMs, () => stream.resume());
        stream.once("close", goOn);
      }
    };
    return new Promise((resolve) => {
      const giveUp = this.#parts.program.clock.after(patienceMs, () => data.reset());
      stream.once("close", giveUp);
      const isOwn = manner === "reset-at" || manner === "close-at";
      const settle = (how: Received["how"]): void => resolve({ bytes: Buffer.concat(pieces), how });
      stream.on("data", (piece: Buffer) => {
        pieces.push(piece);
        count += piece.length;
        act();
      });
      stream.once("end", () => settle("end"));
      stream.once("error", () => settle(isOwn && isDone ? "own doing" : "broken"));
      stream.once("close", () => settle(isOwn && isDone ? "own doing" : "broken"));
      if (manner === "half-close") stream.end();
      act();
    });
  }

  async #send(data: Connection, { manner, at }: Put, bytes: Buffer, sent: { whole: boolean }): Promise<void> {
    const { stream } = data;
    const { clock } = this.#parts.program;
    stream.on("error", () => {});
    stream.resume();
    const first = manner === "whole" || manner === "abort-behind" ? bytes.length : Math.min(at, bytes.length >> 1);
    await written(stream, bytes.subarray(0, first));
    if (manner === "talk-at") this.#talk();
    if (manner === "reset-at") data.reset();
    if (manner === "abort-at") {
      this.#abort();
      // Its end would say that this is the whole file.
      await new Promise<void>((resolve) => void clock.after(abortMs, resolve));
      data.reset();
    }
    if (manner === "stall") await new Promise<void>((resolve) => void clock.after(stallMs, resolve));
    if (manner === "reset-at" || manner === "abort-at") return;
    await written(stream, bytes.subarray(first));
    if (stream.writable) {
      stream.end();
      sent.whole = true;
    }
    if (manner === "abort-behind") this.#abort();
  }

  #judgeGet(
    { manner, file }: Get,
    last: Reply | undefined,
    received: Received | undefined,
    versions: readonly Buffer[],
  ): void {
    const { fault, program, isCalm, plan } = this.#parts;
    const [expected = Buffer.alloc(0)] = versions;
    // Its system took the data, and there is no saying what became of it.
    if (program.isDead || manner === "absent") return;
    const isWhole = received?.how === "end" && versions.some((version) => received.bytes.equals(version));
    const said = last?.lines.join(" | ") ?? "nothing";
    const isOk = last !== undefined && last.code < 300;
    const isTold = received?.how === "own doing" || (received?.how === "broken" && mayBreak(plan));
    if (isOk && !isWhole && !isTold) {
      fault(
        `/file-${file}: told "${said}", but got ${received?.bytes.length} of ${expected.length} bytes, ${received?.how}`,
      );
    }
    if (!isOk && !isWhole && received?.how === "end" && manner === "whole" && received.bytes.length > 0) {
      fault(`/file-${file}: ${received.bytes.length} of ${expected.length} bytes ended like a whole file ("${said}")`);
    }
    if (isCalm && !isOk && ["whole", "half-close", "chat-at", "talk-at", "in-parts"].includes(manner))
      fault(`/file-${file}: "${said}" though nothing was in the way`);
  }

  #judgePut({ manner }: Put, last: Reply | undefined, path: string, whole: Buffer | undefined): void {
    const { fault, uploaded, isCalm, program } = this.#parts;
    const said = last?.lines.join(" | ") ?? "nothing";
    if (last !== undefined && last.code < 300) {
      if (whole === undefined) fault(`${path}: told "${said}" for an aborted upload`);
      else uploaded(path, whole);
    } else if (isCalm && (manner === "whole" || manner === "talk-at") && !program.isDead)
      fault(`${path}: "${said}" though nothing was in the way`);
  }
}

function written(stream: Connection["stream"], bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writable) stream.write(bytes, () => resolve());
    else resolve();
  });
}
