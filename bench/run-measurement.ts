// Runs one measurement over every way: each way once, then all again, so that a busy moment does not hit one of them alone.
import { chmodSync, linkSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeTempDir } from "../test/support/tempdir.ts";
import { Belongings } from "./belongings.ts";
import { type Figures, overall } from "./figures.ts";
import { type Measurement, NotMeasured, type Site, type Way } from "./measurement.ts";

/** Why a way has no figure; shown below the table. */
export type Complain = (way: string, reason: string) => void;

/** For each way the figures of all its rounds, or a word. An aborted signal ends it at once; what was started is ended then too. */
export async function runMeasurement<S extends Site, W extends AsyncDisposable>(
  measurement: Measurement<S, W>,
  site: S,
  ways: readonly Way<S, W>[],
  complain: Complain,
  signal: AbortSignal,
): Promise<(Figures | string)[]> {
  await using parts = new Belongings();
  const local = parts.keep(makeTempDir("bench"));
  placeFiles(measurement, site);
  for (const [name, bytes] of measurement.localFiles ?? []) writeBytes(local.file(name), bytes);
  const opened: (W | string)[] = [];
  for (const way of ways) opened.push(measurement.without?.includes(way.name) ? "-" : await open(way));
  const aborted = parts.keep(abortOf(signal));
  const found: (Figures[] | string)[] = opened.map((way) => (typeof way === "string" ? way : []));
  for (let round = 0; round < measurement.rounds; round++) {
    if (measurement.atOnce === true) await Promise.all(opened.map(measure));
    else for (const [index, way] of opened.entries()) await measure(way, index);
  }
  return found.map((rounds) => (typeof rounds === "string" ? rounds : overall(rounds)));

  async function measure(way: W | string, index: number): Promise<void> {
    const soFar = found[index];
    if (typeof way === "string" || typeof soFar !== "object") return;
    signal.throwIfAborted();
    const measured = measurement.measure(site, way, local.path).then(
      (figures) => [...soFar, figures],
      (error: Error) => (signal.aborted ? "-" : fail(ways[index], error)),
    );
    found[index] = await Promise.race([measured, aborted.promise]);
  }

  async function open(way: Way<S, W>): Promise<W | string> {
    try {
      return parts.keep(await way.open(site));
    } catch (error) {
      return fail(way, error as Error);
    }
  }

  function fail(way: Way<S, W> | undefined, error: Error): string {
    complain(way?.name ?? "", `${measurement.name}: ${error.message}`);
    return error instanceof NotMeasured ? "not measured" : "failed";
  }
}

/** Rejects when the signal is aborted, and lets go of it at the end: one signal serves all measurements. */
function abortOf(signal: AbortSignal): AsyncDisposable & { readonly promise: Promise<never> } {
  let onAbort = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
  });
  promise.catch(() => {});
  signal.addEventListener("abort", onAbort, { once: true });
  return { promise, [Symbol.asyncDispose]: async () => signal.removeEventListener("abort", onAbort) };
}

/** The other servers have the first one's files by another name, as memory is short. */
function placeFiles({ files }: Pick<Measurement, "files">, { roots: [first = "", ...others] }: Site): void {
  for (const [name, bytes] of files) {
    const path = join(first, name);
    mkdirSync(dirname(path), { recursive: true });
    writeBytes(path, bytes);
    chmodSync(path, 0o644);
    for (const other of others) {
      mkdirSync(dirname(join(other, name)), { recursive: true });
      rmSync(join(other, name), { force: true });
      linkSync(path, join(other, name));
    }
  }
}

const block = Buffer.from(Array.from({ length: 2 ** 20 }, (_, i) => (i * 2_654_435_761) >>> 13));

function writeBytes(path: string, bytes: number): void {
  writeFileSync(path, "");
  for (let written = 0; written < bytes; written += block.length) writeFileSync(path, block, { flag: "a" });
  truncateSync(path, bytes);
}
