// Everything that can grow and every wait has a limit: a table for each layer in limits/, with the unit in the name and the
// precedent beside it. docs/reference/limits.md is made from them.
import { bridgeLimits } from "./limits/bridge-limits.ts";
import { clientLimits } from "./limits/client-limits.ts";
import { doctorLimits } from "./limits/doctor-limits.ts";
import { labLimits } from "./limits/lab-limits.ts";
import type { LimitTable } from "./limits/limit.ts";
import { listingLimits } from "./limits/listing-limits.ts";
import { networkLimits } from "./limits/network-limits.ts";
import { programLimits } from "./limits/program-limits.ts";
import { relayLimits } from "./limits/relay-limits.ts";
import { serverLimits } from "./limits/server-limits.ts";
import { sftpClientLimits } from "./limits/sftp-client-limits.ts";
import { sshLimits } from "./limits/ssh-limits.ts";
import { sshServerLimits } from "./limits/ssh-server-limits.ts";

export type LimitName =
  | keyof typeof relayLimits
  | keyof typeof networkLimits
  | keyof typeof sshLimits
  | keyof typeof clientLimits
  | keyof typeof sftpClientLimits
  | keyof typeof listingLimits
  | keyof typeof serverLimits
  | keyof typeof sshServerLimits
  | keyof typeof bridgeLimits
  | keyof typeof programLimits
  | keyof typeof doctorLimits
  | keyof typeof labLimits;

/** The tables with their headings, for the reference page. No name is in two of them. */
export const limitTables: Readonly<Record<string, LimitTable>> = {
  "FTP conversation and gateway": relayLimits,
  "Connections and data connections": networkLimits,
  SSH: sshLimits,
  "FTP client and transfers": clientLimits,
  "SFTP client": sftpClientLimits,
  Listings: listingLimits,
  "FTP server": serverLimits,
  "SSH server": sshServerLimits,
  Bridges: bridgeLimits,
  Program: programLimits,
  Doctor: doctorLimits,
  Lab: labLimits,
};

/** The limits that are in force. */
export const limits: Readonly<Record<LimitName, number>> = Object.freeze(
  Object.fromEntries(
    Object.values(limitTables).flatMap((table) => Object.entries(table).map(([name, { value }]) => [name, value])),
  ) as Record<LimitName, number>,
);
