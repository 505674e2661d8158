// The twenty known ways in which FTP fails between hosts. Their numbers are cited in tests, guides and messages.
import type { Scenario } from "./scenario.ts";
import { s09, s10, s11, s12, s13 } from "./scenarios/firewalls-and-nat.ts";
import { s01, s02, s03, s04, s05, s06, s07, s08 } from "./scenarios/forwarded-ports.ts";
import { s18 } from "./scenarios/s18-default-ports-forwarded.ts";
import { s19 } from "./scenarios/s19-protected-ftp.ts";
import { s20 } from "./scenarios/s20-vanishing-server.ts";
import { s14, s15, s16, s17 } from "./scenarios/transfer-modes.ts";

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
