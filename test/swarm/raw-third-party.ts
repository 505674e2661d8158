// A file from one session to another one, both of the same client through the same gateway: PASV here, PORT there.
import type { HostPort } from "../../src/protocol/host-port.ts";
import { parse227, parse229 } from "../../src/protocol/passive-reply.ts";
import type { ClientParts } from "./client-parts.ts";
import { contents } from "./contents.ts";
import { never } from "./program.ts";
import { RawControl } from "./raw-control.ts";
import { announce } from "./raw-data.ts";

export async function thirdParty(parts: ClientParts, source: RawControl, file: number, path: string): Promise<void> {
  const { program, plan, uploaded, intended, say } = parts;
  const { host, port } = source.connection.remote;
  const connection = await program.connect({ host, port, signal: never }).catch(() => undefined);
  if (connection === undefined) return;
  const conversation = parts.conversation();
  const sink = new RawControl(connection, program, conversation, (text) => say(`(sink) ${text}`));
  const bytes = contents(plan.files[file] ?? 0, plan.seed + file);
  if ((await sink.reply())?.code === 220) {
    await sink.ask("USER me");
    await sink.ask("PASS secret");
    await sink.ask("TYPE I");
    await source.ask("TYPE I");
    const to = await listening(sink);
    const verb = host.includes(":") ? "EPRT" : "PORT";
    if (to !== undefined && (await source.ask(announce(verb, to)))?.code === 200) {
      intended(path, bytes);
      sink.say([`STOR ${path}`]);
      source.say([`RETR /file-${file}`]);
      const [stored, sent] = await Promise.all([sink.final(), source.final()]);
      if (stored !== undefined && stored.code < 300) uploaded(path, bytes);
      const isOk = stored?.code === 226 && sent?.code === 226;
      if (parts.isCalm && hasRoom(parts) && !isOk) parts.fault(`third party: ${sent?.lines} and ${stored?.lines}`);
    }
    await sink.ask("QUIT");
  }
  await connection[Symbol.asyncDispose]();
  for (const text of conversation.faults(false)) parts.fault(`(sink) ${text}`);
}

/** Where the sink waits, told by PASV or EPSV. */
async function listening(sink: RawControl): Promise<HostPort | undefined> {
  const { host } = sink.connection.remote;
  const passive = await sink.ask(host.includes(":") ? "EPSV" : "PASV");
  if (passive?.code === 227) return parse227(passive);
  return passive?.code === 229 ? { host, port: parse229(passive) } : undefined;
}

/** For a session more than there are clients. */
const hasRoom = ({ plan: { gateway, clients } }: ClientParts): boolean =>
  gateway.sessionsMax > 2 * clients.length && gateway.passivePorts !== 1;
