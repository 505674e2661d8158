// S12: a NAT before the server, passive mode.

import type { Scenario } from "../scenario.ts";
import { throughSallyport, works } from "./steps.ts";
import { serverNatAddress, serverNatTopology } from "./topologies.ts";

export const s12: Scenario = {
  number: "S12",
  name: "server-nat-passive",
  title: "a NAT before the server, passive mode",
  seen: "The client waits for a connection to 10.x, 172.16.x or 192.168.x, an address that it got from the 227.",
  why: "The server knows only its inner address. Passive mode then works for clients inside its network.",
  answer:
    "The address in 227 is not followed: data goes to the host that the control connection goes to. The NAT has to forward the server's passive ports, unless SSH goes to a host behind it.",
  topology: serverNatTopology(),
  // vsftpd and ProFTPD without pasv_address or MasqueradeAddress.
  plain: {
    typed: ["client$ ftp -p 203.0.113.2"],
    script: async (stage) => {
      await stage.ftpServer("server");
      return (await stage.ftpClient("client", { host: serverNatAddress, port: 21 })).get("PASV");
    },
    expected: { works: false, reply: 0, system: "ENETUNREACH", dataBesideSsh: false },
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.2", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PASV"], via: serverNatAddress }),
    expected: works,
  },
};
