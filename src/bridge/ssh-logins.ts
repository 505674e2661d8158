// FTP users who are users of the SSH host: their name and password are tried there, and what they see is theirs.
import { type SshHost, sshHost } from "../connect/ssh-host.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError } from "../protocol/error.ts";
import type { Account, Authenticate } from "../server/account.ts";
import type { SshHostOptions, SshOptions } from "../ssh/ssh-connection.ts";
import { isSshUser } from "../ssh/ssh-settings.ts";
import { KeptSftp } from "./kept-sftp.ts";
import { filesOf, type SftpFileSystemOptions } from "./sftp-files.ts";
import { strictHost } from "./strict-host.ts";

/** Where FTP users log in. */
export interface SshLoginOptions extends SftpFileSystemOptions {
  /** The SSH host. No user, no keys: those are the FTP client's to bring. */
  readonly ssh: Omit<SshOptions, "user" | "identityFiles">;
  /** Receives the lines of the SSH connections. */
  readonly tellUser?: (line: string) => void;
  /** Receives the events of the SSH connections. */
  readonly trace?: SshHostOptions["trace"];
}

/** Nothing of ours may open the door: no key, no agent, no ticket. The password is the client's, and is tried once. */
const passwordOnly: readonly string[] = [
  "PubkeyAuthentication=no",
  "GSSAPIAuthentication=no",
  "HostbasedAuthentication=no",
  "PreferredAuthentications=password,keyboard-interactive",
  "PasswordAuthentication=yes",
  "KbdInteractiveAuthentication=yes",
  "NumberOfPasswordPrompts=1",
  "BatchMode=no",
];

/**
 * Judges FTP logins by an SSH host, for `authenticate` of `openServer`: each session gets an SSH connection, which is closed with it and
 * shared with nobody. Only a refused password counts as one; a host that cannot be reached, or shows a key that is not known, is a 421.
 *
 * @example
 * await using server = await openServer({ authenticate: sshLogins({ ssh: { host: "files.example" } }) });
 */
export function sshLogins(options: SshLoginOptions): Authenticate {
  const { root = "", sync = false, inPlace = false } = options;
  const ssh = passwordHost(options);
  return async ({ user, password }, signal): Promise<Account | undefined> => {
    const [name, secret] = [textOf(user), textOf(password)];
    // A name with a meaning for ssh's configuration (`Match exec`, ProxyCommand) is nobody's.
    if (name === undefined || secret === undefined || !isSshUser(name)) return undefined;
    const kept = new KeptSftp({ host: hostFor(options, { ...ssh, user: name }, secret), root, sync, inPlace });
    try {
      const fileSystem = await filesOf(kept, signal);
      return { fileSystem, owned: fileSystem };
    } catch (error) {
      await kept[Symbol.asyncDispose]();
      if (isSallyportError(error) && error.code === "SSH_AUTH") return undefined;
      throw error;
    }
  };
}

/**
 * Whether anybody could log in there: the host is reached and shows a key that is known. It lets us in without a password, or, as it should, not.
 * Throws `SSH_*`, `NET_*`, or the signal's reason.
 */
export async function checkSshHost(options: SshLoginOptions, signal: AbortSignal): Promise<void> {
  await using host = hostFor(options, passwordHost(options), undefined);
  try {
    await host.ready(signal);
  } catch (error) {
    if (!isSallyportError(error) || error.code !== "SSH_AUTH") throw error;
  }
}

function passwordHost({ ssh }: SshLoginOptions): SshOptions {
  const strict = strictHost(ssh, "yes");
  return { ...strict, options: [...passwordOnly, ...(strict.options ?? [])] };
}

function hostFor({ tellUser, trace }: SshLoginOptions, ssh: SshOptions, secret: string | undefined): SshHost {
  return sshHost({
    ssh,
    // OpenSSH asks on a terminal or through a program that would have to be handed the password; the library is given it here.
    transport: "embedded",
    noCommand: true,
    askUser: async ({ kind, echo, jump }) => (jump !== true && kind === "password" && !echo ? secret : undefined),
    ...definedProps({ tellUser, trace }),
  });
}

/** What the client's bytes say; undefined for what is no UTF-8. */
function textOf(bytes: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}
