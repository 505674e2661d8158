import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { type Audience, audienceOf, SshMessages, serverSoftwareReader } from "../../../src/ssh/openssh/ssh-messages.ts";

function listen(audience: Audience): { messages: SshMessages; told: string[] } {
  const told: string[] = [];
  return { messages: new SshMessages(audience, (line) => told.push(line)), told };
}

const mixed = [
  "debug1: Connecting to h [10.0.0.1] port 22.",
  "Warning: Permanently added 'h' (ED25519) to the list of known hosts.",
  'Authenticated to h ([10.0.0.1]:22) using "publickey".',
  "mux_confirm_remote_forward: remote port forwarding failed for listen port 21",
  "Timeout, server h not responding.",
];

describe("ssh's standard error", () => {
  it.each([
    ["usual", [1]],
    ["all", [0, 1, 2, 3, 4]],
    ["none", []],
  ] satisfies [Audience, number[]][])("shows a user who wants %s the right lines", (audience, expected) => {
    const { messages, told } = listen(audience);
    messages.receive(`${mixed.join("\r\n")}\r\n`);
    expect(told).toEqual(expected.map((index) => mixed[index]));
    expect(messages.recentLines).toEqual([mixed[1], mixed[4]]);
  });

  it.each([
    "ssh: connect to host 127.0.0.1 port 1: Connection refused",
    "ssh: Could not resolve hostname nohost: Name or service not known",
    "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.",
    "Host key verification failed.",
    "u@h: Permission denied (publickey,password).",
    "kex_exchange_identification: Connection closed by remote host",
    "Connection closed by 10.0.0.1 port 22",
    "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures",
    "channel 0: open failed: connect failed: Name or service not known",
    "Connection to h closed by remote host.",
  ])("%s is said once: by the error that follows", (line) => {
    const { messages, told } = listen("usual");
    messages.receive(`${line}\n`);
    messages.end();
    expect(told).toEqual([]);
    expect(messages.recentLines).toEqual([line]);
  });

  it("what is no end is shown at once: a wrong password, a warning, a changed host key", () => {
    const { messages, told } = listen("usual");
    const lines = [
      "Permission denied, please try again.",
      "Warning: Identity file /no not accessible: No such file or directory.",
      "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
    ];
    messages.receive(`${lines.join("\n")}\n`);
    expect(told).toEqual(lines);
  });

  it("is the same however it is split, and its last line needs no end", () => {
    const { messages, told } = listen("usual");
    for (const letter of "one\r\ntwo\nthree") messages.receive(letter);
    expect(told).toEqual(["one", "two"]);
    messages.end();
    expect(told).toEqual(["one", "two", "three"]);
  });

  it("reaches the terminal without control characters", () => {
    const { messages, told } = listen("usual");
    messages.receive("a\u001b[31mb\n");
    expect(told).toEqual(["a\\x1b[31mb"]);
  });

  it("of one endless line keeps a bounded part, and of many lines the last ones", () => {
    const { messages, told } = listen("usual");
    for (let count = 0; count < 100; count += 1) messages.receive("x".repeat(1000));
    messages.receive("\n");
    expect(told[0]?.length).toBeLessThanOrEqual(limits.sshMessageLineBytesMax + 3);
    for (let count = 0; count < limits.sshRecentLinesMax + 5; count += 1) messages.receive(`${count}\n`);
    expect(messages.recentLines).toHaveLength(limits.sshRecentLinesMax);
    expect(messages.recentLines.at(-1)).toBe(String(limits.sshRecentLinesMax + 4));
  });

  it.each([
    [{}, "INFO", "usual"],
    [{ quiet: true }, "INFO", "none"],
    [{ quiet: true, verbosity: 1 }, "INFO", "all"],
    [{}, "ERROR", "none"],
    [{}, "VERBOSE", "all"],
    [{}, "DEBUG2", "all"],
  ])("with %j and LogLevel %s is for a user who wants %s", (options, loglevel, expected) => {
    expect(audienceOf({ host: "h", ...options }, new Map([["loglevel", loglevel]]))).toBe(expected);
  });
});

it("of several identifications the last one is the server's: jump hosts come first", () => {
  const { messages } = listen("none");
  const software = serverSoftwareReader(messages);
  messages.receive("debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2\r\n");
  messages.receive("debug1: Remote protocol version 2.0, remote software version dropbear_2022.83\r\n");
  expect(software()).toBe("dropbear_2022.83");
});
