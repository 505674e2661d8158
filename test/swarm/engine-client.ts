// The FTP client of this project, doing what its plan says.

import { openClient } from "../../src/client/client-calls.ts";
import type { FtpClient } from "../../src/client/ftp-client.ts";
import type { Network } from "../../src/platform/network.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { clientParts } from "../support/client-parts.ts";
import { swarmCertificate } from "./certificate.ts";
import type { ClientParts } from "./client-parts.ts";
import { contents } from "./contents.ts";
import { bridgePorts, gatewayPort } from "./place.ts";
import type { EngineClientPlan, EngineStep } from "./plan.ts";
import { viaSsh } from "./via-ssh.ts";

/** Sessions that are lost are made again so often. */
const sessionsMax = 3;

export async function runEngineClient(parts: ClientParts, plan: EngineClientPlan, gateway: string): Promise<void> {
  const { program, place } = parts;
  if (plan.way !== "via") {
    const port = plan.way === "bridge" ? bridgePorts.ftp : gatewayPort;
    return converse(parts, plan, { host: gateway, port, network: program });
  }
  await viaSsh(parts, (ssh) =>
    converse(parts, plan, {
      host: place.target,
      port: 21,
      network: ssh.network,
    }),
  );
}

/** Where the client finds a server that it may speak to. */
interface Reach {
  readonly network: Network;
  readonly host: string;
  readonly port: number;
}

async function converse(parts: ClientParts, plan: EngineClientPlan, reach: Reach): Promise<void> {
  const steps = plan.steps.entries();
  for (let sessions = 0; sessions < sessionsMax && !parts.program.isDead; sessions += 1) {
    const session = await open(parts, plan, reach);
    if (session === undefined) return;
    let isLost = false;
    void session.closed.then(() => {
      isLost = true;
    });
    for (let next = steps.next(); !next.done; next = steps.next()) {
      const [index, step] = next.value;
      await attempt(parts, session, step, `/up-${parts.number}-${index}`);
      if (isLost) break;
    }
    const wasLost = isLost;
    await session[Symbol.asyncDispose]();
    if (!wasLost) return;
  }
}

async function open(parts: ClientParts, plan: EngineClientPlan, reach: Reach): Promise<FtpClient | undefined> {
  const { program, say, fault, isCalm } = parts;
  const { mode, epsv4, pipeline, keepaliveMs, replyMs } = plan;
  const { host, port, network } = reach;
  const tls = plan.tls ? { tls: { ca: swarmCertificate().certificate, servername: "localhost" } } : {};
  const options = { host, port, user: "me", mode, epsv4, pipeline, keepaliveMs, replyMs, ...tls };
  try {
    return await openClient(
      options,
      {
        network,
        clock: program.clock,
        now: () => 0,
        emit: (event) => {
          if (event.type === "ftp.command") say(`> ${event.line}`);
          else if (event.type === "ftp.reply") say(`< ${event.lines.join(" | ")}`);
          else say(JSON.stringify(event));
        },
      },
      clientParts,
    );
  } catch (error) {
    say(`no session: ${words(error)}`);
    if (isCalm || isMistake(error)) fault(`no session: ${words(error)}`);
    return undefined;
  }
}

async function attempt(parts: ClientParts, session: FtpClient, step: EngineStep, path: string): Promise<void> {
  const { say, fault, isCalm, program } = parts;
  try {
    say(`begins ${JSON.stringify(step)}`);
    await perform(parts, session, step, path);
    say("done");
  } catch (error) {
    say(`failed: ${words(error)}`);
    const mayFail = step.do === "give-up" || step.do === "stop-upload" || (step.do === "download" && step.offset > 0);
    if ((isCalm && !mayFail) || isMistake(error)) fault(`${JSON.stringify(step)}: ${words(error)}`);
  }
  if (program.isDead) await session[Symbol.asyncDispose]();
}

async function perform(parts: ClientParts, session: FtpClient, step: EngineStep, path: string): Promise<void> {
  const { plan, number, fault, intended, uploaded, program } = parts;
  switch (step.do) {
    case "download": {
      const { file, ...options } = step;
      const bytes = await collect(session.download(`/file-${file}`, options));
      const expected = contents(plan.files[file] ?? 0, plan.seed + file).subarray(step.offset);
      if (!bytes.equals(expected)) {
        fault(`/file-${file} from ${step.offset}: ${bytes.length} bytes that are not its ${expected.length}`);
      }
      return;
    }
    case "upload": {
      const bytes = contents(step.size, plan.seed * 31 + number);
      intended(path, bytes);
      await session.upload((offset) => pieces(bytes.subarray(offset)), path, step);
      uploaded(path, bytes);
      return;
    }
    case "several": {
      const all = await Promise.all(step.files.map((file) => collect(session.download(`/file-${file}`))));
      for (const [index, bytes] of all.entries()) {
        const file = step.files[index] ?? 0;
        if (!bytes.equals(contents(plan.files[file] ?? 0, plan.seed + file))) fault(`/file-${file} is different`);
      }
      return;
    }
    case "stop-upload": {
      const bytes = contents(step.size, plan.seed * 31 + number);
      const stop = new AbortController();
      intended(path, bytes);
      const cancel = program.clock.after(step.afterMs, () => stop.abort(new Error("given up")));
      await session.upload((offset) => pieces(bytes.subarray(offset)), path, { signal: stop.signal }).finally(cancel);
      uploaded(path, bytes);
      return;
    }
    case "give-up": {
      const download = session.download(`/file-${step.file}`);
      const cancel = program.clock.after(step.afterMs, () => download.destroy(new Error("given up")));
      await collect(download).finally(cancel);
      return;
    }
    case "list":
      if ((await session.list()).entries.length < 2) fault("the listing lacks files");
      return;
    case "names":
      if ((await session.names()).length < 2) fault("the list of names lacks files");
      return;
    case "pwd":
      if ((await session.pwd()) !== "/") fault("PWD is not /");
      return;
    case "size": {
      const size = await session.size(`/file-${step.file}`);
      if (size !== plan.files[step.file] && plan.sftp.sizes === "true") fault(`SIZE of /file-${step.file} is ${size}`);
      return;
    }
    case "wait":
      await new Promise<void>((resolve) => void program.clock.after(step.ms, resolve));
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 30_000) yield bytes.subarray(at, at + 30_000);
}

const words = (error: unknown): string => (isSallyportError(error) ? `${error.code} ${error.message}` : String(error));

/** Not the network's doing, nor the server's. */
const isMistake = (error: unknown): boolean =>
  isSallyportError(error) ? error.code === "INTERNAL" : !(error instanceof Error && error.message === "given up");
