// ssh and sshd of a real stage, and sallyport as it is typed there.
import { writeFileSync } from "node:fs";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { argumentsOf, type SallyportArgs, type SshArgs } from "../../args.ts";
import type { SshdPlan } from "../../stage.ts";
import { type Enclosure, labDirectory } from "../enclosure/enclosure.ts";
import type { Program } from "../enclosure/program.ts";
import { loginUser } from "./accounts.ts";
import { realPrograms } from "./needed.ts";

/** Its forwards listen when it resolves. Throws `SSH_FORWARD_REFUSED` when sshd refuses a `-R`. */
export async function startSsh(enclosure: Enclosure, host: string, args: SshArgs): Promise<Program> {
  const program = enclosure.start(host, sshCommand(args));
  try {
    await program.logged(sshReady(args));
    return program;
  } catch (error) {
    const refusal = /remote port forwarding failed for listen port \d+/.exec(program.log)?.[0];
    if (refusal === undefined || !isSallyportError(error)) throw error;
    throw new SallyportError("SSH_FORWARD_REFUSED", refusal, { cause: error });
  }
}

// `ssh -N …` and `sallyport …` as they are typed.
/** -v: it then reports when its forwards listen, and when sshd's do. */
function sshCommand(args: SshArgs): readonly string[] {
  return ["ssh", "-F", sshConfigPath, "-v", "-N", "-o", "ExitOnForwardFailure=yes", ...argumentsOf(args)];
}

/** What ssh logs when all of that is in place. */
function sshReady({ remote = [] }: SshArgs): RegExp {
  // sshd's answers come in the order of the requests.
  const accepted = "(?:[^]*remote forward success for:)".repeat(remote.length);
  return remote.length === 0 ? /Entering interactive session/ : new RegExp(accepted);
}

export function sallyportCommand(args: SallyportArgs): readonly string[] {
  return [process.execPath, realPrograms.sallyport, "-F", sshConfigPath, ...argumentsOf(args)];
}

// An SSH server on a host: OpenSSH's, or the one that shares ports.
/** Listens when it resolves. */
export async function startSshd(enclosure: Enclosure, host: string, plan: SshdPlan): Promise<Program> {
  if (plan.sharesPorts === true) {
    const program = enclosure.start(host, prepareSharingSshd(enclosure, plan));
    await program.logged(sharingSshdReady);
    return program;
  }
  const config = `${host}.sshd_config`;
  writeFileSync(enclosure.outside(config), sshdConfig(plan));
  const program = enclosure.start(host, ["/usr/sbin/sshd", "-D", "-e", "-f", enclosure.inside(config)]);
  await program.logged(/Server listening on .* port 22/);
  return program;
}

// The SSH server of S18, which listens also on ports that are the end of one of its connections. OpenSSH's does not: it
// sets SO_REUSEADDR on the listener only, and Linux wants it on both. Sallyport's own does.
/** The user and scrypt of the password (accounts.ts), as `sallyport passwd` writes it. */
const passwordLine = "me:$scrypt$16384$8$1$gsSGkahgmFDUMANUM6vi7A$10Hiv38wadBq7ETbzc-zqWHEl47zOg8r5STI2uVliig";

function prepareSharingSshd(enclosure: Enclosure, plan: SshdPlan): readonly string[] {
  const users = "sallyport-users";
  writeFileSync(enclosure.outside(users), `${passwordLine}\n`, { mode: 0o600 });
  return [
    process.execPath,
    realPrograms.sallyport,
    "serve",
    enclosure.inside("empty"),
    "--listen",
    "127.0.0.1:2121", // it has an FTP server too, which nobody uses here
    "--password-file",
    enclosure.inside(users),
    "--ssh",
    "0.0.0.0:22",
    "--authorized-keys",
    enclosure.inside("authorized_keys"),
    "--host-key",
    enclosure.inside("host_key"),
    "--permit-open",
    "*:*",
    "--gateway-ports",
    plan.gatewayPorts ?? "no",
  ];
}

/** What it prints when it listens. */
const sharingSshdReady: RegExp = /^ssh:/m;

// Configuration of sshd and of every ssh client in a world: own keys, nothing of the machine's.

export const sshConfigPath: string = `${labDirectory}/ssh_config`;

export function sshConfig(): string {
  return [
    "Host *",
    `  User ${loginUser.name}`,
    `  IdentityFile ${labDirectory}/user_key`,
    "  IdentitiesOnly yes",
    "  IdentityAgent none",
    `  UserKnownHostsFile ${labDirectory}/known_hosts`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  UpdateHostKeys no",
    "  AddressFamily inet", // the worlds have no IPv6
    "",
  ].join("\n");
}

export function sshdConfig(plan: SshdPlan): string {
  return [
    "Port 22",
    "AddressFamily inet",
    "LogLevel VERBOSE",
    `HostKey ${labDirectory}/host_key`,
    `AuthorizedKeysFile ${labDirectory}/authorized_keys`,
    `GatewayPorts ${plan.gatewayPorts ?? "no"}`,
    "PidFile none",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "StrictModes no",
    "UsePAM no",
    "PrintMotd no",
    "",
  ].join("\n");
}
