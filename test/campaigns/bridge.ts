// npm run campaign -- bridge: FTP in front of a real sshd. Many sessions in sequence and at once, and what they leave in the bridge's process; a
// large file each way while one side stands still, and what memory the bridge takes for it.
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, createReadStream, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hashPassword } from "../../src/serve/passwords.ts";
import { descendantsOf } from "../support/processes.ts";
import { type Program, startProgram } from "../support/program.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeSystemUser } from "../support/system-user.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { TestClient } from "../support/test-client.ts";
import { belongings, mostOf, whileStopped } from "./belongings.ts";
import { manySessions } from "./many-sessions.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const bin = fileURLToPath(new URL("../../bin/sallyport.js", import.meta.url));
const stillMs = 10_000;

/** Users of the bridge share one SSH connection; users of the SSH server (a throw-away user of this system) have one for each session. */
type Logins = "local" | "ssh";

interface Subject extends AsyncDisposable {
  readonly program: Program;
  readonly sshd: Sshd;
  readonly root: TempDir;
  login(): Promise<TestClient>;
}

async function startSubject(logins: Logins, transport: string): Promise<Subject> {
  const root = makeTempDir("behind");
  chmodSync(root.path, 0o777);
  const sshd = await startSshd({ lines: ["PasswordAuthentication yes", "Subsystem sftp internal-sftp"] });
  const user = logins === "ssh" ? await makeSystemUser(root.path) : undefined;
  const { name, password } = user ?? { name: "scanner", password: "secret" };
  const users = makeTempDir("users");
  writeFileSync(users.file("users"), `${name}:${await hashPassword(password)}\n`, { mode: 0o600 });
  const local = logins === "local" ? ["--password-file", users.file("users"), "--ssh", transport] : [];
  const place = `${sshd.hostAlias}:${root.path}`;
  const many = ["--max-sessions", "1000"];
  const args = ["bridge", "-L", "0", "-F", sshd.configFile, ...local, ...many, place];
  const program = startProgram(process.execPath, [bin, ...args]);
  const [, port = ""] = await program.waitForLog(/^ftp:\/\/\S*?:(\d+)/m);
  return {
    program,
    sshd,
    root,
    login: async () => {
      const client = await TestClient.connect({ port: Number(port) });
      await client.login(name, password);
      await client.ask("TYPE I", 200);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      await program.stop();
      await sshd.stop();
      await user?.remove();
      users.remove();
      root.remove();
    },
  };
}

async function isWholeSession(subject: Subject, name: string, bytes: number): Promise<boolean> {
  const text = randomBytes(bytes).toString("latin1");
  await using client = await subject.login();
  const stored = await client.upload(`STOR ${name}`, text);
  const back = await client.download(`RETR ${name}`);
  await client.ask("QUIT", 221);
  return stored.at(-1) === 226 && back.codes.at(-1) === 226 && back.text === text;
}

async function sessionsOf(logins: Logins, transport: string, sequence: number, atOnce: number): Promise<boolean> {
  await using subject = await startSubject(logins, transport);
  return await manySessions({
    pid: subject.program.pid,
    sequence,
    atOnce,
    isWhole: (name, bytes) => isWholeSession(subject, name, bytes),
    say: (line) => say(`${logins} users, ${transport}: ${line}`),
  });
}

const piece = randomBytes(1_000_000);

function wholeHash(megabytes: number): string {
  const hash = createHash("sha256");
  for (let count = 0; count < megabytes; count += 1) hash.update(piece);
  return hash.digest("hex");
}

/** What the bridge takes while nothing moves. */
type StandStill = (who: "client" | "server") => Promise<number>;

const standStill =
  ({ program, sshd }: Subject): StandStill =>
  (who) =>
    who === "client"
      ? mostOf(program.pid, stillMs)
      : whileStopped(
          program.pid,
          sshd.connections().flatMap((pid) => [pid, ...descendantsOf(pid)]),
          stillMs,
        );

/** Where the client stands still it is this code; the server goes on, and so does what is between. */
async function stalledUpload(subject: Subject, megabytes: number, who: "client" | "server"): Promise<[number, string]> {
  await using client = await subject.login();
  const data = await client.passive();
  data.resume();
  client.send("STOR large");
  await client.expect(150);
  let most = 0;
  let still: Promise<number> | undefined;
  for (let count = 0; count < megabytes; count += 1) {
    if (count === Math.floor(megabytes / 4)) {
      still = standStill(subject)(who);
      if (who === "client") most = await still;
    }
    if (!data.write(piece)) await once(data, "drain");
  }
  data.end();
  await client.expect(226);
  most = Math.max(most, (await still) ?? 0);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(subject.root.file("large"))) hash.update(chunk as Buffer);
  return [most, hash.digest("hex")];
}

async function stalledDownload(
  subject: Subject,
  megabytes: number,
  who: "client" | "server",
): Promise<[number, string]> {
  writeFileSync(subject.root.file("large"), "");
  for (let count = 0; count < megabytes; count += 1) writeFileSync(subject.root.file("large"), piece, { flag: "a" });
  await using client = await subject.login();
  const data = await client.passive();
  client.send("RETR large");
  await client.expect(150);
  const hash = createHash("sha256");
  let [bytes, most] = [0, 0];
  let still: Promise<number> | undefined;
  for await (const chunk of data as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (still === undefined && bytes > (megabytes / 4) * 1_000_000) {
      still = standStill(subject)(who);
      if (who === "client") most = await still;
    }
  }
  await client.expect(226);
  return [Math.max(most, (await still) ?? 0), hash.digest("hex")];
}

async function stalledFile(transport: string, megabytes: number): Promise<boolean> {
  let isWell = true;
  for (const who of ["client", "server"] as const) {
    for (const [way, carry] of [
      ["STOR", stalledUpload],
      ["RETR", stalledDownload],
    ] as const) {
      await using subject = await startSubject("local", transport);
      const before = belongings(subject.program.pid).megabytes;
      const [most, hash] = await carry(subject, megabytes, who);
      const isWhole = hash === wholeHash(megabytes);
      isWell &&= isWhole;
      const after = belongings(subject.program.pid).megabytes;
      say(
        `${transport}, ${way} of ${megabytes} MB, the ${who} stands still for ${stillMs / 1000} s: ${before} MB before, ${most} MB meanwhile, ${after} MB after; ${isWhole ? "whole" : "NOT WHOLE"}`,
      );
    }
  }
  return isWell;
}

export async function bridge(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: "string", multiple: true, default: ["sessions", "stalled"] },
      logins: { type: "string", multiple: true, default: ["local", "ssh"] },
      transport: { type: "string", default: "embedded" },
      sessions: { type: "string", default: "2000" },
      "at-once": { type: "string", default: "50" },
      megabytes: { type: "string", default: "1000" },
    },
  });
  const { transport } = values;
  const parts: Readonly<Record<string, () => Promise<boolean>>> = {
    sessions: async () => {
      let isWell = true;
      for (const logins of values.logins as Logins[]) {
        const result = await sessionsOf(logins, transport, Number(values.sessions), Number(values["at-once"]));
        isWell &&= result;
      }
      return isWell;
    },
    stalled: () => stalledFile(transport, Number(values.megabytes)),
  };
  let isWell = true;
  for (const part of values.part) isWell = ((await parts[part]?.()) ?? false) && isWell;
  return isWell ? 0 : 1;
}
