// S09: a packet filter before the client, active mode.

import type { Scenario } from "../scenario.ts";
import { direct, failsWith, throughSallyport, works } from "./steps.ts";
import { filteredTopology } from "./topologies.ts";

export const s09: Scenario = {
  number: "S09",
  name: "client-firewall-active",
  title: "a packet filter before the client, active mode",
  seen: "A long silence, then 425 with Connection timed out.",
  why: "The server is to connect to the client, and the filter drops what comes in unasked.",
  answer:
    "Through SSH nothing has to come in. Without SSH, our client uses passive mode first, where nothing comes in either.",
  topology: filteredTopology,
  // Any server; vsftpd waits connect_timeout (60 s).
  plain: {
    typed: ["client$ ftp -A 203.0.113.3"],
    script: direct("PORT"),
    expected: failsWith(425),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PORT"] }),
    expected: works,
  },
};
