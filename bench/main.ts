// Measures everything in one run and prints its tables. Names of measurements as arguments choose some of them.
import { chmodSync, readFileSync } from "node:fs";
import { missing } from "../test/support/missing.ts";
import { makeTempDir } from "../test/support/tempdir.ts";
import { bridges, farBridgeSite, nearBridgeSite } from "./bridge-site.ts";
import { clients, farClientSite, nearClientSite } from "./client-site.ts";
import { farServers, farServersSite } from "./far-servers-site.ts";
import { noLongLink } from "./long-link.ts";
import { describeMachine } from "./machine.ts";
import type { Measurement, Site, Way } from "./measurement.ts";
import {
  farBridgeMeasurements,
  farClientMeasurements,
  farMeasurements,
  farServerMeasurements,
  farTlsMeasurements,
  nearBridgeMeasurements,
  nearClientMeasurements,
  nearMeasurements,
  roundTripMs,
  serverMeasurements,
  tunnelCrowdMeasurements,
} from "./measurements.ts";
import { runMeasurement } from "./run-measurement.ts";
import { serverSite, servers } from "./server-site.ts";
import { farSite, loopbackSite, relaySite, type SshSite } from "./site.ts";
import { formatTable, type Row } from "./table.ts";
import { farTlsSite, tlsWays } from "./tls-site.ts";
import { tunnelCrowdSite, tunnels } from "./tunnel-crowd-site.ts";
import { ways } from "./ways.ts";

const measurements: readonly { readonly name: string }[] = [
  ...[...farMeasurements, ...farTlsMeasurements, ...nearMeasurements],
  ...[...tunnelCrowdMeasurements, ...serverMeasurements],
  ...[...nearClientMeasurements, ...farClientMeasurements, ...farServerMeasurements],
  ...[...nearBridgeMeasurements, ...farBridgeMeasurements],
];

/** What of one run is the same for all measurements. */
interface Run {
  readonly chosen: (measurement: { readonly name: string }) => boolean;
  readonly notes: string[];
  readonly signal: AbortSignal;
}

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
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    // However often: timeout(1) sends its signal twice.
    process.on(name, () => stop.abort(new Error(`ended by ${name}`)));
  }
  await using home = makeTempDirInMemory();
  process.env["TMPDIR"] = home.path;
  const machine = describeMachine();
  const chosen = (one: { readonly name: string }): boolean => names.length === 0 || names.includes(one.name);
  const run: Run = { chosen, notes: [], signal: stop.signal };
  const throughSsh = [
    ...(await measureAt(openFarSite, farMeasurements, ways, run)),
    ...(await measureAt(loopbackSite, nearMeasurements, ways, run)),
  ];
  const withTls = await measureTls(run);
  const crowds = await measureAt(tunnelCrowdSite, tunnelCrowdMeasurements, tunnels, run);
  const beside = await measureAt(serverSite, serverMeasurements, servers, run);
  const besideClients = [
    ...(await measureAt(nearClientSite, nearClientMeasurements, clients, run)),
    ...(await measureFar(farClientSite, farClientMeasurements, clients, "clients", run)),
  ];
  const atServers = await measureFar(farServersSite, farServerMeasurements, farServers, "servers", run);
  const besideBridges = [
    ...(await measureFar(farBridgeSite, farBridgeMeasurements, bridges, "bridges", run)),
    ...(await measureAt(nearBridgeSite, nearBridgeMeasurements, bridges, run)),
  ];
  const paragraphs = [
    machine.join("\n"),
    ...([
      ...[...farMeasurements, ...farTlsMeasurements],
      ...[...farClientMeasurements, ...farServerMeasurements, ...farBridgeMeasurements],
    ].some(chosen)
      ? [linkNote()]
      : []),
    ...(throughSsh.length > 0 ? [tableOf(ways, throughSsh)] : []),
    ...withTls,
    ...(crowds.length > 0 ? [tableOf(tunnels, crowds)] : []),
    ...(beside.length > 0 ? [tableOf(servers, beside)] : []),
    ...(besideClients.length > 0 ? [tableOf(clients, besideClients)] : []),
    ...(atServers.length > 0 ? [tableOf(farServers, atServers)] : []),
    ...(besideBridges.length > 0 ? [tableOf(bridges, besideBridges)] : []),
    run.notes.join("\n"),
  ];
  process.stdout.write(`${paragraphs.join("\n\n").trimEnd()}\n`);
}

/** A table for each transport. */
async function measureTls(run: Run): Promise<string[]> {
  const tables: string[] = [];
  for (const transport of ["openssh", "embedded"] as const) {
    const columns = tlsWays(transport);
    const why = noLongLink();
    if (why !== undefined && farTlsMeasurements.some(run.chosen)) run.notes.push(`far-tls: not measured, ${why}`);
    if (why !== undefined) return tables;
    const rows = await measureAt(() => farTlsSite(roundTripMs / 2), farTlsMeasurements, columns, run);
    if (rows.length > 0) tables.push(tableOf(columns, rows));
  }
  return tables;
}

const tableOf = (columns: readonly { readonly name: string }[], rows: readonly Row[]): string =>
  formatTable(["", ...columns.map(({ name }) => name)], rows);

/** Through a relay in the place of the long link no data connection would come. */
async function measureFar<S extends Site, W extends AsyncDisposable>(
  openSite: (delayMs: number) => Promise<S>,
  all: readonly Measurement<S, W>[],
  columns: readonly Way<S, W>[],
  what: string,
  run: Run,
): Promise<Row[]> {
  const why = noLongLink();
  if (why === undefined) return await measureAt(() => openSite(roundTripMs / 2), all, columns, run);
  if (all.some(run.chosen)) run.notes.push(`${what} at ${roundTripMs} ms: not measured, ${why}`);
  return [];
}

async function measureAt<S extends Site, W extends AsyncDisposable>(
  openSite: () => Promise<S>,
  all: readonly Measurement<S, W>[],
  columns: readonly Way<S, W>[],
  { chosen, notes, signal }: Run,
): Promise<Row[]> {
  if (!all.some(chosen)) return [];
  signal.throwIfAborted();
  await using site = await openSite();
  const rows: Row[] = [];
  for (const measurement of all.filter(chosen)) {
    const start = performance.now();
    process.stderr.write(`${measurement.name} … `);
    const complain = (way: string, reason: string): void => {
      notes.push(`${way}, ${reason}`);
    };
    const figures = await runMeasurement(measurement, site, columns, complain, signal);
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    const names = columns.map(({ name }) => name);
    rows.push(...measurement.rows(figures, names));
  }
  return rows;
}

function openFarSite(): Promise<SshSite> {
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
