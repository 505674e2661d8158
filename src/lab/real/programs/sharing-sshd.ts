// The SSH server of S18, which listens also on ports that are the end of one of its connections. OpenSSH's does not: it
// sets SO_REUSEADDR on the listener only, and Linux wants it on both. Sallyport's own does.
import { writeFileSync } from "node:fs";
import type { SshdPlan } from "../../stage.ts";
import type { Enclosure } from "../enclosure/enclosure.ts";

/** The user and scrypt of the password (accounts.ts), as `sallyport passwd` writes it. */
const passwordLine = "me:$scrypt$16384$8$1$gsSGkahgmFDUMANUM6vi7A$10Hiv38wadBq7ETbzc-zqWHEl47zOg8r5STI2uVliig";

export function prepareSharingSshd(enclosure: Enclosure, program: string, plan: SshdPlan): readonly string[] {
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
export const sharingSshdReady: RegExp = /^ssh:/m;
