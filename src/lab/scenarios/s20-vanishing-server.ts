// S20: somebody goes away in mid-transfer.
import type { Case, Run, Scenario } from "../scenario.ts";
import { failsWith, run, type Session, trusting } from "./sessions.ts";
import { openTopology } from "./topologies.ts";

const middleBytes = 1_000_000;

/** Nobody takes the part of the file for the whole. */
const rightly = "reported as a break";

/** A download in whose middle a program of the server is killed. */
const downloadLosing = (victim: "server" | "sshd"): Session => ({
  option: "-p",
  commands: ["ftp> get big", `server# kill -9 PID-OF-${victim === "sshd" ? "SSHD" : "FTP-SERVER"}`],
  transfer: (client, scene) =>
    client.get("PASV", "/big", { afterBytes: middleBytes, happens: async () => scene[victim]?.vanish() }),
});

/** The same through Sallyport. */
const brokenDownload = (victim: "server" | "sshd"): Run => ({
  ...run({}, { sallyport: {}, ...downloadLosing(victim) }),
  expected: { works: false, reply: 421, system: "ECONNRESET", dataBesideSsh: false },
  rightly,
});

const sshLost: Case = {
  name: "ssh-lost",
  title: "the SSH connection goes away",
  // vsftpd with pasv_promiscuous=YES: the file comes whole, beside ssh, and nobody notices.
  plain: {
    ...run({ server: trusting }, { ssh: { local: ["2001:203.0.113.3:21"] }, ...downloadLosing("sshd") }),
    expected: { works: false, reply: 0, dataBesideSsh: true },
  },
  sallyport: brokenDownload("sshd"),
};

const abortedUpload: Session = {
  option: "-p",
  commands: ["ftp> put big", "^C"],
  transfer: (client) => client.put("PASV", "/upload", { breakAfterBytes: 10_000 }),
};

const clientGone: Case = {
  name: "client-gone",
  title: "the client aborts an upload",
  plain: { ...run({}, abortedUpload), expected: failsWith(426, true), rightly },
  sallyport: { ...run({}, { sallyport: {}, ...abortedUpload }), expected: failsWith(426), rightly },
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
  plain: { ...run({}, downloadLosing("server")), expected: { works: false, reply: 0, dataBesideSsh: true } },
  sallyport: brokenDownload("server"),
  cases: [sshLost, clientGone],
};
