// Measurements of FTP clients: one large file, many small ones, and a tree in one or several sessions.
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { runClient } from "../test/support/clients/run-client.ts";
import { demandFiles, type Job } from "./client-job.ts";
import type { ClientSite, OpenClient } from "./client-site.ts";
import { inverse, map, pick } from "./figures.ts";
import type { Measurement } from "./measurement.ts";
import { type Cell, ratios } from "./table.ts";

export interface ClientKind {
  readonly name: string;
  readonly direction: Job["direction"];
  /** The directory is listed by the client. Default false. */
  readonly tree?: boolean;
  readonly sessions?: number;
  /** Ours begins with one, and takes as many as make it faster. */
  readonly auto?: boolean;
  /** Inside TLS, at servers that offer it. */
  readonly tls?: boolean;
  /** In the row's label: `loopback`. */
  readonly where: string;
  readonly rounds: number;
  /** All clients at the same time; for work that waits for the line and hardly computes. */
  readonly atOnce?: boolean;
  /** Nothing is beside it. Default false. */
  readonly alone?: boolean;
  /** With a row of round trips a file, in place of files a second. */
  readonly roundTripMs?: number;
}

export type ClientMeasurement = Measurement<ClientSite, OpenClient>;

const smallBytes = 2000;
const timeoutMs = 240_000;
const isOurs = (column: string): boolean => /^(sallyport|bridge)\b/.test(column);

export function manyFiles(count: number, kind: ClientKind): ClientMeasurement {
  const { tree = false, sessions = 1, auto = false, alone = false, tls = false, direction, where, roundTripMs } = kind;
  const names = Array.from({ length: count }, (_, i) => `f${String(i + 1).padStart(4, "0")}`);
  const label = `${tree ? "tree" : direction} of ${count} files of 2 kB${tls ? " inside TLS" : ""}, ${where}`;
  const how = sessions === 1 ? "" : `, ${sessions} sessions${auto ? ", ours -j auto" : ""}`;
  return measurementOf({ ...kind, names, bytes: smallBytes }, (seconds, columns) => {
    const file = map(seconds, (value) => value / count);
    return [
      { label: `${label}${how}: seconds`, cells: seconds, digits: 2 },
      roundTripMs === undefined
        ? { label: "  files a second", cells: inverse(file) }
        : { label: "  round trips a file", cells: map(file, (value) => (value * 1000) / roundTripMs), digits: 2 },
      ...(alone ? [] : [{ label: ratioLabel, cells: besideFastest(inverse(seconds), columns), digits: 2 }]),
    ];
  });
}

export function oneFile(megabytes: number, kind: ClientKind): ClientMeasurement {
  return measurementOf({ ...kind, names: ["large"], bytes: megabytes * 1_000_000 }, (seconds, columns) => {
    const speed = map(seconds, (value) => megabytes / value);
    return [
      { label: `${kind.direction} of ${megabytes} MB, ${kind.where}: MB/s`, cells: speed },
      { label: ratioLabel, cells: besideFastest(speed, columns), digits: 2 },
    ];
  });
}

const ratioLabel = "  speed / the fastest other client";

/** The fastest of the others has 1.00. */
function besideFastest(speeds: readonly Cell[], columns: readonly string[]): Cell[] {
  const others = speeds.filter(
    (speed, index) => typeof speed === "number" && !isOurs(columns[index] ?? ""),
  ) as number[];
  const fastest = others.length === 0 ? undefined : Math.max(...others);
  return ratios([...speeds, fastest], speeds.length).slice(0, -1);
}

function measurementOf(
  kind: ClientKind & Pick<Job, "names" | "bytes">,
  rows: (seconds: readonly Cell[], columns: readonly string[]) => ReturnType<ClientMeasurement["rows"]>,
): ClientMeasurement {
  const {
    name,
    rounds,
    direction,
    tree = false,
    sessions = 1,
    auto = false,
    tls = false,
    atOnce = false,
    names,
    bytes,
  } = kind;
  const files = (dir: string): (readonly [string, number])[] => names.map((file) => [`${dir}${file}`, bytes]);
  return {
    name,
    rounds,
    atOnce,
    ...(direction === "download" ? { files: files(`${name}/`) } : { files: [], localFiles: files("") }),
    measure: async (site, client, localDir) => {
      // Each client writes into a new separate directory.
      const target = `${name}-${client.name}`;
      const dir = direction === "download" ? join(localDir, target) : join(client.root ?? site.server.root, target);
      rmSync(dir, { recursive: true, force: true });
      // A tree becomes the directory that is named, where there is none yet.
      if (!tree) mkdirSync(dir);
      if (direction === "upload") chmodSync(dir, 0o777);
      const way = direction === "download" ? { localDir: dir, remoteDir: name } : { localDir, remoteDir: target };
      const job: Job = { direction, tree, names, bytes, sessions, auto, tls, ...way };
      try {
        const seconds = await timed(site, client, job, homeBeside(localDir));
        demandFiles(dir, job);
        return { seconds };
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
    rows: (figures, columns) => rows(pick(figures, "seconds"), columns),
  };
}

/** It stays, as a user's does: ours keeps there what was compiled of it, and one that is new each time would have it compile and write that in every run. */
function homeBeside(localDir: string): string {
  const home = join(dirname(localDir), "home");
  mkdirSync(home, { recursive: true });
  return home;
}

/** Of one whole program, from start to exit. */
async function timed(site: ClientSite, client: OpenClient, job: Job, home: string): Promise<number> {
  const [program, ...args] = client.command(job);
  const options = { timeoutMs, env: { HOME: home }, ...(site.netns === undefined ? {} : { netns: site.netns }) };
  const { exit, stderr, elapsedMs } = await runClient(program, args, options);
  if (exit !== 0) throw new Error(`${client.name} ended with ${exit}: ${stderr.trim().slice(0, 500)}`);
  return elapsedMs / 1000;
}
