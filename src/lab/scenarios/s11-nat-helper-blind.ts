// S11: a NAT that helps FTP.

import type { Scenario } from "../scenario.ts";
import { assertWorks, failsWith, throughSallyport, trusting, works } from "./steps.ts";
import { helperNatTopology, privateClientAddress, serverAddress } from "./topologies.ts";

export const s11: Scenario = {
  number: "S11",
  name: "nat-helper-blind",
  title: "a NAT that helps FTP",
  seen: "Active FTP works without ssh, and fails through it.",
  why: "The NAT reads the conversation and rewrites PORT (nf_nat_ftp in Linux). Inside SSH or TLS it can read nothing.",
  answer: "No help from the NAT is needed: all of it is one SSH connection.",
  topology: helperNatTopology,
  // vsftpd with port_promiscuous=YES; the very PORT that the helper rewrites outside of ssh stays as it is inside.
  plain: {
    typed: [
      "client$ ftp -A 203.0.113.3",
      "client$ ssh -N -L 192.168.1.2:2001:203.0.113.3:21 user@203.0.113.3",
      "client$ ftp -A 192.168.1.2 2001",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", trusting);
      await stage.sshd("server");
      const first = await stage.ftpClient("client", { host: serverAddress, port: 21 }, { name: "without-ssh" });
      assertWorks(await first.get("PORT"));
      await stage.ssh("client", { to: serverAddress, local: [`${privateClientAddress}:2001:${serverAddress}:21`] });
      const user = await stage.ftpClient("client", { host: privateClientAddress, port: 2001 }, { name: "through-ssh" });
      return user.get("PORT");
    },
    expected: failsWith(425, true),
  },
  sallyport: {
    typed: ["client$ sallyport -L 2001:localhost:21 user@203.0.113.3", "client$ ftp localhost 2001"],
    script: throughSallyport({ modes: ["PORT"] }),
    expected: works,
  },
};
