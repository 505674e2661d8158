// npm run campaign -- port-stealing: another user of this machine polls the table of sockets and connects to each data port as soon as it
// is there, before a slow client does. Counted is what it got, and what became of the transfers. Needs root.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openTunnel } from "../../src/index.ts";
import { freePortRange } from "../support/free-port.ts";
import { type MiniFtpServer, startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { startPortStealer } from "../support/port-stealer.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { received, TestClient } from "../support/test-client.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Campaign {
  readonly sshd: Sshd;
  readonly server: MiniFtpServer;
  readonly times: number;
  readonly slowMs: number;
}

export async function portStealing(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { times: { type: "string", default: "200" }, slow: { type: "string", default: "20" } },
  });
  const sshd = await startSshd();
  const server = await startMiniFtpServer();
  const campaign = { sshd, server, times: Number(values.times), slowMs: Number(values.slow) };
  try {
    for (const transport of ["openssh", "embedded"] as const)
      for (const checkUser of [false, true]) await tryAll(campaign, transport, checkUser);
  } finally {
    await server.stop();
    await sshd.stop();
  }
  return 0;
}

async function tryAll(campaign: Campaign, transport: "openssh" | "embedded", checkUser: boolean): Promise<void> {
  const { sshd, server, times } = campaign;
  const passivePorts = await freePortRange(100);
  await using tunnel = await openTunnel({
    ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
    transport,
    checkUser,
    passivePorts,
    forwards: [{ port: 0, host: server.host, hostPort: server.port }],
  });
  const thief = startPortStealer(passivePorts);
  const counts = { struck: 0, stolen: 0 };
  await thief.line();
  const counted = countLines(thief, counts);
  const outcomes = new Map<string, number>();
  const take: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    const outcome = await transfer(campaign, tunnel.forwards[0] ?? { host: "", port: 0 }, time).catch(
      (error: Error) => `failed: ${error.message.split("\n")[0]?.replaceAll(/:?\d+\.[\d.]+:\d+/g, "")}`,
    );
    take.push(performance.now() - began);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  await thief[Symbol.asyncDispose]();
  await counted;
  const told = [...outcomes].map(([outcome, count]) => `${count} x ${outcome}`).join("; ");
  const median = take.sort((a, b) => a - b)[take.length >> 1] ?? 0;
  const check = checkUser ? "on" : "off";
  say(
    `${transport.padEnd(9)} --check-user ${check.padEnd(4)} ${counts.struck} strikes, ${counts.stolen} stole; ${told}; median ${median.toFixed(0)} ms`,
  );
}

async function countLines(
  thief: ReturnType<typeof startPortStealer>,
  counts: { struck: number; stolen: number },
): Promise<void> {
  for (let line = await thief.line(); line !== undefined; line = await thief.line()) {
    if (line.startsWith("struck")) counts.struck += 1;
    if (line.startsWith("stolen")) counts.stolen += 1;
  }
}

/** Downloads and uploads in turn, and by pairs the command before the data connection and behind it. Who waits for good has failed. */
async function transfer(
  { server, slowMs }: Campaign,
  at: { host: string; port: number },
  time: number,
): Promise<string> {
  const name = `f${time}`;
  const isUpload = time % 2 === 1;
  const isEarly = time % 4 < 2;
  const command = `${isUpload ? "STOR" : "RETR"} ${name}`;
  const content = `content of ${name}`;
  if (!isUpload) server.files.set(name, Buffer.from(content));
  const client = await TestClient.loggedIn(at);
  const late = delay(10_000, "hung", { ref: false });
  try {
    const address = await client.passiveAddress("PASV");
    if (isEarly) client.send(command);
    await delay(slowMs);
    const data = await client.connectData(address);
    if (!isEarly) client.send(command);
    const work = async (): Promise<string> => {
      if (isUpload) data.end(content);
      const got = isUpload ? undefined : String((await received(data)).bytes);
      await client.expect(150, 226);
      const kept = isUpload ? String(server.files.get(name)) : got;
      return kept === content ? `${isUpload ? "upload" : "download"} whole` : "226 with other bytes";
    };
    return await Promise.race([work(), late]);
  } finally {
    await client[Symbol.asyncDispose]();
    server.files.delete(name);
  }
}
