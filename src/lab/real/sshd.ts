// An SSH server on a host: OpenSSH's, or the one that shares ports.
import { writeFileSync } from "node:fs";
import type { SshdPlan } from "../stage.ts";
import type { Enclosure } from "./enclosure/enclosure.ts";
import type { Program } from "./enclosure/program.ts";
import { prepareSharingSshd, sharingSshdReady } from "./programs/sharing-sshd.ts";
import { sshdConfig } from "./programs/ssh-files.ts";
import type { RealPrograms } from "./real-programs.ts";

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
