// S18: default data ports through ssh.
import { isSallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Case, Scenario } from "../scenario.ts";
import type { LabClient, Stage } from "../stage.ts";
import { assertWorks, failsWith, get, run, type Session, works } from "./sessions.ts";
import { openTopology, serverAddress } from "./topologies.ts";

const server = { defaultPorts: true };
/** Our own SSH server (sallyport serve --ssh), which sets SO_REUSEADDR on both sockets. */
const sshd = { sharesPorts: true };

/** `ssh -R` from the end of sshd's connection, and from the port below (ProFTPD's), to the client's own. Throws `SSH_FORWARD_REFUSED`. */
async function forwardDataByHand(stage: Stage, client: LabClient): Promise<void> {
  const rows = await stage.netstat("server");
  const end = rows.find(({ remote, state }) => remote === "127.0.0.1:21" && state === "ESTABLISHED");
  const port = Number(end?.local.split(":")[1]);
  const remote = [port, port - 1].map((one) => `${one}:localhost:${client.local.port}`);
  await stage.ssh("client", { to: serverAddress, remote });
}

/** `ssh -L`, and what is typed to have the data connections go through ssh too. */
const byHand: Session = {
  ssh: { local: ["2001:localhost:21"] },
  sharesPort: true,
  commands: [
    "server$ netstat -tan | grep 127.0.0.1:21",
    "client$ ssh -N -R 32714:localhost:3175 -R 32713:localhost:3175 user@203.0.113.3",
    "ftp> sendport",
    "ftp> get file",
  ],
  transfer: async (client, { stage }) => {
    await forwardDataByHand(stage, client).catch((error: unknown) => {
      if (!isSallyportError(error) || error.code !== "SSH_FORWARD_REFUSED") throw error;
    });
    return client.get("default-port");
  },
};

const sharing: Case = {
  name: "sharing-sshd",
  title: "by hand, with an sshd that shares ports",
  // ProFTPD and Sallyport's own SSH server.
  plain: {
    ...run(
      { server, sshd },
      {
        ...byHand,
        commands: [
          ...(byHand.commands ?? []),
          "server$ netstat -tan",
          "ftp> get file",
          "server$ sleep 70; netstat -tan",
          "ftp> get file",
        ],
        transfer: async (client, { stage }) => {
          await forwardDataByHand(stage, client);
          await stage.netstat("server");
          assertWorks(await client.get("default-port"));
          await stage.wait(limits.labLookMs);
          await stage.netstat("server");
          const second = await client.get("default-port");
          await stage.netstat("server");
          if (second.works) return second;
          await stage.wait(limits.labTimeWaitMs);
          await stage.netstat("server");
          assertWorks(await client.get("default-port"));
          return second;
        },
      },
    ),
    expected: failsWith(425),
  },
  // The server is asked for passive mode in place of its default port, so no pair of ports comes twice.
  sallyport: {
    ...run(
      { server },
      {
        sallyport: {},
        sharesPort: true,
        commands: ["ftp> sendport", "ftp> get file", "server$ netstat -tan", "ftp> get file"],
        transfer: async (client, { stage }) => {
          assertWorks(await client.get("default-port"));
          await stage.netstat("server");
          return client.get("default-port");
        },
      },
    ),
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
  plain: { ...run({ server }, byHand), expected: failsWith(425) },
  sallyport: {
    ...run({ server, sshd }, { sallyport: { back: "default-port" }, commands: ["ftp> get file"], ...get("PASV") }),
    expected: works,
  },
  cases: [sharing],
};
