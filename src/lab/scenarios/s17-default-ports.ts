// S17: default data ports.

import type { Scenario } from "../scenario.ts";
import type { FtpServerPlan } from "../stage.ts";
import { assertWorks, failsWith, forwarded, works } from "./steps.ts";
import { openTopology, serverAddress } from "./topologies.ts";

const server: FtpServerPlan = { defaultPorts: true };

export const s17: Scenario = {
  number: "S17",
  name: "default-ports",
  title: "default data ports",
  seen: "Without PORT the first transfer works, and the second fails: 425 with Address already in use or Cannot assign requested address.",
  why: "The server connects from its port 20 to the port of the client's control connection (RFC 959 section 3.2). TCP keeps such a pair of ports after its use for up to four minutes (TIME_WAIT), and some systems let nobody listen there at all.",
  answer: "Client, tunnel and server can do it (--default-port), wait as long as TCP wants, and say so.",
  topology: openTopology,
  // ProFTPD; vsftpd has no default data ports. Where TIME_WAIT may be reused (time stamps), the second one works too.
  plain: {
    typed: ["client$ ftp 203.0.113.3", "ftp> sendport", "ftp> get file", "ftp> get file"],
    script: async (stage) => {
      await stage.ftpServer("server", server);
      const user = await stage.ftpClient("client", { host: serverAddress, port: 21 }, { sharesPort: true });
      assertWorks(await user.get("default-port"));
      return user.get("default-port");
    },
    expected: failsWith(425, true),
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "ftp> sendport",
      "ftp> get file",
      "ftp> get file",
    ],
    script: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
      const user = await stage.ftpClient("client", forwarded, { sharesPort: true });
      assertWorks(await user.get("default-port"));
      return user.get("default-port");
    },
    expected: works,
  },
};
