// One run of the FTP server: ask, open, announce it, wait for a signal, close.
import { stat } from "node:fs/promises";
import { aborted, LinkedAbort } from "../../platform/abort.ts";
import type { FileSystem } from "../../platform/file-system.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isLoopback } from "../../protocol/ip-address.ts";
import { limits } from "../../protocol/limits.ts";
import type { Server, ServerOptions, ServerTls } from "../../serve/options.ts";
import type { AskUser } from "../../ssh/ssh-connection.ts";
import { EventLog } from "../../text/event-log.ts";
import { isShown } from "../../text/log-record.ts";
import { readCertificate } from "../credentials/read-certificate.ts";
import { exitStatus } from "../exit-status.ts";
import { type Reporter, thresholdOf } from "../report/reporter.ts";
import { sessionsThatFit } from "../run/open-files.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { type StopRequest, untilStopped } from "../run/stop-request.ts";
import { askPassword, makeAskUser } from "../terminal/ask-user.ts";
import { type TraceWriter, traceOfRun } from "../trace/trace-writer.ts";
import { announceListener, announceSsh } from "./announce.ts";
import type { ServeCommand } from "./serve-command.ts";

/** What a run gives to those who open more than a server. */
export interface RunParts {
  readonly askUser: AskUser;
  readonly tellUser: (line: string) => void;
  /** Ends what opens; not what is open. */
  readonly signal: AbortSignal;
}

export type OpenServer = (options: ServerOptions, parts: RunParts) => Promise<Server>;

/** Serves files that go with their server, also when that cannot be opened. */
export async function serveOwned(
  files: FileSystem & AsyncDisposable,
  options: ServerOptions,
  parts: RunParts,
  openServer: OpenServer,
): Promise<Server> {
  try {
    return await openServer({ ...options, files, owned: files }, parts);
  } catch (error) {
    await files[Symbol.asyncDispose]();
    throw error;
  }
}

const passwordFile = "a server without one takes --password-file, which `sallyport passwd` writes";

/** How a command that serves is spoken of. */
export interface ServeWords {
  /** The option that says where it listens. */
  readonly listenFlag: string;
  /** Where the files are, if not here. */
  readonly leadsTo?: string;
  /** What users say here opens an SSH server, too. */
  readonly carriesSshPasswords?: boolean;
}

/** Returns the exit status. Throws what is to be reported to the user. */
export async function runServe(
  command: ServeCommand,
  io: ProcessIo,
  reporter: Reporter,
  openServer: OpenServer,
  words: ServeWords = { listenFlag: "--listen" },
): Promise<number> {
  return await untilStopped(io.onStopSignal, async (stop) => {
    using writer = traceOfRun(command.output, io, reporter);
    const server = await open(command, io, reporter, openServer, stop, writer);
    await serve(command, io, reporter, stop, server, words);
    return exitStatus.ok;
  });
}

async function open(
  command: ServeCommand,
  io: ProcessIo,
  reporter: Reporter,
  openServer: OpenServer,
  stop: StopRequest,
  writer: TraceWriter | undefined,
): Promise<Server> {
  const ask = makeAskUser({ env: io.env, interrupt: () => stop.request("SIGINT") });
  const users: { name: string; password: string }[] = [];
  for (const name of command.users) {
    const question = { text: `Password for ${name}: `, otherwise: passwordFile };
    users.push({ name, password: await askPassword(question, ask, stop.first) });
  }
  const tls = await readTls(command);
  const events = new EventLog();
  const opening = new LinkedAbort(stop.first);
  const options: ServerOptions = {
    ...command.options,
    sessionsMax: await sessionsThatFit(command.options.sessionsMax, limits.serverSessionsMax, reporter),
    users,
    ...definedProps({ tls }),
    traceTransfers: writer !== undefined || isShown("info", thresholdOf(command.output)),
    trace: (event) => {
      writer?.trace(event);
      for (const record of events.observe(event)) reporter.log(record);
    },
  };
  const tellUser = (line: string): void => reporter.log({ level: "warn", message: line, verbatim: true });
  try {
    return await openServer(options, { askUser: ask, tellUser, signal: opening.signal });
  } finally {
    opening.release();
  }
}

async function serve(
  command: ServeCommand,
  io: ProcessIo,
  reporter: Reporter,
  stop: StopRequest,
  server: Server,
  words: ServeWords,
): Promise<void> {
  try {
    for (const [index, listener] of server.listeners.entries()) {
      const asked = command.options.listen?.[index]?.host;
      io.printLine(announceListener(listener, { asked, json: command.output.json, ...words }));
    }
    for (const line of announceSsh(server, command, words)) io.printLine(line);
    if (words.leadsTo === undefined) warnOfRoot(reporter);
    await warnOfReadableHashes(command, reporter);
    warnOfExposure(command, words, reporter);
    io.becameReady();
    await Promise.race([aborted(stop.first), io.crashed]);
    const closing = server.close({ graceMs: limits.closeGraceMs });
    await Promise.race([closing, aborted(stop.second)]);
  } finally {
    await server[Symbol.asyncDispose]();
  }
  if (command.output.json) io.printLine(JSON.stringify({ event: "closed" }));
}

function warnOfRoot(reporter: Reporter): void {
  if (process.geteuid?.() !== 0) return;
  reporter.log({
    level: "warn",
    message:
      "this server runs as root: clients act on its files with root's rights, and what they upload belongs to root; " +
      "start it as a separate user (ports from 1024 on need no root)",
    fields: { event: "root" },
  });
}

/** Not refused: it lets nobody in, and a group may have to read it. But who reads a hash can guess at home, and nobody waits. */
async function warnOfReadableHashes({ options: { passwordFile } }: ServeCommand, reporter: Reporter): Promise<void> {
  if (passwordFile === undefined || process.platform === "win32") return;
  const stats = await stat(passwordFile).catch(() => undefined);
  if (stats === undefined || (stats.mode & 0o004) === 0) return;
  reporter.log({
    level: "warn",
    message: `every user of this machine can read the hashes in ${passwordFile} and guess passwords with them: chmod o-r ${passwordFile}`,
    fields: { event: "readable-hashes" },
  });
}

function warnOfExposure({ options, requireTls }: ServeCommand, words: ServeWords, reporter: Reporter): void {
  const open = (options.listen ?? []).filter(
    ({ host = "127.0.0.1", implicitTls }) => !isLoopback(host) && !implicitTls,
  );
  if (open.length === 0 || requireTls) return;
  reporter.log({
    level: "warn",
    message:
      "other machines can connect; without TLS (--require-tls) passwords and files cross the network for all to read" +
      (words.carriesSshPasswords === true ? "; these passwords are those of the SSH server" : ""),
    fields: { event: "exposed" },
  });
}

async function readTls({ tls, requireTls, requireReuse }: ServeCommand): Promise<ServerTls | undefined> {
  if (tls === undefined) return undefined;
  return { ...(await readCertificate(tls)), required: requireTls, requireReuse };
}
