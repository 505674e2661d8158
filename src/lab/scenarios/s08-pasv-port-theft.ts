// S08: the server compares who comes for the data.

import type { Scenario } from "../scenario.ts";
import { failsWith, throughSallyport, throughSsh, works } from "./steps.ts";
import { openTopology } from "./topologies.ts";

export const s08: Scenario = {
  number: "S08",
  name: "pasv-port-theft",
  title: "the server compares who comes for the data",
  seen: "425 Security: Bad IP connecting, or 425 Possible PASV port theft.",
  why: "Control comes from the SSH host and data from the client, past ssh. A server that checks takes the second for port stealing.",
  answer: "Both come from the SSH host. Sallyport's own listeners look just as closely at who comes.",
  topology: openTopology,
  // vsftpd and ProFTPD as they come: TCP connects, and then they look who it is.
  plain: {
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PASV", local: "2001:203.0.113.3:21" }),
    expected: failsWith(425, true),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV", "EPSV"], forward: "2001:203.0.113.3:21" }),
    expected: works,
  },
};
