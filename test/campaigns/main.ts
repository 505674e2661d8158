// npm run campaign: transfers disturbed by ABOR, QUIT, USER, REIN and a client that dies, against real servers, direct and
// through the tunnel. What the server believes afterwards is counted: it must be what it believes without us, or better.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { advice } from "./advice.ts";
import { type ServerName, type Subject, serverNames, startSubject } from "./beliefs.ts";
import { bridge } from "./bridge.ts";
import { client } from "./client.ts";
import { heldMemory } from "./held-memory.ts";
import { portStealing } from "./port-stealing.ts";
import { survival } from "./survival.ts";
import { tls } from "./tls.ts";
import { toFtp } from "./to-ftp.ts";
import { type Disturbance, disturbances, runTrial } from "./trials.ts";

const ways = ["direct", "openssh", "embedded"] as const;
const directions = ["STOR", "RETR"] as const;

const patienceMs = 30_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "advice") return await advice(args.slice(1));
  if (args[0] === "to-ftp") return await toFtp(args.slice(1));
  if (args[0] === "bridge") return await bridge(args.slice(1));
  if (args[0] === "client") return await client(args.slice(1));
  if (args[0] === "tls") return await tls(args.slice(1));
  if (args[0] === "held-memory") return await heldMemory();
  if (args[0] === "survival") return await survival(args.slice(1));
  if (args[0] === "port-stealing") return await portStealing(args.slice(1));
  const { values } = parseArgs({
    args: [...args],
    options: {
      times: { type: "string", default: "40" },
      server: { type: "string", multiple: true },
      way: { type: "string", multiple: true },
      direction: { type: "string", multiple: true },
      case: { type: "string", multiple: true },
      megabytes: { type: "string", default: "8" },
      idle: { type: "string", default: "0" },
      trace: { type: "boolean", default: false },
    },
  });
  const chosen = <T extends string>(all: readonly T[], some: readonly string[] | undefined): T[] =>
    all.filter((one) => some?.some((word) => one.includes(word)) ?? true);
  const sshd = await startSshd();
  try {
    for (const name of chosen(serverNames, values.server)) {
      const subject = await startSubject(name);
      try {
        const cases = chosen(Object.keys(disturbances) as Disturbance[], values.case);
        for (const way of chosen(ways, values.way)) {
          await tryAll({
            sshd,
            subject,
            way,
            directions: chosen(directions, values.direction),
            cases,
            times: Number(values.times),
            bytes: Number(values.megabytes) * 1_000_000,
            idleMs: Number(values.idle),
            trace: values.trace,
          });
        }
        if (values.trace) say(subject.log());
      } finally {
        await subject.stop();
      }
    }
  } finally {
    await sshd.stop();
  }
  return 0;
}

interface Campaign {
  readonly sshd: Sshd;
  readonly subject: Subject;
  readonly way: (typeof ways)[number];
  readonly directions: readonly (typeof directions)[number][];
  readonly cases: readonly Disturbance[];
  readonly times: number;
  readonly bytes: number;
  readonly idleMs: number;
  readonly trace: boolean;
}

async function tryAll(campaign: Campaign): Promise<void> {
  const { sshd, subject, way, cases, times, bytes, idleMs, trace } = campaign;
  let tunnel: Tunnel | undefined;
  if (way !== "direct") {
    tunnel = await openTunnel({
      ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
      transport: way,
      forwards: [{ port: 0, host: subject.host, hostPort: subject.port }],
      trace: (event) => trace && say(JSON.stringify(event)),
    });
  }
  const at = tunnel?.forwards[0] ?? subject;
  try {
    for (const direction of campaign.directions) {
      for (const disturbance of cases) {
        const counts = new Map<string, number>();
        for (let time = 0; time < times; time += 1) {
          const file = `${way}-${direction}-${disturbance.replaceAll(/\W+/g, "-")}-${time}`;
          const trial = runTrial({ subject, at, direction, disturbance, file, bytes, idleMs });
          const late = delay(patienceMs, "hung", { ref: false });
          const outcome = await Promise.race([trial, late]).catch(
            (error: Error) => `failed: ${error.message.split("\n")[0]}`,
          );
          counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        }
        print(subject.name, direction, disturbance, way, counts);
      }
    }
  } finally {
    await tunnel?.close();
  }
}

function print(
  name: ServerName,
  direction: string,
  disturbance: string,
  way: string,
  counts: Map<string, number>,
): void {
  const told = [...counts].sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${count} x ${outcome}`);
  say(`${name.padEnd(10)} ${direction} ${disturbance.padEnd(13)} ${way.padEnd(9)} ${told.join("; ")}`);
}
