// Each finding from the facts that show it. A finding without a test here, or among the scenarios, fails the last test.
import { describe, expect, it } from "vitest";
import type { CallFate, ControlFacts, DataFacts, Facts, SshFacts, WriteFacts } from "../../src/doctor/facts.ts";
import { judge } from "../../src/doctor/judge.ts";
import { type ErrorCode, type ErrorDetails, SallyportError } from "../../src/protocol/error.ts";
import { type FindingId, findingRows } from "../../src/protocol/findings/findings.ts";
import { makeReply } from "../../src/protocol/reply.ts";
import { realLines } from "./real-lines.ts";

const error = (code: ErrorCode, details: ErrorDetails = {}, hint?: string): SallyportError =>
  new SallyportError(code, "what was said", { details, hint });

const target = { host: "ftp-host", port: 21 };
const control: ControlFacts = {
  way: "direct",
  target,
  local: { host: "198.51.100.2", port: 40_000 },
  remote: { host: "203.0.113.3", port: 21 },
  isLoggedIn: true,
  isSecure: false,
};
const data: DataFacts = { way: "direct", mode: "PASV", control, works: false };
const named = { host: "203.0.113.3", port: 50_000 };
const agreed = makeReply(227, "Entering Passive Mode (203,0,113,3,195,80).");

const ofSsh = (thrown: SallyportError): Facts => ({
  controls: [],
  data: [],
  ssh: { target: "user@ssh-host", isConnected: false, error: thrown },
});
const ofSshHost = (fact: Partial<SshFacts>): Facts => ({
  controls: [],
  data: [],
  ssh: { target: "user@ssh-host", isConnected: true, ...fact },
});
const ofControl = (thrown: SallyportError): Facts => ({
  controls: [{ ...control, isLoggedIn: false, error: thrown }],
  data: [],
});
const ofData = (...facts: readonly Partial<DataFacts>[]): Facts => ({
  controls: [control],
  data: facts.map((fact) => ({ ...data, ...fact })),
});
const ofWritten = (fact: Partial<WriteFacts>): Facts => ({
  ...ofData({ works: true }),
  written: [{ way: "direct", mode: "PASV", path: "/file", ...fact }],
});
const ofIdle = (thrown: SallyportError): Facts => ({
  ...ofData({ works: true }),
  idle: [{ way: "ssh", idleMs: 60_000, during: "silence", error: thrown }],
});
const loopbackNamed = { setup: agreed, named: { host: "127.0.0.1", port: 50_000 }, used: named };
const secure = { ...control, isSecure: true };

const ofName = (...fates: readonly CallFate[]): Facts => ({
  controls: [control],
  data: [{ ...data, works: true }],
  name: {
    host: "ftp-host",
    addresses: fates.map((call, index) => ({ address: `203.0.113.${index}`, call, tookMs: 8000 })),
  },
});

