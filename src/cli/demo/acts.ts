// The acts: every way in which FTP can have its data connections. The errors are those of real servers behind `ssh -L`:
// vsftpd 3.0.3, ProFTPD 1.3.8, curl 7.88 and OpenSSH 9.2, measured in test/peers/plain-ssh*.test.ts.
import type { Act } from "./act.ts";
import { oneSession } from "./one-session.ts";
import { thirdParty } from "./third-party.ts";
import { active, defaultPort, passive } from "./user-pi/data-modes.ts";

const sharedPorts = "it lets nobody listen at the end of a connection";

export const acts: readonly Act[] = [
  {
    name: "PASV",
    title: "PASV: the server names an address, the client connects to it",
    back: "auto",
    ways: { front: ["passive"], back: ["passive"] },
    perform: oneSession(passive("PASV"), "pasv"),
    story: {
      scenario: "S08",
      error: "425 Security: Bad IP connecting.",
      why: "The client obeys and goes round ssh. The server sees control and data come from two hosts, and takes that for theft.",
    },
  },
  {
    name: "EPSV",
    title: "EPSV: the server names a port, the client connects to it",
    back: "auto",
    ways: { front: ["passive"], back: ["passive"] },
    perform: oneSession(passive("EPSV"), "epsv"),
    story: {
      scenario: "S04",
      error: "Connection refused",
      why: "The client takes its own end of the forward for the server, so it connects to its own machine, where nobody listens.",
    },
  },
  {
    name: "PORT",
    title: "PORT: the client names an address, the server connects to it",
    back: "auto",
    ways: { front: ["active"], back: ["passive"] },
    perform: oneSession(active("PORT"), "port"),
    story: {
      scenario: "S05",
      error: "500 Illegal PORT command.",
      why: "The client reached the server at 127.0.0.1, so it names 127.0.0.1. To the server that is the server itself.",
    },
  },
  {
    name: "EPRT",
    title: "EPRT: the same, in the form that IPv6 needs",
    back: "auto",
    ways: { front: ["active"], back: ["passive"] },
    perform: oneSession(active("EPRT"), "eprt"),
    story: {
      scenario: "S07",
      error: "500 Illegal EPRT command.",
      why: "The client names its true address. The server sees the SSH host as its client, and connects to nobody else.",
    },
  },
  {
    name: "no command",
    title: "no command at all: the default data ports of RFC 959",
    back: "auto",
    ways: { front: ["default-port"], back: ["passive"] },
    perform: oneSession(defaultPort, "default"),
    lacking: ({ code }) => (code === "NET_ADDRESS_IN_USE" ? sharedPorts : undefined),
    story: {
      scenario: "S17",
      error: "425 Unable to build data connection: Connection refused",
      why: "The server connects to where the control connection comes from. That is sshd, and sshd does not listen there.",
    },
  },
  {
    name: "back active",
    title: "PASV for the client, while the server connects: --back active",
    back: "active",
    ways: { front: ["passive"], back: ["active"] },
    perform: oneSession(passive("PASV"), "back-active"),
    story: {
      scenario: "S03",
      error: "425 Unable to build data connection: Connection refused",
      why: "A server that is reached as localhost takes its client for localhost too: it connects to itself.",
    },
  },
  {
    name: "back default-port",
    title: "PASV for the client, default data ports for the server: --back default-port",
    back: "default-port",
    ways: { front: ["passive"], back: ["default-port"] },
    perform: oneSession(passive("PASV"), "back-default"),
    lacking: ({ message }) => (message.includes("needs SO_REUSEADDR") ? sharedPorts : undefined),
    story: {
      scenario: "S18",
      error: "remote port forwarding failed for listen port",
      why: "By hand it takes ssh -R at the very port that sshd's connection to the server comes from, which sshd does not share.",
    },
  },
  {
    name: "third party",
    title: "third party: a file goes from one server to another",
    back: "auto",
    ways: { front: ["joined", "passive"], back: ["passive"] },
    perform: thirdParty,
    story: {
      scenario: "S16",
      error: "500 Illegal PORT command.",
      why: "The client gives one server the address of the other. Through two forwards that is a wrong one, and servers refuse it.",
    },
  },
];
