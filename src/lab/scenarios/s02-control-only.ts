// S02: only the control connection is forwarded.

import type { Scenario } from "../scenario.ts";
import { throughSallyport, throughSsh, trusting, works, worksInTheClear } from "./steps.ts";
import { openTopology } from "./topologies.ts";

export const s02: Scenario = {
  number: "S02",
  name: "control-only",
  title: "only the control connection is forwarded",
  seen: "With ssh -L 2001:server:21 the login works, then the first listing hangs, fails, or goes past ssh in the clear.",
  why: "FTP opens another TCP connection for each listing and file, on ports that are agreed on inside the conversation. ssh forwards the one port that it was given.",
  answer: "The tunnel reads the conversation and carries every data connection through the same SSH connection.",
  topology: openTopology,
  // vsftpd with pasv_promiscuous=YES: the data connection is made, past ssh.
  plain: {
    typed: ["client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSsh({ mode: "PASV", local: "2001:203.0.113.3:21", server: trusting }),
    expected: worksInTheClear,
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV"] }),
    expected: works,
  },
};