const cases: readonly (readonly [id: FindingId, what: string, facts: Facts])[] = [
  [
    "D14",
    "the pair of ports in TIME_WAIT",
    ofData({
      mode: "PORT",
      named: { host: "198.51.100.2", port: 4005 },
      setup: makeReply(200, "OK"),
      call: "dropped",
      final: makeReply(425, "Unable to build data connection: Address already in use"),
    }),
  ],
  [
    "D14",
    "a port 20 that vsftpd may not use",
    ofData({ ...loopbackNamed, mode: "PORT", call: "dropped", final: makeReply(500, "OOPS: vsf_sysutil_bind") }),
  ],
  ["D15", "passive ports refused", ofData({ setup: agreed, named, used: named, call: "refused" })],
  ["D15", "passive ports dropped", ofData({ setup: agreed, named, used: named, call: "dropped" })],
  ["D20", "data that break off", ofData({ call: "made", error: error("NET_RESET") })],
  ["D21", "no connection to the SSH host", ofSsh(error("SSH_CONNECT"))],
  ["D22", "PASV refused", ofData({ setup: makeReply(502, "Command not implemented.") })],
  ["D23", "an unknown host key", ofSsh(error("SSH_HOST_KEY"))],
  ["D24", "no key that is taken", ofSsh(error("SSH_AUTH"))],
  ["D25", "no ssh program", ofSsh(error("SSH_PROGRAM_MISSING"))],
  [
    "D26",
    "direct-tcpip prohibited",
    {
      controls: [
        { ...control, way: "ssh", isLoggedIn: false, error: error("SSH_CHANNEL_REFUSED", { channelReason: 1 }) },
      ],
      data: [],
    },
  ],
  [
    "D27",
    "direct-tcpip that fails",
    {
      controls: [
        { ...control, way: "ssh", isLoggedIn: false, error: error("SSH_CHANNEL_REFUSED", { channelReason: 2 }) },
      ],
      data: [],
    },
  ],
  [
    "D28",
    "tcpip-forward refused",
    {
      controls: [],
      data: [],
      ssh: { target: "ssh-host", isConnected: true, listenRefused: error("SSH_FORWARD_REFUSED") },
    },
  ],
  ["D29", "no default data ports", ofData({ mode: "default-port", final: makeReply(425, "Use PORT or PASV first.") })],
  ["D29", "a 425 of Pure-FTPd's", ofData({ mode: "default-port", final: makeReply(425, "No data connection") })],
  [
    "D30",
    "nobody comes to the SSH host",
    ofData({ way: "ssh", mode: "PORT", setup: makeReply(200, "OK"), call: "dropped" }),
  ],
  ["D31", "a name that is not known", ofControl(error("NET_DNS"))],
  ["D32", "a port that is closed", ofControl(error("NET_REFUSED"))],
  ["D33", "no answer at all", ofControl(error("NET_TIMEOUT", { phase: "connect" }))],
  ["D33", "no route", ofControl(error("NET_UNREACHABLE"))],
  ["D44", "no reply to a command", ofControl(error("NET_TIMEOUT", { phase: "reply" }))],
  ["D44", "no reply to PASV", ofData({ error: error("NET_TIMEOUT", { phase: "reply" }) })],
  ["D34", "no greeting", ofControl(error("NET_TIMEOUT", { phase: "greeting" }))],
  ["D35", "another protocol", ofControl(error("FTP_PROTOCOL_REMOTE"))],
  ["D36", "a wrong password", ofControl(error("FTP_LOGIN", { reply: 530 }))],
  ["D37", "too many sessions", ofControl(error("FTP_REPLY_TRANSIENT", { reply: 421 }))],
  ["D38", "a certificate that is not trusted", ofControl(error("NET_TLS"))],
  [
    "D39",
    "no resumption, passive",
    ofData({ control: secure, call: "made", final: makeReply(522, "SSL connection failed: session reuse required") }),
  ],
  [
    "D39",
    "no resumption, active",
    ofData({ mode: "PORT", control: secure, call: "made", final: makeReply(425, "Unable to build data connection") }),
  ],
  ["D43", "one of two addresses that is dead", ofName("dropped", "made")],
  ["D45", "a loopback address in 227, and nothing at the port", ofData({ ...loopbackNamed, call: "refused" })],
  ["D45", "a loopback address in 227, where the data come all the same", ofData({ ...loopbackNamed, works: true })],
  [
    "D45",
    "an IPv4 address in the 227 of an IPv6 session",
    ofData({
      control: { ...control, remote: { host: "2001:db8::3", port: 21 } },
      setup: agreed,
      named,
      used: { host: "2001:db8::3", port: 50_000 },
      call: "refused",
    }),
  ],
  ["D46", "data taken from another address", { ...ofData({ works: true }), peer: { isTaken: true } }],
  [
    "D47",
    "another 227 than inside SSH",
    ofData(
      { setup: agreed, named: { host: "192.0.2.9", port: 50_000 }, used: named, call: "dropped" },
      { way: "ssh", named: { host: "10.0.0.3", port: 50_001 }, used: { host: "ftp-host", port: 50_001 }, works: true },
    ),
  ],
  ["D15", "some of the ports closed", ofData({ works: true, used: named, tries: [{ port: 50_001, call: "dropped" }] })],
  [
    "D39",
    "a listing without resumption refused",
    ofData({ control: secure, works: true, finalUnresumed: makeReply(522, "session reuse required") }),
  ],
  ["D53", "GatewayPorts yes", ofSshHost({ gateway: { forLoopback: "made" } })],
  [
    "D54",
    "no session at all",
    ofSshHost({ commandRefused: error("SSH_CHANNEL_REFUSED"), sessions: { opened: 0, asked: 11 } }),
  ],
  ["D49", "a file that came back changed", ofWritten({ isEqual: false })],
  ["D50", "a file that stalls where listings came", ofWritten({ error: error("NET_TIMEOUT", { phase: "data" }) })],
  ["D52", "a file that cannot be removed", ofWritten({ isEqual: true, isLeft: true })],
  ["D42", "SSH that is lost while nothing is said", ofIdle(error("SSH_DISCONNECTED"))],
  ["D19", "a server that demands TLS", ofControl(error("FTP_LOGIN", { reply: 534 }))],
];

