// Checksums of parts of files, where the server computes them: after a loss they show whether a file is still what was carried.
import { type Features, parseFeatures } from "../features.ts";
import { digestIn, type HashAlgorithm, type HashMethod, type HashName, hashAlgorithms, hashesOf } from "../hashes.ts";
import type { Reply } from "../reply.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { ServerMemory } from "./messages.ts";

/**
 * RANG, which would have HASH look at a part, is not used: ProFTPD's HASH ignores it, and a RETR behind it would bring that part and
 * no more. SHA-512 is the slowest of all, and no better here.
 */
function hashMethodOf(features: Features): HashMethod | undefined {
  for (const algorithm of hashAlgorithms) {
    const verb = algorithm.verbs.find((one) => features.has(one));
    if (verb !== undefined && algorithm.name !== "SHA-512") return { verb, algorithm };
  }
  const used = hashesOf(features).find((name) => name.endsWith("*"));
  const algorithm = hashAlgorithms.find(({ name }) => `${name}*` === used);
  return algorithm && { verb: "HASH", algorithm };
}

/** What the server says of a file's first bytes. */
export interface HashQuestion {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export class FileHashes {
  readonly #control: ControlConnections;
  readonly #memory: ServerMemory;

  constructor(control: ControlConnections, memory: ServerMemory) {
    this.#control = control;
    this.#memory = memory;
  }

  /** Somebody has logged in: once for all sessions the server is asked what it can, and nobody waits for it. */
  learn(): void {
    if (this.#memory.hashMethod === undefined) this.#control.ask("FEAT", undefined, (reply) => this.learnt(reply));
  }

  learnt(feat: Reply): void {
    this.#memory.hashMethod = hashMethodOf(parseFeatures(feat)) ?? "none";
  }

  /** What is to be computed of a transfer for this; `isWhole`: all that the server has of the file will be looked at. */
  algorithmFor(isWhole: boolean): HashName | undefined {
    const method = this.#method;
    return method === undefined || (method.verb === "HASH" && !isWhole) ? undefined : method.algorithm.name;
  }

  /**
   * How often it can be asked: the last byte of a part is in it with some servers (Serv-U), and is not with others
   * (ProFTPD, our own), and which it is their replies do not say. Equal in either spelling is equal.
   */
  get spellings(): number {
    return this.#method?.verb === "HASH" ? 1 : 2;
  }

  /** `then`: the digest; undefined where the server does not report it. */
  ask({ name, from, to }: HashQuestion, spelling: number, then: (digest: string | undefined) => void): void {
    const { verb, algorithm } = this.#method ?? {};
    if (verb === undefined || algorithm === undefined) then(undefined);
    else if (verb === "HASH") {
      this.#control.ask(verb, name, (reply) =>
        then(isOfAll(reply, algorithm, to) ? digestIn(reply, algorithm) : undefined),
      );
    } else {
      const argument = `${name} ${from} ${spelling === 0 ? to : to - 1}`;
      this.#control.ask(verb, argument, (reply) => then(reply.code < 300 ? digestIn(reply, algorithm) : undefined));
    }
  }

  get #method(): HashMethod | undefined {
    const { hashMethod } = this.#memory;
    return hashMethod === "none" ? undefined : hashMethod;
  }
}

/** `213 SHA-1 0-30 f37da61d… name`: by the algorithm that we use, and of as many bytes (ProFTPD, and the draft, which counts the last). */
function isOfAll(reply: Reply, algorithm: HashAlgorithm, length: number): boolean {
  const [, name = "", end] = /^213[ -](\S+) 0-(\d+) /.exec(reply.lines.at(-1) ?? "") ?? [];
  return reply.code === 213 && name.toUpperCase() === algorithm.name && [length, length - 1].includes(Number(end));
}
