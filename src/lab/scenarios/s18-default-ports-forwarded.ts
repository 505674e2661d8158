// S18: default data ports through ssh.

import { isSallyportError } from "../../protocol/error.ts";
import type { Scenario } from "../scenario.ts";
import type { FtpServerPlan } from "../stage.ts";
import { openPlace, serverAddress } from "./places.ts";
import { failsWith, forwarded, works } from "./steps.ts";

const server: FtpServerPlan = { defaultPorts: true };

export const s18: Scenario = {
  number: "S18",
  name: "default-ports-forwarded",
  title: "default data ports through ssh",
  seen: "ssh -R to the port that sshd's forwarded connection comes from is refused, or works for one transfer.",
  why: "sshd has to listen on a port that it uses as a client already. For that both sockets need SO_REUSEADDR, and a system that tolerates it.",
  answer: "It is done where the SSH server permits it, else refused with the condition that has failed.",
  topology: openPlace,
  // ProFTPD and OpenSSH, whose sshd does not set SO_REUSEADDR on the connections that it makes.
  plain: {
    typed: [
      "client$ ssh -N -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "server$ netstat -tan | grep 127.0.0.1:21",
      "client$ ssh -N -R 32714:localhost:3175 user@203.0.113.3",
      "ftp> sendport",
      "ftp> get file",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", server);
      await stage.sshd("server");
      await stage.ssh("client", { to: serverAddress, local: ["2001:localhost:21"] });
      const user = await stage.user("client", forwarded, { sharesPort: true });
      const rows = await stage.netstat("server");
      const sshd = rows.find(({ remote, state }) => remote === "127.0.0.1:21" && state === "ESTABLISHED");
      const port = sshd?.local.split(":")[1] ?? "0";
      const remote = [`${port}:localhost:${user.local.port}`];
      try {
        await stage.ssh("client", { to: serverAddress, remote });
      } catch (error) {
        if (!isSallyportError(error) || error.code !== "SSH_FORWARD_REFUSED") throw error;
      }
      return user.get("default-port");
    },
    expected: failsWith(425),
  },
  sallyport: {
    typed: [
      "client$ sallyport --back default-port -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "ftp> get file",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", server);
      // Our own SSH server (sallyport serve --ssh) does.
      await stage.sshd("server", { sharesPorts: true });
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"], back: "default-port" });
      return (await stage.user("client", forwarded)).get("PASV");
    },
    expected: works,
  },
};
