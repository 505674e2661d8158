// One run of the bridge to an FTP server: its files are opened, and served by SSH as `serve --ssh` serves a directory.
import { type FtpFileSystem, openFtpFileSystem } from "../../bridge/ftp-files.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { Server, ServerOptions } from "../../serve/options.ts";
import { signIn, tlsOptions } from "../credentials/sign-in.ts";
import type { Reporter } from "../report/reporter.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { type OpenServer, type RunParts, runServe, serveOwned } from "../serve/run-serve.ts";
import { askPassword } from "../terminal/ask-user.ts";
import type { ToFtpCommand } from "./to-ftp-command.ts";

/** Returns the exit status. Throws what is to be reported to the user. */
export async function runToFtp(
  command: ToFtpCommand,
  io: ProcessIo,
  reporter: Reporter,
  openServer: OpenServer,
): Promise<number> {
  const { target, root } = command;
  const user = target.user === undefined ? "" : `${target.user}@`;
  const port = target.port === undefined ? "" : `:${target.port}`;
  const words = { listenFlag: "--listen", leadsTo: `ftp://${user}${target.host}${port}/${encodeURI(root)}` };
  const open = async (options: ServerOptions, parts: RunParts): Promise<Server> => {
    const files = await openFiles(command, options, parts, io);
    return await serveOwned(files, options, parts, openServer);
  };
  return await runServe(command.serve, io, reporter, open, words);
}

async function openFiles(
  { target, root, mode, tls: kind, tlsCa, via }: ToFtpCommand,
  { trace }: ServerOptions,
  { askUser, tellUser, signal }: RunParts,
  io: ProcessIo,
): Promise<FtpFileSystem> {
  const { host, port } = target;
  const credentials = await signIn(target, {
    env: io.env,
    askPassword: (name) => {
      const otherwise = "without one write the password in ~/.netrc, which only you may read";
      return askPassword({ text: `Password of ${name} at ${host}: `, otherwise }, askUser, signal);
    },
  });
  const ssh = via === undefined ? undefined : { ...via, askUser, tellUser, signal };
  // The signal is no longer aborted once it is open, so that running transfers may finish.
  return await openFtpFileSystem({
    host,
    root,
    mode,
    ...credentials,
    ...(await tlsOptions(kind, tlsCa)),
    ...definedProps({ port, via: ssh, trace }),
    signal,
  });
}
