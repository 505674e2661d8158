// One run of the bridge: the SFTP server's files are opened, and served as `serve` serves a directory.
import { openSftpFileSystem } from "../../bridge/sftp-files.ts";
import { checkSshHost, sshLogins } from "../../bridge/ssh-logins.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { Server, ServerOptions } from "../../serve/options.ts";
import { targetOf } from "../../ssh/ssh-connection.ts";
import type { Reporter } from "../report/reporter.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { type OpenServer, type RunParts, runServe, serveOwned } from "../serve/run-serve.ts";
import type { BridgeCommand } from "./bridge-command.ts";

/** Returns the exit status. Throws what is to be reported to the user. */
export async function runBridge(
  command: BridgeCommand,
  io: ProcessIo,
  reporter: Reporter,
  openServer: OpenServer,
): Promise<number> {
  const open = command.logins === "ssh" ? openForSshUsers : openForLocalUsers;
  const about = {
    listenFlag: "-L",
    leadsTo: `sftp://${placeOf(command)}`,
    carriesSshPasswords: command.logins === "ssh",
  };
  return await runServe(
    command.serve,
    io,
    reporter,
    (options, parts) => open(command, options, parts, openServer),
    about,
  );
}

async function openForLocalUsers(
  { host, root, fsync: sync, inPlace }: BridgeCommand,
  options: ServerOptions,
  parts: RunParts,
  openServer: OpenServer,
): Promise<Server> {
  const { askUser, tellUser, signal } = parts;
  const { trace } = options;
  const asked = { ...host, askUser, tellUser, signal, ...definedProps({ trace }) };
  const files = await openSftpFileSystem(asked, { root, sync, inPlace });
  return await serveOwned(files, options, parts, openServer);
}

/** A mistake in the destination is said before the first user meets it. */
async function openForSshUsers(
  { host: { ssh }, root, fsync: sync, inPlace }: BridgeCommand,
  options: ServerOptions,
  parts: RunParts,
  openServer: OpenServer,
): Promise<Server> {
  const logins = { ssh, root, sync, inPlace, tellUser: parts.tellUser, ...definedProps({ trace: options.trace }) };
  await checkSshHost(logins, parts.signal);
  return await openServer({ ...options, authenticate: sshLogins(logins) }, parts);
}

/** As a URL: what is relative begins at `~`. */
function placeOf({ host: { ssh }, root }: BridgeCommand): string {
  const path = root.startsWith("/") ? root : `/~/${root}`;
  return `${targetOf(ssh)}${ssh.port === undefined ? "" : `:${ssh.port}`}${encodeURI(path)}`;
}
