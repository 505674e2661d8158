// S03: a forward to localhost, active mode.

import type { Scenario } from "../scenario.ts";
import { failsWith, throughSallyport, throughSsh, trusting, works } from "./steps.ts";
import { clientAddress, openTopology } from "./topologies.ts";

/** The client reaches the forward at its real address, so its PORT names that. */
const at = { host: clientAddress, port: 2001 };

export const s03: Scenario = {
  number: "S03",
  name: "loopback-target-active",
  title: "a forward to localhost, active mode",
  seen: "425 Can't build data connection: Cannot assign requested address, or Connection refused.",
  why: "The server was reached at 127.0.0.1 and connects back from there. From a loopback address no other host can be reached, and its client seems to be itself.",
  answer: "The server is asked for passive mode instead, and Sallyport connects to the client.",
  topology: openTopology,
  // vsftpd with port_promiscuous=YES: it binds the data socket to the address at which it was reached, 127.0.0.1:20.
  plain: {
    typed: ["client$ ssh -N -L 198.51.100.2:2001:localhost:21 user@203.0.113.3", "client$ ftp 198.51.100.2 2001"],
    script: throughSsh({ mode: "PORT", local: "198.51.100.2:2001:localhost:21", at, server: trusting }),
    expected: failsWith(425),
  },
  sallyport: {
    typed: ["client$ sallyport -g -L 198.51.100.2:2001:localhost:21 user@203.0.113.3", "client$ ftp 198.51.100.2 2001"],
    script: throughSallyport({ modes: ["PORT"], forward: "198.51.100.2:2001:localhost:21", at, isForAll: true }),
    expected: works,
  },
};
