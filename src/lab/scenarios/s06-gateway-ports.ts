// S06: a forward that is open to the network (-g).

import { SallyportError } from "../../protocol/error.ts";
import type { Scenario } from "../scenario.ts";
import { forwarded, isRefused, trusting, works, worksInTheClear } from "./steps.ts";
import { clientAddress, serverAddress, sharedTopology } from "./topologies.ts";

export const s06: Scenario = {
  number: "S06",
  name: "gateway-ports",
  title: "a forward that is open to the network (-g)",
  seen: "Active mode may begin to work, but data is in the clear beside the tunnel, and everybody may use the open port.",
  why: "With -g the client can use the host's real address, so PORT names one that the server can reach, past ssh.",
  answer:
    "Everything listens on the loopback address only. With -g control and data listen on the network, as you asked; Sallyport warns, and data still goes through SSH.",
  topology: sharedTopology,
  // vsftpd with port_promiscuous=YES; as it comes it shows S07.
  plain: {
    typed: [
      "client$ ssh -N -g -L 2001:203.0.113.3:21 user@203.0.113.3",
      "stranger$ ftp 198.51.100.2 2001",
      "client$ ftp 198.51.100.2 2001",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", trusting);
      await stage.sshd("server");
      await stage.ssh("client", { to: serverAddress, local: ["2001:203.0.113.3:21"], isForAll: true });
      await stage.ftpClient("stranger", { host: clientAddress, port: 2001 }, { name: "stranger" });
      return (await stage.ftpClient("client", { host: clientAddress, port: 2001 })).get("PORT");
    },
    expected: worksInTheClear,
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:203.0.113.3:21 user@203.0.113.3",
      "stranger$ ftp 198.51.100.2 2001",
      "client$ sallyport -g -L 2002:203.0.113.3:21 user@203.0.113.3",
      "client$ ftp 198.51.100.2 2002",
    ],
    script: async (stage) => {
      await stage.ftpServer("server");
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:203.0.113.3:21"] });
      const stranger = stage.ftpClient("stranger", { host: clientAddress, port: forwarded.port }, { name: "stranger" });
      if (!(await isRefused(stranger))) throw new SallyportError("INTERNAL", "another host got in without -g");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2002:203.0.113.3:21"], isForAll: true });
      return (await stage.ftpClient("client", { host: clientAddress, port: 2002 })).get("PORT");
    },
    expected: works,
  },
};
