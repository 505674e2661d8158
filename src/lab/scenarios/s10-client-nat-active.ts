// S10: a NAT before the client, active mode.

import type { Scenario } from "../scenario.ts";
import { direct, failsWith, throughSallyport, trusting, works } from "./steps.ts";
import { clientNatTopology } from "./topologies.ts";

export const s10: Scenario = {
  number: "S10",
  name: "client-nat-active",
  title: "a NAT before the client, active mode",
  seen: "500 Illegal PORT command, or silence and 425; at worst, somebody else's machine gets the connection.",
  why: "PORT names the client's private address, which means nothing, or another machine, where the server is.",
  answer: "As in S09. For a NAT that forwards ports the library can name the outer address (activeAddress).",
  topology: clientNatTopology,
  // vsftpd with port_promiscuous=YES; as it comes it answers 500 Illegal PORT command.
  plain: {
    typed: ["client$ ftp -A 203.0.113.3"],
    script: direct("PORT", trusting),
    expected: failsWith(425),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PORT"] }),
    expected: works,
  },
};
