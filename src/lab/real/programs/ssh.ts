// ssh and sshd of a real stage, and sallyport as it is typed there.

import { writeFileSync } from "node:fs";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { argumentsOf, type SallyportArgs, type SshArgs } from "../../args.ts";
import type { SshdPlan } from "../../stage.ts";
import type { Enclosure } from "../enclosure/enclosure.ts";
import type { Program } from "../enclosure/program.ts";
import type { RealPrograms } from "../real-programs.ts";
import { sshConfigPath, sshdConfig } from "./ssh-files.ts";

/** Its forwards listen when it resolves. Throws `SSH_FORWARD_REFUSED` when sshd refuses a `-R`. */
export async function startSsh(enclosure: Enclosure, host: string, args: SshArgs): Promise<Program> {
  const program = enclosure.start(host, sshCommand(args));
  try {
    await program.said(sshReady(args));
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

/** What ssh says when all of that is in place. */
function sshReady({ remote = [] }: SshArgs): RegExp {
  // sshd's answers come in the order of the requests.
  const accepted = "(?:[^]*remote forward success for:)".repeat(remote.length);
  return remote.length === 0 ? /Entering interactive session/ : new RegExp(accepted);
}

export function sallyportCommand(program: string, args: SallyportArgs): readonly string[] {
  return [process.execPath, program, "-F", sshConfigPath, ...argumentsOf(args)];
}

// An SSH server on a host: OpenSSH's, or the one that shares ports.
/** Listens when it resolves. */
export async function startSshd(
  enclosure: Enclosure,
  programs: RealPrograms,
  host: string,
  plan: SshdPlan,
): Promise<Program> {
  if (plan.sharesPorts === true) {
    const program = enclosure.start(host, prepareSharingSshd(enclosure, programs.sallyport, plan));
    await program.said(sharingSshdReady);
    return program;
  }
  const config = `${host}.sshd_config`;
  writeFileSync(enclosure.outside(config), sshdConfig(plan));
  const program = enclosure.start(host, ["/usr/sbin/sshd", "-D", "-e", "-f", enclosure.inside(config)]);
  await program.said(/Server listening on .* port 22/);
  return program;
}

// The SSH server of S18, which listens also on ports that are the end of one of its connections. OpenSSH's does not: it
// sets SO_REUSEADDR on the listener only, and Linux wants it on both. Sallyport's own does.
/** The user and scrypt of the password (accounts.ts), as `sallyport passwd` writes it. */
const passwordLine = "me:$scrypt$16384$8$1$gsSGkahgmFDUMANUM6vi7A$10Hiv38wadBq7ETbzc-zqWHEl47zOg8r5STI2uVliig";

function prepareSharingSshd(enclosure: Enclosure, program: string, plan: SshdPlan): readonly string[] {
  const users = "sallyport-users";
  writeFileSync(enclosure.outside(users), `${passwordLine}\n`, { mode: 0o600 });
  return [
    process.execPath,
    program,
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

/** What it says when it listens. */
const sharingSshdReady: RegExp = /^ssh:/m;
