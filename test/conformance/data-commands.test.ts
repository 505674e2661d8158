// Whoever is the server answers PASV, PORT and their kin alike: the gateway in the server's place, and our own server.
import { describe, expect, test } from "vitest";
import { startGateway } from "../gateway/gateway-harness.ts";
import { startRig } from "../server/rig.ts";
import { startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { watchResources } from "../support/resources.ts";
import { TestClient } from "../support/test-client.ts";

watchResources();

type Talk = (lines: readonly string[]) => Promise<string>;

/** The last reply, without what differs from one run to the next: the ports. */
async function lastReply(port: number, host: string, lines: readonly string[]): Promise<string> {
  const peer = await TestClient.connect({ port, host });
  try {
    const [before, after] = [lines.indexOf("(login)"), lines.slice(lines.indexOf("(login)") + 1)];
    if (before === -1) await peer.reply();
    else await peer.login();
    let reply = "";
    for (const line of after) reply = (await peer.command(line.replace("(own port)", `${port}`))).lines.join("\n");
    return reply
      .replace(/\|\|\|\d+\|/, "|||PORT|")
      .replace(/,\d+,\d+\)/, ",P,P)")
      .replaceAll(`${port}`, "OWN");
  } finally {
    peer.socket.destroy();
  }
}

async function ofGateway(host: string, use: (talk: Talk) => Promise<void>): Promise<void> {
  await using server = await startMiniFtpServer();
  await using gateway = await startGateway({ target: server, bind: host });
  await use((lines) => lastReply(gateway.port, host, lines));
}

async function ofServer(host: string, use: (talk: Talk) => Promise<void>): Promise<void> {
  await using rig = await startRig({ listen: [{ port: 0, host }] });
  await use((lines) => lastReply(rig.port, host, lines));
}

const cases: readonly [host: string, lines: string, reply: RegExp][] = [
  ["127.0.0.1", "PASV", /^530 Please login with USER and PASS\.$/],
  ["127.0.0.1", "PORT 127,0,0,1,200,1", /^530 Please login with USER and PASS\.$/],
  ["127.0.0.1", "(login); PASV", /^227 Entering Passive Mode \(127,0,0,1,P,P\)\.$/],
  ["127.0.0.1", "(login); LPSV", /^228 Entering Long Passive Mode \(4,4,127,0,0,1,2,P,P\)\.$/],
  ["127.0.0.1", "(login); EPSV", /^229 Entering Extended Passive Mode \(\|\|\|PORT\|\)\.$/],
  ["127.0.0.1", "(login); EPSV 1", /^229 /],
  ["127.0.0.1", "(login); EPSV 2", /^522 Network protocol not supported, use \(1\)$/],
  ["127.0.0.1", "(login); EPSV 7", /^522 Network protocol not supported, use \(1\)$/],
  ["127.0.0.1", "(login); EPSV ALL", /^200 EPSV ALL ok\.$/],
  ["127.0.0.1", "(login); EPSV ALL; EPSV", /^229 /],
  ["127.0.0.1", "(login); EPSV ALL; PASV", /^500 Illegal PASV command, EPSV ALL in effect\.$/],
  ["127.0.0.1", "(login); EPSV ALL; LPSV", /^500 Illegal LPSV command, EPSV ALL in effect\.$/],
  ["127.0.0.1", "(login); EPSV ALL; PORT 127,0,0,1,200,1", /^500 Illegal PORT command, EPSV ALL in effect\.$/],
  ["127.0.0.1", "(login); EPSV ALL; EPRT |1|127.0.0.1|51201|", /^500 Illegal EPRT command, EPSV ALL in effect\.$/],
  ["127.0.0.1", "(login); EPSV ALL; LPRT 4,4,127,0,0,1,2,200,1", /^500 Illegal LPRT command, EPSV ALL in effect\.$/],
  ["127.0.0.1", "(login); PORT 127,0,0,1,200,1", /^200 PORT command successful\.$/],
  ["127.0.0.1", "(login); PORT 0,0,0,0,200,1", /^200 PORT command successful\.$/],
  ["127.0.0.1", "(login); EPRT |1|127.0.0.1|51201|", /^200 EPRT command successful\.$/],
  ["127.0.0.1", "(login); LPRT 4,4,127,0,0,1,2,200,1", /^200 LPRT command successful\.$/],
  ["127.0.0.1", "(login); PORT 1,2,3", /^501 Illegal PORT command: "1,2,3" is not an address and port of RFC 959$/],
  ["127.0.0.1", "(login); EPRT |1|x|5|", /^501 Illegal EPRT command: /],
  [
    "127.0.0.1",
    "(login); EPRT |9|x|5|",
    /^522 Illegal EPRT command: network protocol 9 is not supported, use \(1,2\)$/,
  ],
  ["127.0.0.1", "(login); LPRT 9,1,1,2,200,1", /^521 Illegal LPRT command: address family 9 is not supported/],
  ["127.0.0.1", "(login); PORT 127,0,0,1,3,255", /^504 Illegal PORT command: port 1023 is privileged/],
  [
    "127.0.0.1",
    "(login); PORT 192,0,2,1,200,1",
    /^504 Illegal PORT command: 192\.0\.2\.1 is not your address 127\.0\.0\.1/,
  ],
  ["127.0.0.1", "(login); EPRT |2|2001:db8::1|51201|", /^504 Illegal EPRT command: 2001:db8::1 is not your address/],
  [
    "127.0.0.1",
    "(login); EPRT |1|127.0.0.1|(own port)|",
    /^504 Illegal EPRT command: port OWN of 127\.0\.0\.1 is this server/,
  ],
  ["::1", "(login); PASV", /^522 PASV cannot carry an IPv6 address; use EPSV\.$/],
  ["::1", "(login); LPSV", /^228 Entering Long Passive Mode \(6,16,0,.*,1,2,P,P\)\.$/],
  ["::1", "(login); EPSV 1", /^522 Network protocol not supported, use \(2\)$/],
  ["::1", "(login); EPRT |2|::|51201|", /^200 EPRT command successful\.$/],
];

describe.each([
  ["the gateway", ofGateway],
  ["our server", ofServer],
] as const)("%s", (_name, withOne) => {
  test.each(["127.0.0.1", "::1"])("at %s answers each case as the table says", async (at) => {
    await withOne(at, async (talk) => {
      for (const [host, lines, reply] of cases)
        if (host === at) expect(await talk(lines.split("; ")), lines).toMatch(reply);
    });
  });
});
