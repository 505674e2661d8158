// What must hold when the last client is gone.

import { openClient } from "../../src/client/client-calls.ts";
import { limits } from "../../src/protocol/limits.ts";
import { clientParts } from "../support/client-parts.ts";
import { canReach } from "./client-parts.ts";
import { contents } from "./contents.ts";
import type { SshHost } from "./faults.ts";
import type { GatewayParty } from "./gateway-party.ts";
import { gatewayAddress, gatewayPort, type Place } from "./place.ts";
import type { SwarmPlan } from "./plan.ts";
import { Program } from "./program.ts";
import type { ServerParty } from "./server-party.ts";

export interface Aftermath {
  readonly plan: SwarmPlan;
  readonly place: Place;
  readonly gateway: GatewayParty;
  readonly server: ServerParty;
  readonly sshHost: SshHost;
  readonly say: (text: string) => void;
  readonly fault: (text: string) => void;
}

const minuteMs = 60_000;
/** Graceful ends are bounded by `disposeGraceMs`, one behind the other. */
const closeMsMax = 20_000;
/** TIME_WAIT, FINs that nobody answers, and what was lost on the way. */
const restMs = 3_600_000;

/** Sessions end with their clients, and whoever comes next is served as if nothing had been. */
export async function checkUse(aftermath: Aftermath): Promise<void> {
  const { plan, place, gateway, say, fault } = aftermath;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void place.simulation.clock.after(ms, resolve));
  for (let waits = 0; gateway.shared.sessions.size > 0 && waits < 40; waits += 1) await pause(minuteMs / 2);
  const left = gateway.shared.sessions.size;
  // Keepalive probes are not modelled: a client whose last word was lost is not missed.
  const mayBeMissed = plan.faults.some(({ kind }) => /^(?:client-gone|lan-)/.test(kind));
  if (left > 0 && !mayBeMissed) fault(`${left} sessions continue without a client`);
  if (left > 0 || !["ours", "old", "asynchronous"].includes(plan.server.kind)) return;
  if (gateway.isClosing()) return;
  if (!canReach(plan)) return;
  await pause(2 * minuteMs); // the supervisor's longest wait, and TIME_WAIT of the only data port
  say("somebody else comes");
  const program = new Program(place.other.network(), place.simulation.clock);
  const options = { host: gatewayAddress(place, "other"), port: gatewayPort, user: "late" };
  try {
    const emit = (event: object): void => say(JSON.stringify(event));
    const session = await openClient(
      options,
      { network: program, clock: program.clock, now: () => 0, emit },
      clientParts,
    );
    const pieces: Uint8Array[] = [];
    for await (const piece of session.download("/file-0")) pieces.push(piece as Uint8Array);
    if (!Buffer.concat(pieces).equals(contents(plan.files[0] ?? 0, plan.seed))) fault("the next one gets other bytes");
    await session[Symbol.asyncDispose]();
  } catch (error) {
    fault(`the next one is not served: ${String(error)}`);
  }
}

/** Closes everything, and asks each what it has left open. */
export async function closeAll({ plan, place, gateway, server, sshHost, fault }: Aftermath): Promise<void> {
  const { simulation } = place;
  const startMs = simulation.nowMs;
  await gateway.tunnel[Symbol.asyncDispose]();
  if (simulation.nowMs - startMs > closeMsMax) fault(`the tunnel took ${simulation.nowMs - startMs} ms to close`);
  const { front, backClock, shared, internalErrors } = gateway;
  for (const left of front.left()) fault(`the gateway left open: ${left}`);
  if (backClock.waiting > 0) fault(`the SSH side left ${backClock.waiting} timers`);
  if (shared.sessions.size > 0) fault(`the gateway counts ${shared.sessions.size} sessions`);
  if (shared.registry.size > 0) fault(`the gateway counts ${shared.registry.size} data listeners`);
  for (const error of internalErrors) fault(error);
  await new Promise<void>((resolve) => void simulation.clock.after(minuteMs, resolve));
  // ClientAlive is not modelled: a client that was given up while nothing came through is not missed.
  const mayMiss = plan.faults.some(({ kind }) => kind === "wan-dark" || kind === "wan-loss");
  if (!mayMiss) for (const left of sshHost.open) fault(`the SSH server has left open: ${left}`);
  await server.close();
  for (const one of server.faults) fault(one);
  await sshHost.kill();
}

/** Nothing is left that could ever happen, and no host has a socket. */
export async function checkStillness({ place, fault }: Pick<Aftermath, "place" | "fault">): Promise<void> {
  const { simulation, hosts } = place;
  const why = await simulation
    .run(() => new Promise<never>(() => {}), { limitMs: restMs })
    .catch((error: unknown) => String(error));
  if (!why.endsWith("it waits for what can never happen")) fault(`something goes on for ever: ${why}`);
  for (const { name, netstat } of hosts.map((host) => ({ name: host.name, netstat: host.netstat() }))) {
    for (const { local, remote, state } of netstat) fault(`${name} has ${local} ${remote} ${state}`);
  }
}

/** Whoever was told that his file is there finds it, byte for byte. */
export async function checkUploads(
  { plan, server, fault }: Aftermath,
  uploads: { readonly intended: ReadonlyMap<string, Buffer>; readonly told: ReadonlyMap<string, Buffer> },
): Promise<void> {
  // What the network loses may be the news that a client is dead, and a half file ends as a whole one does (RFC 959 section 3.4.1).
  const tellsAll = plan.faults.every(({ kind }) => !/-(?:dark|loss|stall)$/.test(kind));
  for (const [path, bytes] of plan.server.kind === "ours" && plan.server.atomicUploads && tellsAll
    ? uploads.intended
    : []) {
    const there = await server.read(path);
    if (there !== undefined && !there.equals(bytes))
      fault(`${path} is there with ${there.length} bytes of ${bytes.length}`);
  }
  // This server says so before it has read anything: when it is then aborted, that is its own lie.
  if (plan.server.kind === "early-226" && plan.faults.length > 0) return;
  for (const [path, bytes] of uploads.told) {
    const there = await server.read(path);
    if (there?.equals(bytes) !== true)
      fault(`${path} has ${there?.length ?? "no"} bytes, not the ${bytes.length} sent`);
  }
}

/** A stream may hold a piece more than its mark when it is full. */
const pieceBytes = 65_536;

export function checkMemory(programs: readonly Program[], fault: (text: string) => void): void {
  const max = Math.max(limits.streamBufferBytes, limits.controlBufferBytesMax) + pieceBytes;
  const dataMax = limits.streamBufferBytes + pieceBytes;
  for (const { name, most } of programs) {
    if (most.unread > dataMax) fault(`${name}: ${most.unread} bytes were not read, at most ${dataMax}`);
    if (most.unsent > max) fault(`${name}: ${most.unsent} bytes waited to be sent, at most ${max}`);
  }
}
