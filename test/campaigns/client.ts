// npm run campaign -- client: many transfers at once over one session of our client, some given up at any moment, some refused. Whatever
// overlaps, each file is what it should be or fails, and the session can be used afterwards.
import { parseArgs } from "node:util";
import { connectFtp, type FtpClient } from "../../src/connect/index.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { type Certificate, makePublicCertificate } from "../support/certificate.ts";
import { ownPlace, type Place, peerPlace, trusting } from "../support/client-places.ts";
import { startDelayRelay } from "../support/delay-relay.ts";
import { startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { proftpdTlsLines, vsftpdTlsLines } from "../support/tls-lines.ts";
import { Dice } from "../swarm/dice.ts";

type Outcome = "whole" | "given up" | "refused" | "WRONG" | "FAILED";

let made: (Certificate & { remove(): void }) | undefined;

function keys(): Certificate {
  if (made === undefined) {
    const fresh = makePublicCertificate();
    made = fresh;
    process.once("exit", () => fresh.remove());
  }
  return made;
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  serve: ownPlace,
  vsftpd: async () => peerPlace(await startVsftpd()),
  "vsftpd without ABOR": async () => peerPlace(await startVsftpd({ lines: ["async_abor_enable=NO"] })),
  ProFTPD: async () => peerPlace(await startProftpd()),
  "serve, TLS": () => ownPlace(keys()),
  "vsftpd, TLS": async () =>
    peerPlace(await startVsftpd({ lines: vsftpdTlsLines(keys(), "explicit") }), { tls: trusting(keys()) }),
  "ProFTPD, TLS": async () =>
    peerPlace(await startProftpd({ lines: proftpdTlsLines(keys(), "explicit") }), { tls: trusting(keys()) }),
};

const sizes = [0, 1, 2000, 70_000, 900_000, 2_000_000];
const contents = Array.from({ length: 12 }, (_, at) => Buffer.alloc(sizes[at % sizes.length] ?? 0, `${at}-`));
const transfersOfSession = 16;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

export async function client(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sessions: { type: "string", default: "40" },
      seed: { type: "string", default: "1" },
      server: { type: "string", default: "" },
    },
  });
  let faults = 0;
  for (const [name, start] of Object.entries(places).filter(([one]) => one.includes(values.server))) {
    await using place = await start();
    for (const [at, content] of contents.entries()) place.place(`f${at}`, content);
    const { host, port } = place.options;
    for (const delayMs of [0, 10]) {
      await using relay = await startDelayRelay({ target: { host, port }, delayMs });
      const counts = new Map<Outcome, number>();
      const dice = new Dice(Number(values.seed));
      for (let left = Number(values.sessions); left > 0; left -= 1) {
        await using session = await connectFtp({ ...place.options, port: relay.port });
        const work = Array.from({ length: transfersOfSession }, (_, at) => transfer(session, place, dice, at));
        for (const outcome of await Promise.all(work)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        if ((await session.quote("NOOP")).code !== 200) throw new Error("the session is out of step");
      }
      say(`${name}, ${delayMs} ms: ${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ")}`);
      faults += (counts.get("WRONG") ?? 0) + (counts.get("FAILED") ?? 0);
    }
  }
  return faults === 0 ? 0 : 1;
}

async function transfer(session: FtpClient, place: Place, dice: Dice, at: number): Promise<Outcome> {
  const file = dice.below(contents.length);
  const wanted = contents[file] ?? Buffer.of();
  const isMissing = dice.chance(10);
  const stop = new AbortController();
  const timer = dice.chance(33) ? setTimeout(() => stop.abort(new Error("enough")), dice.below(200)) : undefined;
  const { signal } = stop;
  try {
    if (dice.chance(50)) {
      const chunks: Buffer[] = [];
      const stream = session.download(isMissing ? "nothing" : `f${file}`, { signal });
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return !isMissing && Buffer.concat(chunks).equals(wanted) ? "whole" : "WRONG";
    }
    const name = isMissing ? "no/such/directory" : `up${at}`;
    await session.upload(wanted, name, { signal });
    return !isMissing && place.content(name).equals(wanted) ? "whole" : "WRONG";
  } catch (error) {
    if (signal.aborted) return "given up";
    if (isMissing && isSallyportError(error) && error.code === "FTP_REPLY_PERMANENT") return "refused";
    say(`  ${String(error)}`);
    return "FAILED";
  } finally {
    clearTimeout(timer);
  }
}
