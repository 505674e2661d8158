// S04: a forward to localhost, passive mode.

import type { Scenario } from "../scenario.ts";
import { throughSallyport, throughSsh, works } from "./steps.ts";
import { openTopology } from "./topologies.ts";

export const s04: Scenario = {
  number: "S04",
  name: "loopback-target-passive",
  title: "a forward to localhost, passive mode",
  seen: "The client reports Connection refused after 227 or 229.",
  why: "The server names a port of 127.0.0.1, or of the host that the client takes for the server: both are the client's own machine, where nobody listens on it.",
  answer: "227 and 229 name a port of Sallyport's, at the address where the client has reached it.",
  topology: openTopology,
  // vsftpd and ProFTPD as they come.
  plain: {
    typed: ["client$ ssh -N -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PASV", local: "2001:localhost:21" }),
    expected: { works: false, reply: 0, system: "ECONNREFUSED", dataBesideSsh: false },
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV", "EPSV"] }),
    expected: works,
  },
};
