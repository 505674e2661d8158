// npm run campaign -- held-memory: a transfer of a gigabyte whose SSH connection is away for a while. What the tunnel's process takes
// meanwhile is bounded, and what arrives in the end is whole.
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, createReadStream, openSync, readFileSync, statSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { signalProcess } from "../support/processes.ts";
import type { Program } from "../support/program.ts";
import { startSallyport } from "../support/sallyport.ts";
import { startSshd } from "../support/sshd.ts";
import { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";

const megabytes = 1000;
const awayMs = 10_000;

const piece = randomBytes(1_000_000);

/** The bytes of a process in memory (proc(5)), in MB. */
function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Math.round(Number(kilobytes) / 1000);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export async function heldMemory(): Promise<number> {
  for (const direction of ["RETR", "STOR"] as const) {
    const server = await startVsftpd();
    const sshd = await startSshd();
    const forward = `0:${server.address}:${server.port}`;
    const tunnel = await startSallyport(["-F", sshd.configFile, "--survive", "300", "-L", forward, sshd.hostAlias]);
    try {
      const client = await loggedIn(server, tunnel);
      const before = residentMegabytes(tunnel.pid);
      const lose = async (): Promise<number> => {
        // Its port is there, and nobody answers at it.
        signalProcess(sshd.pid, "SIGSTOP");
        await sshd.killConnections();
        let most = 0;
        const end = performance.now() + awayMs;
        while (performance.now() < end) {
          most = Math.max(most, residentMegabytes(tunnel.pid));
          await delay(50);
        }
        signalProcess(sshd.pid, "SIGCONT");
        return most;
      };
      const held = direction === "RETR" ? await download(server, client, lose) : await upload(server, client, lose);
      say(
        `${direction} of ${megabytes} MB: ${before} MB before, ${held} MB while held, ${residentMegabytes(tunnel.pid)} MB after; whole`,
      );
      await client[Symbol.asyncDispose]();
    } finally {
      await tunnel.stop();
      await sshd.stop();
      await server.stop();
    }
  }
  return 0;
}

async function loggedIn(server: FtpServer, tunnel: Program): Promise<TestClient> {
  const [, port = ""] = await tunnel.waitForLog(/^ftp:\/\/[^:]+:(\d+)/m);
  const client = await TestClient.connect({ port: Number(port) });
  await client.expect(220);
  await client.ask(`USER ${server.user}`, 331);
  await client.ask(`PASS ${server.password}`, 230);
  await client.ask("TYPE I", 200);
  return client;
}

const wholeHash = (): string => {
  const hash = createHash("sha256");
  for (let count = 0; count < megabytes; count += 1) hash.update(piece);
  return hash.digest("hex");
};

async function download(server: FtpServer, client: TestClient, lose: () => Promise<number>): Promise<number> {
  server.place("big", "");
  const file = openSync(join(server.root, "big"), "w");
  for (let count = 0; count < megabytes; count += 1) writeSync(file, piece);
  closeSync(file);
  const data = await client.passive();
  client.send("RETR big");
  await client.expect(150);
  const hash = createHash("sha256");
  let bytes = 0;
  let held = 0;
  for await (const chunk of data as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (held === 0 && bytes > 100_000_000) held = await lose();
  }
  await client.expect(226);
  if (hash.digest("hex") !== wholeHash()) throw new Error(`${bytes} bytes came, and they are others`);
  return held;
}

async function upload(server: FtpServer, client: TestClient, lose: () => Promise<number>): Promise<number> {
  const data = await client.passive();
  data.resume();
  client.send("STOR up");
  await client.expect(150);
  const path = join(server.root, "up");
  const writing = writeAll(data);
  await until("a part is there", () => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 100_000_000);
  const held = await lose();
  await writing;
  await client.expect(226);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (hash.digest("hex") !== wholeHash()) throw new Error("other bytes are there");
  return held;
}

async function writeAll(data: Socket): Promise<void> {
  for (let count = 0; count < megabytes; count += 1) if (!data.write(piece)) await once(data, "drain");
  data.end();
}
