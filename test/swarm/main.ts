// `npm run swarm`: many seeds over several processes, or one of them with its trace.
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { runSeed } from "./run-seed.ts";

const usage = `npm run swarm -- [--seeds N] [--from N] [--workers N]   run N seeds (2000), the first of them --from (1)
npm run swarm -- --seed N [--packets]                   run this one, and print its trace
`;

/** Seeds that one process takes at a time. */
const portion = 50;

interface Sum {
  done: number;
  bad: number;
}

/** A number of the command line. Throws when it is none. */
function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} is a whole number, not "${text}"\n${usage}`);
  return Number(text);
}

/** Resolves with the exit status. */
export async function main(words: readonly string[], script: string): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seeds: { type: "string", default: "2000" },
      from: { type: "string", default: "1" },
      workers: { type: "string", default: String(availableParallelism()) },
      seed: { type: "string" },
      packets: { type: "boolean", default: false },
    },
  });
  if (process.send !== undefined) return work();
  if (values.seed !== undefined) return replay(wholeNumber("seed", values.seed), values.packets);
  const from = wholeNumber("from", values.from);
  return runAll(from, from + wholeNumber("seeds", values.seeds), wholeNumber("workers", values.workers), script);
}

async function replay(seed: number, showsPackets: boolean): Promise<number> {
  const { trace, faults } = await runSeed(seed, { showsPackets });
  process.stdout.write(`${trace}\n${faults.length === 0 ? "all is well" : faults.join("\n")}\n`);
  return faults.length === 0 ? 0 : 1;
}

/** The seeds from `next` up to `end` are given out in portions, so that no process waits for another one. */
async function runAll(from: number, end: number, workers: number, script: string): Promise<number> {
  const sum: Sum = { done: 0, bad: 0 };
  let next = from;
  const take = (): { readonly from: number; readonly end: number } | undefined => {
    if (next >= end) return undefined;
    const own = { from: next, end: Math.min(end, next + portion) };
    next = own.end;
    return own;
  };
  await Promise.all(Array.from({ length: Math.max(1, workers) }, () => runWorker(script, take, sum)));
  process.stdout.write(`${sum.done} seeds from ${from} on, ${sum.bad} with a fault\n`);
  return sum.bad === 0 && sum.done === end - from ? 0 : 1;
}

type Report = { readonly seed: number; readonly faults: readonly string[] } | "ready";

function runWorker(script: string, take: () => object | undefined, sum: Sum): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let seed: number | undefined;
    child.on("message", (report: Report) => {
      if (report === "ready") {
        const own = take();
        if (own === undefined) child.disconnect();
        else child.send(own);
        return;
      }
      seed = report.seed;
      sum.done += 1;
      if (report.faults.length === 0) return;
      sum.bad += 1;
      process.stdout.write(`seed ${seed} (npm run swarm -- --seed ${seed}):\n  ${report.faults.join("\n  ")}\n`);
    });
    child.once("exit", (status) => {
      if (status === 0) resolve();
      else reject(new Error(`a process ended with status ${status}, after seed ${seed ?? "none"}`));
    });
  });
}

/** In its own process: portions come as messages, and a report of each seed goes back. */
function work(): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = (report: Report): void => void process.send?.(report);
    process.on("message", ({ from, end }: { from: number; end: number }) => {
      (async () => {
        for (let seed = from; seed < end; seed += 1) send({ seed, faults: (await runSeed(seed)).faults });
        send("ready");
      })().catch(reject);
    });
    process.once("disconnect", () => resolve(0));
    send("ready");
  });
}
