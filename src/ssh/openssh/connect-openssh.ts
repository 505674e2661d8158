// Starts the system's ssh and takes its connection over.
import { closeSync, existsSync, openSync } from "node:fs";
import { abortablePromise } from "../../platform/abort.ts";
import type { Clock } from "../../platform/clock.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import {
  type ConnectSsh,
  type SshConnection,
  type SshEnvironment,
  type SshOptions,
  targetOf,
} from "../ssh-connection.ts";
import { checkSshOptions } from "../ssh-settings.ts";
import { watchBanner } from "./banner-lines.ts";
import { type EffectiveSettings, readEffectiveSettings } from "./effective-settings.ts";
import { findOpenSsh } from "./find-openssh.ts";
import { masterArguments } from "./master-arguments.ts";
import { type Master, OpenSshConnection } from "./openssh-connection.ts";
import { SharedConnection } from "./shared-connection.ts";
import { makeSocketDirectory, type SocketDirectory } from "./socket-directory.ts";
import { explainFailure } from "./ssh-failure.ts";
import { audienceOf, SshMessages, serverAddressReader, serverSoftwareReader } from "./ssh-messages.ts";
import { SshProcess } from "./ssh-process.ts";
import { findUserMaster } from "./user-master.ts";

/**
 * The system's own ssh as a network: the user's configuration, agent, jump hosts and host keys, and ssh's own questions on
 * the terminal. Throws SSH_* with a hint, USAGE_INVALID for words that ssh would misunderstand, or the signal's reason.
 */
export const connectOpenSsh: ConnectSsh = async (options, environment, signal) => {
  signal.throwIfAborted();
  checkSshOptions(options);
  const found = await findOpenSsh();
  if (!found.usable) throw missing(found.reason);
  const target = targetOf(options);
  environment.emit({ type: "ssh.connecting", target, transport: "openssh" });
  const settings = await readEffectiveSettings(found.program, options, signal);
  const { clock, sharesMaster = false } = environment;
  const master = sharesMaster ? await findUserMaster(settings, clock, signal) : undefined;
  const directory = makeSocketDirectory();
  try {
    if (master === undefined) return await connectIn(directory, found.program, options, settings, environment, signal);
    environment.emit({ type: "ssh.connected", target, transport: "openssh", master: master.path });
    return new SharedConnection({ target, program: found.program, master, directory, environment });
  } catch (error) {
    directory.remove();
    throw error;
  }
};

async function connectIn(
  directory: SocketDirectory,
  program: string,
  options: SshOptions,
  settings: EffectiveSettings,
  environment: SshEnvironment,
  signal: AbortSignal,
): Promise<SshConnection> {
  const target = targetOf(options);
  const messages = new SshMessages(audienceOf(options, settings), environment.tellUser ?? (() => {}));
  const serverAddress = serverAddressReader(messages);
  const serverSoftware = serverSoftwareReader(messages);
  const socketPath = directory.file("m");
  const args = masterArguments(options, { socketPath, settings, canAsk: canAskUser() });
  using banner = watchBanner(messages, settings, environment.clock, messages.notify);
  const process = new SshProcess(program, args, directory.path, messages, environment.clock);
  try {
    await Promise.race([untilListening(process, socketPath, environment.clock, signal), banner.failed]);
    const master: Master = { target, process, messages, directory, socketPath, serverAddress, serverSoftware };
    const connection = await OpenSshConnection.open(master, environment);
    environment.emit({ type: "ssh.connected", target, transport: "openssh" });
    return connection;
  } catch (error) {
    const endedItself = !process.isRunning;
    await process.stop(0);
    signal.throwIfAborted();
    throw endedItself ? explainFailure(target, messages.recentLines, "SSH_CONNECT") : error;
  }
}

/** Resolves when ssh listens on its socket; rejects when it ends before, or with the signal's reason. */
function untilListening(process: SshProcess, path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  return abortablePromise(signal, (resolve, reject) => {
    let cancel = (): void => {};
    const look = (): void => {
      if (existsSync(path)) resolve();
      // ssh reports to nobody that it is ready.
      else cancel = clock.after(limits.sshSocketLookMs, look);
    };
    void process.ended.then(() => reject(new Error("ssh has ended")));
    look();
    return () => cancel();
  });
}

function missing(reason: string): SallyportError {
  return new SallyportError("SSH_PROGRAM_MISSING", `the system's ssh cannot be used: ${reason}`, {
    hint: "Install OpenSSH 7.4 or later, or use --ssh embedded.",
  });
}

/** Can ssh ask the user something? It asks on /dev/tty whatever its standard input is, or through the program that SSH_ASKPASS names. */
function canAskUser(): boolean {
  return hasTerminal() || (process.env["SSH_ASKPASS"] ?? "") !== "";
}

/** A process without a controlling terminal cannot open /dev/tty (ENXIO). */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r+"));
    return true;
  } catch {
    return false;
  }
}
