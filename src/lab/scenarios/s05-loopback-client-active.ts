// S05: a client at localhost, active mode.

import type { Scenario } from "../scenario.ts";
import { failsWith, throughSallyport, throughSsh, trusting, works } from "./steps.ts";
import { openTopology } from "./topologies.ts";

export const s05: Scenario = {
  number: "S05",
  name: "loopback-client-active",
  title: "a client at localhost, active mode",
  seen: "500 Illegal PORT command, or 425 with Connection refused.",
  why: "The client reached the forward at 127.0.0.1, so its PORT names 127.0.0.1. To the server that is the server's own machine.",
  answer: "PORT goes no further than Sallyport, which connects to the client from here.",
  topology: openTopology,
  // vsftpd with port_promiscuous=YES; as it comes it shows S07.
  plain: {
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PORT", local: "2001:203.0.113.3:21", server: trusting }),
    expected: failsWith(425),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PORT", "EPRT"] }),
    expected: works,
  },
};
