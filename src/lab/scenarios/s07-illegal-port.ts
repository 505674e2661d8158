// S07: the server compares the address in PORT.

import type { Scenario } from "../scenario.ts";
import { failsWith, throughSallyport, throughSsh, works } from "./steps.ts";
import { openTopology } from "./topologies.ts";

export const s07: Scenario = {
  number: "S07",
  name: "illegal-port",
  title: "the server compares the address in PORT",
  seen: "500 Illegal PORT command, 500 Illegal EPRT command.",
  why: "Against bounce attacks, servers connect only to the host that the control connection comes from. Behind a forward, a proxy or a NAT that is not the one that the client names.",
  answer: "The server never sees the client's PORT. Our own client uses passive mode first.",
  topology: openTopology,
  // vsftpd and ProFTPD as they come.
  plain: {
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PORT", local: "2001:203.0.113.3:21" }),
    expected: failsWith(500),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PORT", "EPRT"] }),
    expected: works,
  },
};
