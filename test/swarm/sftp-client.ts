// The SFTP client of this project, doing what its plan says.
import { makeSftpFileSystem, type SftpFiles } from "../../src/filesystem/sftp/sftp-file-system.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import type { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import type { ClientParts } from "./client-parts.ts";
import { contents } from "./contents.ts";
import { Dice } from "./dice.ts";
import { muddled } from "./muddled-sftp.ts";
import { bridgePorts } from "./place.ts";
import type { SftpClientPlan, SftpHabits, SftpStep } from "./plan.ts";
import { never } from "./program.ts";
import { viaSsh } from "./via-ssh.ts";

const pieceBytes = 30_000;

export async function runSftpClient(parts: ClientParts, plan: SftpClientPlan, gateway: string): Promise<void> {
  const server = plan.way === "bridge" ? { host: gateway, port: bridgePorts.ssh } : undefined;
  const work = async (ssh: SimulatedSsh): Promise<void> => {
    const { clock } = parts.program;
    // At a bridge it is the bridge that tells of sizes what it is told.
    const habits: SftpHabits = { ...parts.plan.sftp, sizes: "true" };
    const dice = new Dice(parts.plan.seed * 2 + 700_000_001 + parts.number);
    const connection = muddled(await ssh.openSubsystem("sftp", never), { habits, dice, clock });
    await using client = await SftpClient.open({ connection, clock, signal: never });
    const files = makeSftpFileSystem({ client });
    for (const [index, step] of plan.steps.entries())
      await attempt(parts, files, step, `/sftp-${parts.number}-${index}`);
  };
  await viaSsh(parts, work, server);
}

async function attempt(parts: ClientParts, files: SftpFiles, step: SftpStep, path: string): Promise<void> {
  const { say, fault, isCalm } = parts;
  try {
    say(`begins ${JSON.stringify(step)}`);
    await perform(parts, files, step, path);
    say("done");
  } catch (error) {
    const text = isSallyportError(error) ? `${error.code} ${error.message}` : String(error);
    say(`failed: ${text}`);
    const mayFail = step.do === "give-up" || (step.do === "get" && step.offset > 0);
    const isMistake = isSallyportError(error) && error.code === "INTERNAL";
    if ((isCalm && !mayFail) || isMistake) fault(`${JSON.stringify(step)}: ${text}`);
  }
}

async function perform(parts: ClientParts, files: SftpFiles, step: SftpStep, path: string): Promise<void> {
  const { plan, program, fault } = parts;
  switch (step.do) {
    case "get":
      return get(parts, files, step.file, step.offset, never);
    case "put":
      return put(parts, files, step.size, path);
    case "give-up": {
      const stop = new AbortController();
      const cancel = program.clock.after(step.afterMs, () => stop.abort(new Error("given up")));
      return get(parts, files, step.file, 0, stop.signal).finally(cancel);
    }
    case "list": {
      let count = 0;
      for await (const { name } of files.list("/", { signal: never })) count += name === "" ? 0 : 1;
      // An odd FTP server always lists the same two.
      const isAtBridge = plan.clients[parts.number]?.way === "bridge";
      const least = isAtBridge && plan.server.kind !== "ours" ? 2 : plan.files.length;
      if (count < least) fault("the listing lacks files");
      return;
    }
    case "wait":
      await new Promise<void>((resolve) => void program.clock.after(step.ms, resolve));
  }
}

async function get(
  { plan, fault }: ClientParts,
  files: SftpFiles,
  file: number,
  offset: number,
  signal: AbortSignal,
): Promise<void> {
  const path = `/file-${file}`;
  const expected = contents(plan.files[file] ?? 0, plan.seed + file).subarray(offset);
  await using reader = await files.openRead(path, { offset, signal });
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(pieceBytes);
    const count = await reader.read(piece);
    if (count === 0) break;
    pieces.push(piece.subarray(0, count));
  }
  const bytes = Buffer.concat(pieces);
  if (!bytes.equals(expected))
    fault(`${path} from ${offset}: ${bytes.length} bytes that are not its ${expected.length}`);
}

async function put(
  { plan, number, uploaded }: ClientParts,
  files: SftpFiles,
  size: number,
  path: string,
): Promise<void> {
  const bytes = contents(size, plan.seed * 31 + number);
  await using writer = await files.openWrite(path, { start: "truncate", signal: never });
  for (let at = 0; at < bytes.length; at += pieceBytes) await writer.write([bytes.subarray(at, at + pieceBytes)]);
  await writer.finish();
  uploaded(path, bytes);
}