describe.each(cases)("%s", (id, what, facts) => {
  it(what, () => {
    expect(judge(facts).map((finding) => finding.id)).toEqual([id]);
  });
});

it("a session that is let in for one mode and not for the other is the server's limit", () => {
  const refused = { ...control, isLoggedIn: false, error: error("FTP_REPLY_TRANSIENT", { reply: 421 }) };
  const facts = ofData({ works: true }, { mode: "PORT", control: refused });
  expect(judge(facts)).toMatchObject([{ id: "D37", severity: "warning" }]);
});

it("a server without EPSV is not ill where PASV works", () => {
  const facts = ofData(
    { mode: "EPSV", setup: makeReply(500, "EPSV not understood") },
    { mode: "PASV", setup: agreed, call: "made", works: true },
  );
  expect(judge(facts)).toEqual([]);
});

it("an address that refuses is a note, and one that is silent a warning, since clients wait for it", () => {
  expect(judge(ofName("refused", "made"))).toMatchObject([{ id: "D43", severity: "note" }]);
  expect(judge(ofName("dropped", "made"))).toMatchObject([{ id: "D43", severity: "warning" }]);
});

it("of addresses of which none answers the session tells", () => {
  expect(judge(ofName("dropped", "refused"))).toEqual([]);
});

it("a mode that fails beside one that works is a warning, and alone a failure", () => {
  const fails = { mode: "PORT", setup: makeReply(200, "OK"), call: "dropped" } as const;
  expect(judge(ofData(fails))).toMatchObject([{ id: "D09", severity: "failure" }]);
  expect(judge(ofData(fails, { mode: "PASV", works: true }))).toMatchObject([{ id: "D09", severity: "warning" }]);
});

it("evidence is printable, whatever a server says", () => {
  const [finding] = judge(ofData({ setup: { code: 502, lines: ["502 \u001b[2Jno"] } }));
  expect(finding?.evidence.join("")).not.toContain("\u001b");
});

it("every finding has a test", () => {
  const scenarios = [
    "D02",
    "D03",
    "D04",
    "D05",
    "D06",
    "D07",
    "D08",
    "D09",
    "D10",
    "D11",
    "D12",
    "D13",
    "D16",
    "D17",
    "D18",
    "D48",
    "D51",
  ];
  const tested = new Set<string>([...scenarios, ...cases.map(([id]) => id), ...realLines.map(([, , id]) => id)]);
  expect(Object.keys(findingRows).filter((id) => !tested.has(id))).toEqual([]);
});
