// What a session costs that is logged in and does nothing.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { OpenWay } from "./measurement.ts";

const loginsAtATime = 20;
const settledReadings = 4;
const readingIntervalMs = 500;

/** Growth of the resident memory of each carrier per session, in bytes. */
export async function memoryPerSession(way: OpenWay, count: number): Promise<Record<string, number>> {
  const sockets: Socket[] = [];
  try {
    sockets.push(...(await logins(way, loginsAtATime))); // so that code that is needed once is loaded
    const before = await settledMemory(way);
    for (let done = 0; done < count; done += loginsAtATime) sockets.push(...(await logins(way, loginsAtATime)));
    const after = await settledMemory(way);
    return Object.fromEntries(after.map(([name, bytes], index) => [name, (bytes - (before[index]?.[1] ?? 0)) / count]));
  } finally {
    await Promise.all(sockets.map(quit));
  }
}

function logins(way: OpenWay, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => login(way)));
}

async function login(way: OpenWay): Promise<Socket> {
  const socket = connect(way.port, way.host);
  socket.setEncoding("latin1");
  socket.on("error", () => {}); // seen by whoever waits for a reply
  const dialogue = [
    ["", "220"],
    [`USER ${way.server.user}\r\n`, "331"],
    [`PASS ${way.server.password}\r\n`, "230"],
    ["PWD\r\n", "257"],
  ] as const;
  for (const [command, expected] of dialogue) {
    if (command !== "") socket.write(command);
    const [reply] = (await once(socket, "data", { signal: AbortSignal.timeout(30_000) })) as [string];
    if (!reply.startsWith(expected)) throw new Error(`to ${command.slice(0, 4)} the server said: ${reply.trim()}`);
  }
  return socket;
}

async function quit(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  const closed = once(socket, "close");
  socket.end("QUIT\r\n");
  await Promise.race([closed, wait(2000, undefined, { ref: false })]);
  socket.destroy();
}

/** Reads until nothing has moved by more than 1 % for two seconds, or for half a minute. */
async function settledMemory(way: OpenWay): Promise<(readonly [string, number])[]> {
  const readings: (readonly [string, number])[][] = [];
  for (let attempt = 0; attempt < 60; attempt++) {
    readings.push(Object.entries(way.carriers).map(([name, pid]) => [name, residentBytes(pid)] as const));
    const last = readings.slice(-settledReadings);
    const steady = last.every((reading) => reading.every(([, bytes], i) => isClose(bytes, last.at(-1)?.[i]?.[1] ?? 0)));
    if (last.length === settledReadings && steady) break;
    await wait(readingIntervalMs);
  }
  return readings.at(-1) ?? [];
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= b / 100;

/** proc(5): VmRSS is in kB of 1024 bytes. */
function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
}
