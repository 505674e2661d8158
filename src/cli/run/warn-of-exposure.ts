// -g opens doors: say which, and to whom.

import { isLoopback } from "../../protocol/ip-address.ts";
import type { Forward } from "../../tunnel/options.ts";
import type { Reporter } from "../report/reporter.ts";

/** One warning for all forwards that listen on more than loopback. */
export function warnOfExposure(forwards: readonly Forward[], reporter: Reporter): void {
  const open = forwards.filter(({ bind = "127.0.0.1" }) => !isLoopback(bind));
  if (open.length === 0) return;
  const servers = open.map(({ host, hostPort }) => `${host}:${hostPort}`).join(" and ");
  reporter.log({
    level: "warn",
    message:
      "-g: control and data listeners can be reached from the network; whoever reaches them reaches " +
      `${servers}; the leg from the client to here is not encrypted`,
    fields: { event: "exposed" },
  });
}
