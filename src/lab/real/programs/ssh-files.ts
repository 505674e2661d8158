// Configuration of sshd and of every ssh client in a world: own keys, nothing of the machine's.
import type { SshdPlan } from "../../stage.ts";
import { labDirectory } from "../enclosure/keeper.ts";
import { loginUser } from "./accounts.ts";

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
