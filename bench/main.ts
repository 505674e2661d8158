// Measures everything in one run and prints one table. Names of measurements as arguments choose some of them.
import { chmodSync, readFileSync } from "node:fs";
import { missing } from "../test/support/missing.ts";
import { makeTempDir } from "../test/support/tempdir.ts";
import { noLongLink } from "./long-link.ts";
import { describeMachine } from "./machine.ts";
import { type Measurement, measurements, roundTripMs } from "./measurements.ts";
import { runMeasurement } from "./run-measurement.ts";
import { farSite, loopbackSite, relaySite, type Site } from "./site.ts";
import { formatTable, type Row } from "./table.ts";
import { ways } from "./ways.ts";

export async function main(names: readonly string[]): Promise<void> {
  const absent = missing(["sshd", "vsftpd", "curl"]);
  if (absent.length > 0) throw new Error(`needs ${absent.join(", ")}`);
  const unknown = names.filter((name) => !measurements.some((one) => one.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no measurement ${unknown.join(", ")}; there are ${measurements.map((one) => one.name).join(", ")}`,
    );
  }
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(new Error("interrupted")));
  await using home = makeTempDirInMemory();
  process.env["TMPDIR"] = home.path;
  const chosen = measurements.filter((one) => names.length === 0 || names.includes(one.name));
  const machine = describeMachine();
  const notes: string[] = [];
  const rows: Row[] = [];
  for (const place of ["far", "near"] as const) {
    rows.push(
      ...(await measureAt(
        place,
        chosen.filter((one) => one.place === place),
        notes,
        stop.signal,
      )),
    );
  }
  const table = formatTable(["", ...ways.map((way) => way.name)], rows);
  process.stdout.write(`${[...machine, linkNote(), "", table, "", ...notes].join("\n").trimEnd()}\n`);
}

async function measureAt(
  place: Measurement["place"],
  chosen: readonly Measurement[],
  notes: string[],
  signal: AbortSignal,
): Promise<Row[]> {
  if (chosen.length === 0) return [];
  await using site = await openSite(place);
  const rows: Row[] = [];
  for (const measurement of chosen) {
    const start = performance.now();
    process.stderr.write(`${measurement.name} … `);
    const figures = await runMeasurement(
      measurement,
      site,
      ways,
      (way, reason) => notes.push(`${way.name}, ${reason}`),
      signal,
    );
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    rows.push(
      ...measurement.rows(
        figures,
        ways.map((way) => way.name),
      ),
    );
  }
  return rows;
}

function openSite(place: Measurement["place"]): Promise<Site> {
  if (place === "near") return loopbackSite();
  return noLongLink() === undefined ? farSite(roundTripMs / 2) : relaySite(roundTripMs / 2);
}

function linkNote(): string {
  const why = noLongLink();
  return why === undefined
    ? `${roundTripMs} ms: two network namespaces, joined by a TUN link on which every packet waits; socket buffers up to 32 MiB.`
    : `${roundTripMs} ms: a delaying relay in front of sshd, which does not delay TCP's handshake (${why}).`;
}

/** On a disk the disk would be measured, where there is memory enough. */
function makeTempDirInMemory(): ReturnType<typeof makeTempDir> {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "latin1"))?.[1]) * 1024;
  if (available > 8 * 2 ** 30) process.env["TMPDIR"] = "/dev/shm";
  const home = makeTempDir("bench");
  chmodSync(home.path, 0o755); // the FTP servers' users have to get to their directories below
  return home;
}
