// S13: a server that names an outer address.

import type { Scenario } from "../scenario.ts";
import type { FtpServerPlan } from "../stage.ts";
import { assertWorks, throughSallyport, works } from "./steps.ts";
import { serverNatAddress, serverNatTopology } from "./topologies.ts";

const passivePorts = { first: 50_000, last: 50_009 };
/** wu-ftpd: `passive address 203.0.113.2 0.0.0.0/0`. */
const server: FtpServerPlan = { passiveAddress: { address: serverNatAddress, network: "0.0.0.0/0" }, passivePorts };

export const s13: Scenario = {
  number: "S13",
  name: "passive-address",
  title: "a server that names an outer address",
  seen: "Passive mode works from outside, and through a tunnel the 227 names the outer address, which may not be reachable from within.",
  why: "The address in 227 is chosen by where the control connection comes from. Through SSH it comes from a host inside.",
  answer: "Tunnel and client use the control connection's host, so it does not matter.",
  topology: serverNatTopology(passivePorts),
  // vsftpd with pasv_address, pasv_min_port and pasv_max_port: it listens for data where control came to, at 127.0.0.1, and
  // names its outer address.
  plain: {
    typed: [
      "client$ ftp -p 203.0.113.2",
      "client$ ssh -N -L 2001:localhost:21 user@203.0.113.2",
      "client$ ftp -p localhost 2001",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", server);
      await stage.sshd("server");
      const first = await stage.ftpClient("client", { host: serverNatAddress, port: 21 }, { name: "without-ssh" });
      assertWorks(await first.get("PASV"));
      await stage.ssh("client", { to: serverNatAddress, local: ["2001:localhost:21"] });
      return (await stage.ftpClient("client", { host: "127.0.0.1", port: 2001 }, { name: "through-ssh" })).get("PASV");
    },
    expected: { works: false, reply: 0, system: "ECONNREFUSED", dataBesideSsh: true },
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.2", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV"], via: serverNatAddress, server }),
    expected: works,
  },
};
