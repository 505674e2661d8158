// S18: default data ports through ssh.

import { isSallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Case, Scenario } from "../scenario.ts";
import type { FtpServerPlan, LabClient, SshdPlan, Stage } from "../stage.ts";
import { assertWorks, failsWith, forwarded, works } from "./steps.ts";
import { openTopology, serverAddress } from "./topologies.ts";

const server: FtpServerPlan = { defaultPorts: true };

/** `ssh -L`, and an FTP client behind it. */
async function controlThroughSsh(stage: Stage, sshd: SshdPlan): Promise<LabClient> {
  await stage.ftpServer("server", server);
  await stage.sshd("server", sshd);
  await stage.ssh("client", { to: serverAddress, local: ["2001:localhost:21"] });
  return stage.ftpClient("client", forwarded, { sharesPort: true });
}

/** `ssh -R` from the end of sshd's connection, and from the port below (ProFTPD's), to the client's own. Throws `SSH_FORWARD_REFUSED`. */
async function forwardDataByHand(stage: Stage, user: LabClient): Promise<void> {
  const rows = await stage.netstat("server");
  const sshd = rows.find(({ remote, state }) => remote === "127.0.0.1:21" && state === "ESTABLISHED");
  const port = Number(sshd?.local.split(":")[1]);
  const remote = [port, port - 1].map((one) => `${one}:localhost:${user.local.port}`);
  await stage.ssh("client", { to: serverAddress, remote });
}

const sharing: Case = {
  name: "sharing-sshd",
  title: "by hand, with an sshd that shares ports",
  // ProFTPD and Sallyport's own SSH server, which sets SO_REUSEADDR on both sockets.
  plain: {
    typed: [
      "client$ ssh -N -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "server$ netstat -tan | grep 127.0.0.1:21",
      "client$ ssh -N -R 32714:localhost:3175 -R 32713:localhost:3175 user@203.0.113.3",
      "ftp> sendport",
      "ftp> get file",
      "server$ netstat -tan",
      "ftp> get file",
      "server$ sleep 70; netstat -tan",
      "ftp> get file",
    ],
    script: async (stage) => {
      const user = await controlThroughSsh(stage, { sharesPorts: true });
      await forwardDataByHand(stage, user);
      await stage.netstat("server");
      assertWorks(await user.get("default-port"));
      await stage.wait(limits.labLookMs);
      await stage.netstat("server");
      const second = await user.get("default-port");
      await stage.netstat("server");
      if (second.works) return second;
      await stage.wait(limits.labTimeWaitMs);
      await stage.netstat("server");
      assertWorks(await user.get("default-port"));
      return second;
    },
    expected: failsWith(425),
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "ftp> sendport",
      "ftp> get file",
      "server$ netstat -tan",
      "ftp> get file",
    ],
    // The server is asked for passive mode in place of its default port, so no pair of ports comes twice.
    script: async (stage) => {
      await stage.ftpServer("server", server);
      await stage.sshd("server");
      await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
      const user = await stage.ftpClient("client", forwarded, { sharesPort: true });
      assertWorks(await user.get("default-port"));
      await stage.netstat("server");
      return user.get("default-port");
    },
    expected: works,
  },
};

export const s18: Scenario = {
  number: "S18",
  name: "default-ports-forwarded",
  title: "default data ports through ssh",
  seen: "ssh -R to the port that sshd's forwarded connection comes from is refused, or works for one transfer.",
  why: "sshd has to listen on a port that it already uses as a client. That takes SO_REUSEADDR on both sockets, and a system that allows it.",
  answer:
    "The server is asked for passive mode, and no pair of ports is used twice. With --back default-port Sallyport does what one would do by hand, if the SSH server permits it; otherwise it refuses, and names the condition that failed.",
  topology: openTopology,
  // ProFTPD and OpenSSH, whose sshd does not set SO_REUSEADDR on the connections that it makes.
  plain: {
    typed: [
      "client$ ssh -N -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp localhost 2001",
      "server$ netstat -tan | grep 127.0.0.1:21",
      "client$ ssh -N -R 32714:localhost:3175 -R 32713:localhost:3175 user@203.0.113.3",
      "ftp> sendport",
      "ftp> get file",
    ],
    script: async (stage) => {
      const user = await controlThroughSsh(stage, {});
      try {
        await forwardDataByHand(stage, user);
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
      return (await stage.ftpClient("client", forwarded)).get("PASV");
    },
    expected: works,
  },
  cases: [sharing],
};
