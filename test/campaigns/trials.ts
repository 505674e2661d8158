// One transfer that is disturbed, by a client that knows no more than its replies.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rmSync, statSync, truncateSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Address, TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { beliefOf, type Subject } from "./beliefs.ts";

const partBytes = 300_000;
const restBytes = 200_000;

/** How the client goes on once it has disturbed the transfer. */
export const disturbances = {
  /** ABOR, and the data connection is closed at once, as Python's and Perl's clients do. */
  "ABOR, closes": { verb: "ABOR", after: "close" },
  /** ABOR, and the data connection stays until there is an answer. */
  "ABOR, waits": { verb: "ABOR", after: "wait" },
  /** The program dies: all its connections close. */
  dies: { verb: "", after: "die" },
  QUIT: { verb: "QUIT", after: "finish" },
  USER: { verb: "USER someone", after: "finish" },
  REIN: { verb: "REIN", after: "finish" },
} as const;
export type Disturbance = keyof typeof disturbances;

export interface Trial {
  readonly subject: Subject;
  readonly at: Address;
  readonly direction: "STOR" | "RETR";
  readonly disturbance: Disturbance;
  readonly file: string;
  /** Of the file that is downloaded. */
  readonly bytes: number;
  /** How long the client of a download reads nothing before it disturbs it. */
  readonly idleMs?: number;
  /** For each reply, and for what the server makes of it. By default so long that a hang is counted soon. */
  readonly patienceMs?: number;
}

const usualPatienceMs = 8000;

/** What came of it, in one line that can be counted. */
export async function runTrial(trial: Trial): Promise<string> {
  const { subject, at, direction, file } = trial;
  if (direction === "RETR") placeLarge(trial);
  const client = await TestClient.connect(at);
  try {
    await client.expect(220);
    await client.ask(`USER ${subject.user}`, 331);
    await client.ask(`PASS ${subject.password}`, 230);
    await client.ask("TYPE I", 200);
    const data = await client.connectData(await client.passiveAddress());
    client.send(`${direction} ${file}`);
    const [first] = await repliesOf(client, 1, trial.patienceMs);
    if (first?.startsWith("1") !== true) return `not begun: ${first}`;
    const carried = direction === "STOR" ? await sendPart(trial, data) : await readPart(data);
    if (direction === "RETR" && trial.idleMs) await delay(trial.idleMs);
    return await disturb(trial, client, data, carried);
  } finally {
    client.socket.destroy();
    await client[Symbol.asyncDispose]();
    if (direction === "RETR") rmSync(`${subject.root}/${file}`, { force: true });
  }
}

/** Mostly holes: made in no time, however large. */
function placeLarge({ subject, file, bytes }: Trial): void {
  subject.place(file, randomBytes(1000));
  truncateSync(`${subject.root}/${file}`, bytes);
}

async function sendPart({ subject, file }: Trial, data: Socket): Promise<() => number> {
  data.write(Buffer.alloc(partBytes, "p"));
  await until("the part is at the server", () => sizeAt(subject, file) === partBytes || undefined);
  return () => partBytes;
}

async function readPart(data: Socket): Promise<() => number> {
  let bytes = 0;
  data.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(data, "data");
  data.pause();
  return () => bytes;
}

async function disturb(trial: Trial, client: TestClient, data: Socket, carried: () => number): Promise<string> {
  const { subject, direction, disturbance, bytes } = trial;
  data.on("error", () => {}); // a break is an outcome
  const { verb, after } = disturbances[disturbance];
  let how = "";
  data.once("end", () => {
    how = "end";
  });
  data.once("close", () => {
    how = data.errored === null && how === "end" ? "end" : "reset";
  });
  if (after === "die") {
    client.socket.destroy();
    data.destroy();
    return `${await settledBelief(trial)} ${sizeWord(trial, carried())}`;
  }
  client.send(verb);
  if (after === "close") data.destroy();
  if (after === "finish" && direction === "STOR") {
    await delay(50); // the server is to read the command while data comes
    data.end(Buffer.alloc(restBytes, "r"));
  }
  if (direction === "RETR") data.resume();
  const replies = await repliesOf(client, 2, trial.patienceMs);
  if (direction === "RETR" && after === "finish" && !data.readableEnded && !data.destroyed) {
    const over = new Promise((resolve) => data.once("close", resolve).once("end", resolve));
    await Promise.race([over, delay(trial.patienceMs ?? usualPatienceMs, undefined, { ref: false })]);
  }
  if (after === "wait") data.destroy();
  const inStep = disturbance === "QUIT" ? "" : ` next ${await nextReplies(trial, client, replies)}`;
  const belief = subject.name === "pure-ftpd" ? beliefByReply(replies) : await settledBelief(trial);
  const got = direction === "RETR" && after === "finish" ? ` got ${carried() === bytes ? "all" : "part"}` : "";
  return `${belief} ${sizeWord(trial, carried())}${got} replies ${replies.join(",")}${inStep}`;
}

/** Pure-FTPd logs every transfer alike. */
const beliefByReply = (replies: readonly string[]): string => (replies.includes("426") ? "broken" : "whole");

async function repliesOf(client: TestClient, count: number, patienceMs = usualPatienceMs): Promise<string[]> {
  const codes: string[] = [];
  while (codes.length < count) {
    const reply = await Promise.race([client.nextReply(), delay(patienceMs, "none", { ref: false })]);
    codes.push(reply === undefined ? "end" : reply.slice(0, 3));
    if (reply === undefined || reply === "none") break;
  }
  return codes;
}

/** Whether each command still gets its own answer. */
async function nextReplies(trial: Trial, client: TestClient, before: readonly string[]): Promise<string> {
  if (["end", "none"].includes(before.at(-1) ?? "")) return "-";
  client.send("PWD", "SYST", "NOOP");
  const codes = await repliesOf(client, 3, trial.patienceMs);
  const text = codes.join(",");
  return text === "257,215,200" || text === "530,530,200" || text === "530,215,200" ? "in step" : text;
}

async function settledBelief({ subject, file, patienceMs = 5000 }: Trial): Promise<string> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
    const belief = beliefOf(subject, file);
    if (belief !== "?") return belief;
    await delay(20);
  }
  return "?";
}

function sizeWord({ subject, direction, file }: Trial, carried: number): string {
  if (direction === "RETR") return "";
  const size = sizeAt(subject, file);
  if (size === -1) return "no file";
  if (size === partBytes + restBytes) return "all";
  return size === carried ? "part" : `${size} bytes`;
}

function sizeAt({ root }: Subject, file: string): number {
  try {
    return statSync(`${root}/${file}`).size;
  } catch {
    return -1;
  }
}
