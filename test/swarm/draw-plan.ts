// From a seed to a plan. As in any swarm test, each kind of thing is wholly absent from some simulations, so that others have room.
import { Dice } from "./dice.ts";
import { type ClientDraw, drawBridgeClient, drawEngineClient, drawRawClient, drawSftpClient } from "./draw-client.ts";
import type {
  ClientPlan,
  FaultMoment,
  FaultPlan,
  GatewayPlan,
  OddHabit,
  PlacePlan,
  RawClientPlan,
  ServerPlan,
  SftpHabits,
  SizesTold,
  SwarmPlan,
} from "./plan.ts";

const oddHabits: readonly OddHabit[] = [
  "old",
  "asynchronous",
  "asynchronous",
  "slow-writer",
  "early-226",
  "other-host",
  "half-426",
  "half-close",
  "half-silence",
  "reset-426",
  "no-150",
  "two-150",
  "slow-data",
  "late-close",
  "late-550",
  "hangs-up",
  "says-421",
];

/** They say 227. */
const needsIpv4: ReadonlySet<OddHabit> = new Set(["old", "other-host"]);

const faultKinds: readonly FaultPlan["kind"][] = [
  "ssh-lost",
  "server-gone",
  "client-gone",
  "server-closes",
  "tunnel-closes",
  "wan-dark",
  "lan-dark",
  "wan-loss",
  "lan-loss",
  "wan-stall",
  "dmz-stall",
];

/** Of the gateway's trace, at which something is likely to be half done. */
const events = [
  "session.open",
  "data.listen",
  "data.open",
  "data.half-close",
  "data.close",
  "ftp.command",
  "ftp.reply",
];

/** Sizes at which buffers are just full, and windows. */
const edges = [0, 1, 16_384, 65_535, 65_536, 65_537, 262_144, 262_145];

export function drawPlan(seed: number): SwarmPlan {
  const dice = new Dice(seed * 2 + 1);
  const place = drawPlace(dice);
  const bytesMax = place.segmentBytes < 200 ? 1500 : place.segmentBytes < 2000 ? 60_000 : 400_000;
  const size = (): number => {
    if (bytesMax === 400_000 && dice.chance(3)) return dice.between(1_500_000, 3_000_000);
    return dice.chance(25) ? Math.min(dice.pick(edges), bytesMax) : dice.scaled(1, bytesMax);
  };
  const files = distinct(dice.list(2, 4, size));
  const server = drawServer(dice, place.family);
  const survival = drawSurvival(new Dice(seed * 2));
  const draw = { dice, files: files.length, size, family: place.family, hasTls: server.kind === "ours" };
  const gateway = { ...drawGateway(dice), surviveMs: survival.surviveMs };
  const outlives = { dice: new Dice(seed * 2 + 1_500_000_001), server, survives: survival.surviveMs > 0 };
  const drawn = drawBridges({ ...draw, dice: new Dice(seed * 2 + 1_000_000_007) }, drawClients(draw));
  const clients = drawAppends(outlives, drawn);
  const replacement = drawReplacement(outlives, clients);
  const faults = [...drawFaults(dice), ...survival.faults];
  const sftp = drawSftp(new Dice(seed * 2 + 500_000_003), clients);
  const plan: SwarmPlan = { seed, place, gateway, server, sftp, files, clients, replacement, faults };
  return replacement === "none" ? plan : lostInTransfer(plan, bytesMax, outlives.dice);
}

/** In some simulations SSH is cut again and again, and sessions outlive it. Dice of its own: the other draws do not move. */
function drawSurvival(dice: Dice): { readonly surviveMs: number; readonly faults: FaultPlan[] } {
  if (!dice.chance(40)) return { surviveMs: 0, faults: [] };
  const faults = dice.list(1, 4, () => ({
    kind: dice.pick(["ssh-lost", "ssh-lost", "ssh-lost", "server-gone"] as const),
    after: drawMoment(dice),
    lastsMs: dice.scaled(1, 20_000),
    amount: 1,
  }));
  return { surviveMs: dice.pick([120_000, 10_000]), faults };
}

interface SurvivorDraw {
  readonly dice: Dice;
  readonly server: ServerPlan;
  readonly survives: boolean;
}

/** Where sessions survive, some uploads are appended to; the odd servers know no APPE. */
function drawAppends({ dice, server, survives }: SurvivorDraw, clients: readonly ClientPlan[]): readonly ClientPlan[] {
  if (!survives || server.kind !== "ours") return clients;
  return clients.map((client) => {
    if (client.kind !== "raw" || client.way !== "gateway") return client;
    const steps = client.steps.map((step) =>
      step.do === "put" && step.manner === "whole" && dice.chance(60) ? { ...step, appends: true as const } : step,
    );
    return { ...client, steps };
  });
}

/** Only where each client says at once which file it was told was whole. Our server computes checksums; with others the time has to tell. */
function drawReplacement(
  { dice, server, survives }: SurvivorDraw,
  clients: readonly ClientPlan[],
): SwarmPlan["replacement"] {
  const isPlain = clients.every(
    (client) =>
      client.kind === "raw" &&
      client.way === "gateway" &&
      !client.steps.some((step) => step.do === "third-party" || step.do === "burst"),
  );
  if (!survives || !isPlain || !dice.chance(70)) return "none";
  return server.kind === "ours" && dice.chance(50) ? "undated" : "dated";
}

