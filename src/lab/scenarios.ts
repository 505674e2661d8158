// The twenty known ways in which FTP fails between hosts. Their numbers are cited in tests, guides and messages.
import type { Scenario } from "./scenario.ts";
import { s01 } from "./scenarios/s01-plain-session.ts";
import { s02 } from "./scenarios/s02-control-only.ts";
import { s03 } from "./scenarios/s03-loopback-target-active.ts";
import { s04 } from "./scenarios/s04-loopback-target-passive.ts";
import { s05 } from "./scenarios/s05-loopback-client-active.ts";
import { s06 } from "./scenarios/s06-gateway-ports.ts";
import { s07 } from "./scenarios/s07-illegal-port.ts";
import { s08 } from "./scenarios/s08-pasv-port-theft.ts";
import { s09 } from "./scenarios/s09-client-firewall-active.ts";
import { s10 } from "./scenarios/s10-client-nat-active.ts";
import { s11 } from "./scenarios/s11-nat-helper-blind.ts";
import { s12 } from "./scenarios/s12-server-nat-passive.ts";
import { s13 } from "./scenarios/s13-passive-address.ts";
import { s14 } from "./scenarios/s14-usual-active.ts";
import { s15 } from "./scenarios/s15-passive.ts";
import { s16 } from "./scenarios/s16-third-party.ts";
import { s17 } from "./scenarios/s17-default-ports.ts";
import { s18 } from "./scenarios/s18-default-ports-forwarded.ts";
import { s19 } from "./scenarios/s19-protected-ftp.ts";
import { s20 } from "./scenarios/s20-vanishing-server.ts";

export const scenarios: readonly Scenario[] = [
  s01,
  s02,
  s03,
  s04,
  s05,
  s06,
  s07,
  s08,
  s09,
  s10,
  s11,
  s12,
  s13,
  s14,
  s15,
  s16,
  s17,
  s18,
  s19,
  s20,
];
