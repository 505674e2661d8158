// S20: somebody goes away in mid-transfer.

import type { Case, Run, Scenario } from "../scenario.ts";
import type { LabClient, RunningProgram, Stage, TransferResult } from "../stage.ts";
import { failsWith, forwarded, trusting } from "./steps.ts";
import { openTopology, serverAddress } from "./topologies.ts";

const middleBytes = 1_000_000;

/** Nobody takes the part of the file for the whole. */
const rightly = "reported as a break";

/** A download in whose middle somebody goes away. */
const begin = (user: LabClient, victim: RunningProgram): Promise<TransferResult> =>
  user.get("PASV", "/big", { afterBytes: middleBytes, happens: () => victim.vanish() });

interface Ready {
  readonly server: RunningProgram;
  readonly sshd: RunningProgram;
  readonly user: LabClient;
}

async function ready(stage: Stage): Promise<Ready> {
  const server = await stage.ftpServer("server");
  const sshd = await stage.sshd("server");
  await stage.sallyport("client", { via: serverAddress, forwards: ["2001:localhost:21"] });
  return { server, sshd, user: await stage.ftpClient("client", forwarded) };
}

/** The download through Sallyport in whose middle a program of the server is killed. */
const downloadLosing = (victim: "server" | "sshd", pid: string): Run => ({
  typed: [
    "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
    "client$ ftp -p localhost 2001",
    "ftp> get big",
    `server# kill -9 ${pid}`,
  ],
  script: async (stage) => {
    const there = await ready(stage);
    return begin(there.user, there[victim]);
  },
  expected: { works: false, reply: 421, system: "ECONNRESET", dataBesideSsh: false },
  rightly,
});

const sshLost: Case = {
  name: "ssh-lost",
  title: "the SSH connection goes away",
  // vsftpd with pasv_promiscuous=YES: the file comes whole, beside ssh, and nobody says so.
  plain: {
    typed: [
      "client$ ssh -N -L 2001:203.0.113.3:21 user@203.0.113.3",
      "client$ ftp -p localhost 2001",
      "ftp> get big",
      "server# kill -9 PID-OF-SSHD",
    ],
    script: async (stage) => {
      await stage.ftpServer("server", trusting);
      const sshd = await stage.sshd("server");
      await stage.ssh("client", { to: serverAddress, local: ["2001:203.0.113.3:21"] });
      return begin(await stage.ftpClient("client", forwarded), sshd);
    },
    expected: { works: false, reply: 0, dataBesideSsh: true },
  },
  sallyport: downloadLosing("sshd", "PID-OF-SSHD"),
};

const clientGone: Case = {
  name: "client-gone",
  title: "the client aborts an upload",
  plain: {
    typed: ["client$ ftp -p 203.0.113.3", "ftp> put big", "^C"],
    script: async (stage) => {
      await stage.ftpServer("server");
      const user = await stage.ftpClient("client", { host: serverAddress, port: 21 });
      return user.put("PASV", "/upload", { breakAfterBytes: 10_000 });
    },
    expected: failsWith(426, true),
    rightly,
  },
  sallyport: {
    typed: [
      "client$ sallyport -L 2001:localhost:21 user@203.0.113.3",
      "client$ ftp -p localhost 2001",
      "ftp> put big",
      "^C",
    ],
    script: async (stage) => {
      const { user } = await ready(stage);
      return user.put("PASV", "/upload", { breakAfterBytes: 10_000 });
    },
    expected: failsWith(426),
    rightly,
  },
};

export const s20: Scenario = {
  number: "S20",
  name: "vanishing-server",
  title: "somebody goes away in mid-transfer",
  seen: "A file that looks complete and is not.",
  why: "In FTP, the end of the data connection marks the end of the file. A server, an SSH connection or a client that dies ends it, too.",
  answer:
    "A connection that breaks is passed on as a break, never as a clean close with 226. The client takes a file for complete only after 226 and when its size is right; --resume and reget continue where it stopped.",
  topology: openTopology,
  // vsftpd: the system closes the sockets of a process that was killed, and the end of the data looks like the end of the file.
  plain: {
    typed: ["client$ ftp -p 203.0.113.3", "ftp> get big", "server# kill -9 PID-OF-FTP-SERVER"],
    script: async (stage) => {
      const server = await stage.ftpServer("server");
      return begin(await stage.ftpClient("client", { host: serverAddress, port: 21 }), server);
    },
    expected: { works: false, reply: 0, dataBesideSsh: true },
  },
  sallyport: downloadLosing("server", "PID-OF-FTP-SERVER"),
  cases: [sshLost, clientGone],
};
