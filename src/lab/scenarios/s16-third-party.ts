// S16: from server to server.

import type { Scenario } from "../scenario.ts";
import { failsWith, serverToServer, works } from "./steps.ts";
import { serverA, serverB, sshHostAddress, twoServersTopology } from "./topologies.ts";

export const s16: Scenario = {
  number: "S16",
  name: "third-party",
  title: "from server to server",
  seen: "500 Illegal PORT command from the one, 425 or 500 from the other; or a wait that ends in 425.",
  why: "The client sends one server the other's address, so that data does not pass through it. Both now see an address that is not their client's, which most refuse; and inside SSH neither may reach the other.",
  answer:
    "Two sessions of one tunnel are joined inside it, though neither server can reach the other. sallyport cp tries it, or else copies through this machine.",
  topology: twoServersTopology,
  // vsftpd and ProFTPD as they come: b compares the address in PORT.
  plain: {
    typed: ["client$ ftp 10.1.0.2", "client$ ftp 10.2.0.2", "ftp> proxy get /file /copy"],
    script: async (stage) => {
      await stage.ftpServer("a");
      await stage.ftpServer("b");
      const a = await stage.ftpClient("client", { host: serverA, port: 21 }, { name: "at-a" });
      return serverToServer(a, await stage.ftpClient("client", { host: serverB, port: 21 }, { name: "at-b" }));
    },
    expected: failsWith(500),
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:10.1.0.2:21 -L 2002:10.2.0.2:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "client$ ftp localhost 2002",
      "ftp> proxy get /file /copy",
    ],
    script: async (stage) => {
      await stage.ftpServer("a");
      await stage.ftpServer("b");
      await stage.sshd("ssh-host");
      const forwards = [`2001:${serverA}:21`, `2002:${serverB}:21`];
      await stage.sallyport("client", { via: sshHostAddress, forwards });
      const a = await stage.ftpClient("client", { host: "127.0.0.1", port: 2001 }, { name: "at-a" });
      return serverToServer(a, await stage.ftpClient("client", { host: "127.0.0.1", port: 2002 }, { name: "at-b" }));
    },
    expected: works,
  },
};
