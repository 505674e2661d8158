// What a real run needs, and the words that it says to the kernel.
import { expect, test } from "vitest";
import { packetRules } from "../../../src/lab/real/network/packet-rules.ts";
import { kindFor, settingsFor } from "../../../src/lab/real/programs/ftp-servers.ts";
import { checkMachine } from "../../../src/lab/real/programs/needed.ts";
import { parseSocketList } from "../../../src/lab/real/real-stage.ts";
import type { RouterPlan, Topology } from "../../../src/lab/topology.ts";

test("without Linux or without root it says so, and what to do", () => {
  expect(() => checkMachine("darwin", 0)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: "--real needs Linux, and this is darwin" }),
  );
  expect(() => checkMachine("linux", 1000)).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", hint: expect.stringContaining("sudo") }),
  );
});

const router: RouterPlan = {
  name: "nat",
  title: "",
  attached: { near: "203.0.113.2/24", inside: "10.0.0.1/24" },
  masquerade: "near",
  keepsOut: "near",
  admits: [80],
  forwards: [
    { wire: "near", ports: { first: 2121, last: 2121 }, to: { host: "10.0.0.3", port: 21 } },
    { wire: "near", ports: { first: 50_000, last: 50_009 }, to: { host: "10.0.0.3", port: 50_000 } },
  ],
  ftpHelper: true,
};
const topology: Topology = {
  wires: [
    { name: "near", title: "" },
    { name: "inside", title: "" },
  ],
  hosts: [],
  routers: [router],
};

test("a router's rules are those of its plan", () => {
  const rules = packetRules(topology, router);
  for (const words of [
    'oifname "wire0" masquerade',
    'iifname "wire0" ip daddr 203.0.113.2 tcp dport 2121 dnat to 10.0.0.3:21',
    'iifname "wire0" ip daddr 203.0.113.2 tcp dport 50000-50009 dnat to 10.0.0.3\n',
    'iifname "wire0" tcp dport { 80 } accept',
    'iifname "wire0" drop',
    'tcp dport 21 ct helper set "ftp-helper"',
  ]) {
    expect(rules).toContain(words);
  }
});

test("a plain router has no rules at all", () => {
  expect(packetRules(topology, { name: "r", title: "", attached: {} })).toBe("table ip lab {\n}");
});

test("only default data ports need ProFTPD", () => {
  expect(kindFor({})).toBe("vsftpd");
  expect(kindFor({ defaultPorts: true })).toBe("ProFTPD");
  expect(settingsFor("vsftpd", {})).toEqual([]);
  expect(settingsFor("vsftpd", { comparesAddresses: false })).toEqual(["port_promiscuous=YES", "pasv_promiscuous=YES"]);
});

test("sockets are listed in netstat's words", () => {
  const text = [
    "LISTEN    0 32         *:21                   *:*",
    "TIME-WAIT 0 0   10.0.0.2:20            10.0.0.1:40000",
    "ESTAB     0 0   [::ffff:10.0.0.2]:21   [::ffff:10.0.0.1]:40001",
    "",
  ].join("\n");
  expect(parseSocketList(text)).toEqual([
    { local: "0.0.0.0:21", remote: "0.0.0.0:*", state: "LISTEN" },
    { local: "10.0.0.2:20", remote: "10.0.0.1:40000", state: "TIME_WAIT" },
    { local: "10.0.0.2:21", remote: "10.0.0.1:40001", state: "ESTABLISHED" },
  ]);
});
