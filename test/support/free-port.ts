// Programs that cannot be told "any port" are lent one. It lies outside the range from which the system gives ports to those
// who ask for any, and belongs to this process until it ends: no test beside this one draws it.
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRunning } from "./processes.ts";

/** Of all tests of this machine's user: `TMPDIR` differs by test file, so this is taken before any test changes it. */
const lendingDirectory = join(tmpdir(), `sallyport-test-ports-${process.getuid?.() ?? 0}`);
const lent = new Set<number>();
const { first: lowest, count: portCount } = portsForTests();

/** A TCP port on which nobody listens, on `host` or elsewhere, and that nobody else is given. */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  return (await freePortRange(1, host)).first;
}

/** `count` neighbouring ports of that kind, for passive port ranges. */
export async function freePortRange(count: number, host = "127.0.0.1"): Promise<{ first: number; last: number }> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const first = lowest + Math.floor(Math.random() * (portCount - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (!lendAll(ports)) continue;
    if (await allFree(ports, host)) return { first, last: first + count - 1 };
    ports.forEach(giveBack);
  }
  throw new Error(`no ${count} neighbouring free ports on ${host}`);
}

/** Below the range for "any port" on Linux, 32768 and more by default; above it where that begins lower. */
function portsForTests(): { first: number; count: number } {
  let ephemeral = [32_768, 60_999];
  try {
    ephemeral = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "ascii").trim().split(/\s+/).map(Number);
  } catch {
    // Not Linux: IANA's range begins at 49152.
  }
  const [from = 32_768, to = 60_999] = ephemeral;
  return from >= 14_000
    ? { first: 10_000, count: Math.min(from, 32_768) - 10_000 }
    : { first: to + 1, count: 65_535 - to };
}

function lendAll(ports: readonly number[]): boolean {
  const taken: number[] = [];
  for (const port of ports) {
    if (!lend(port)) {
      taken.forEach(giveBack);
      return false;
    }
    taken.push(port);
  }
  return true;
}

/** A file named after the port, made by one process only, that names its owner. */
function lend(port: number): boolean {
  mkdirSync(lendingDirectory, { recursive: true });
  const path = join(lendingDirectory, String(port));
  if (lent.has(port)) return false;
  try {
    const file = openSync(path, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
  } catch {
    return false;
  }
  if (lent.size === 0) process.once("exit", () => lent.forEach(giveBack));
  lent.add(port);
  return true;
}

function giveBack(port: number): void {
  lent.delete(port);
  rmSync(join(lendingDirectory, String(port)), { force: true });
}

/** What processes that were killed did not give back. */
function forgetTheDead(): void {
  mkdirSync(lendingDirectory, { recursive: true });
  for (const name of readdirSync(lendingDirectory)) {
    const path = join(lendingDirectory, name);
    try {
      const owner = readFileSync(path, "ascii");
      if (owner !== "" && !isRunning(Number(owner))) rmSync(path, { force: true });
    } catch {
      // Given back in this moment.
    }
  }
}
forgetTheDead();

async function allFree(ports: readonly number[], host: string): Promise<boolean> {
  const servers = ports.map(() => createServer());
  const results = await Promise.allSettled(
    servers.map((server, index) => {
      server.listen(ports[index], host);
      return once(server, "listening");
    }),
  );
  await Promise.all(
    servers.map((server) => (server.listening ? new Promise((resolve) => server.close(resolve)) : undefined)),
  );
  return results.every((result) => result.status === "fulfilled");
}