/** SSH is lost for the first time when both data connections are open and a long file is on its way over a slow line, to the first client. */
function lostInTransfer(plan: SwarmPlan, bytesMax: number, dice: Dice): SwarmPlan {
  const after = { event: "data.open", count: 2 * dice.between(1, 2), ms: dice.scaled(5, 1000) };
  const loss = { kind: "ssh-lost", after, lastsMs: dice.scaled(1, 5000), amount: 1 } as const;
  const get = { do: "get", file: 0, mode: "EPSV", manner: "whole", at: 0 } as const;
  const first = { ...(plan.clients[0] as RawClientPlan), steps: [get, { ...get, file: 1 }], ending: "quit" } as const;
  return {
    ...plan,
    clients: [first, ...plan.clients.slice(1)],
    place: { ...plan.place, wanBytesPerMs: dice.scaled(100, 1000) },
    files: distinct(plan.files.map(() => dice.between(bytesMax >> 1, bytesMax))),
    faults: [loss, ...plan.faults.filter(({ kind }) => kind !== "ssh-lost" && kind !== "server-gone")],
  };
}

function drawClients(draw: ClientDraw): ClientPlan[] {
  const { dice } = draw;
  const [rawPercent, sftpPercent] = [dice.pick([0, 50, 100]), dice.pick([0, 0, 30])];
  return dice.list(1, dice.pick([1, 1, 2, 3]), () => {
    if (dice.chance(sftpPercent)) return drawSftpClient(draw);
    return dice.chance(rawPercent) ? drawRawClient(draw) : drawEngineClient(draw);
  });
}

/** In some simulations bridges are used. Dice of its own, too. */
function drawBridges(draw: ClientDraw, clients: readonly ClientPlan[]): readonly ClientPlan[] {
  const { dice } = draw;
  const percent = dice.pick([0, 0, 0, 50, 100]);
  return clients.map((client) => (dice.chance(percent) ? drawBridgeClient(draw) : client));
}

const orderly: SftpHabits = { replies: undefined, requests: false, shortReads: false, sizes: "true" };

/** Where clients use SFTP, or a bridge does. Sizes are wrong only where nobody but bridges looks at them. Dice of its own, too. */
function drawSftp(dice: Dice, clients: readonly ClientPlan[]): SftpHabits {
  if (!clients.some(({ kind, way }) => kind === "sftp" || way === "bridge")) return orderly;
  const isBridged = clients.every(({ way }) => way === "bridge");
  const sizes: readonly SizesTold[] = ["true", "true", "none", "zero", "smaller", "larger"];
  return {
    replies: dice.chance(60) ? { withinMs: dice.scaled(1, 3000) } : undefined,
    requests: dice.chance(50),
    shortReads: dice.chance(40),
    sizes: isBridged ? dice.pick(sizes) : "true",
  };
}

function drawPlace(dice: Dice): PlacePlan {
  const isServerAtSsh = dice.chance(60);
  const family = dice.pick([4, 4, 6] as const);
  return {
    family,
    isGatewayAtClient: dice.chance(60),
    isServerAtSsh,
    isTargetLocalhost: isServerAtSsh && dice.chance(50),
    isMasqueraded: dice.chance(60) && family === 4,
    hasHelper: dice.chance(30) && family === 4,
    wall: dice.pick(["open", "ports", "states"]),
    lanMs: dice.pick([0.125, 0.5, 2]),
    wanMs: dice.scaled(1, 200),
    dmzMs: dice.pick([0.125, 0.5, 5]),
    // Slower, and what is in the buffers of a megabyte would take longer than anybody waits.
    wanBytesPerMs: dice.chance(30) ? dice.scaled(1000, 20_000) : undefined,
    segmentBytes: dice.chance(70) ? 16_384 : dice.pick([1460, 1460, 536, 97, 7]),
    bufferBytes: dice.chance(70) ? 1_048_576 : dice.scaled(16_384, 300_000),
  };
}

function drawGateway(dice: Dice): Omit<GatewayPlan, "surviveMs"> {
  return {
    upstreamMode: dice.pick(["auto", "auto", "passive", "active", "default-port"]),
    sshSharesPorts: dice.chance(80),
    passivePorts: dice.pick([0, 0, 8, 1]),
    sessionsMax: dice.pick([10, 10, 1]),
    keepaliveMs: dice.pick([0, 20_000, 60_000]),
  };
}

function drawServer(dice: Dice, family: 4 | 6): ServerPlan {
  const habits = family === 4 ? oddHabits : oddHabits.filter((habit) => !needsIpv4.has(habit));
  return {
    kind: dice.chance(70) ? "ours" : dice.pick(habits),
    active: dice.chance(80),
    atomicUploads: dice.chance(30),
    dataStallMs: dice.pick([300_000, 20_000]),
  };
}

function drawFaults(dice: Dice): FaultPlan[] {
  const kinds = dice.list(1, 3, () => dice.pick(faultKinds));
  return dice.list(0, dice.pick([0, 1, 1, 2, 5]), () => ({
    kind: dice.pick(kinds),
    after: drawMoment(dice),
    lastsMs: dice.scaled(1, 100_000),
    amount: dice.between(1, 30),
  }));
}

/** Most of them where something is going on. */
function drawMoment(dice: Dice): FaultMoment {
  if (dice.chance(20)) return { packets: dice.scaled(1, 2000) };
  if (dice.chance(20)) return { ms: dice.scaled(1, 60_000) };
  return {
    event: dice.pick(events),
    count: dice.between(1, 4),
    ms: dice.pick([0, dice.scaled(1, 20), dice.scaled(1, 500)]),
  };
}

/** A byte more until nobody else has that size. */
function distinct(sizes: readonly number[]): number[] {
  const taken = new Set<number>();
  for (const size of sizes) {
    let own = size;
    while (taken.has(own)) own += 1;
    taken.add(own);
  }
  return [...taken];
}
