import { describe, expect, test } from "vitest";
import type { Evidence } from "../../../src/lab/evidence.ts";
import { drawSequence, sequenceWidths } from "../../../src/lab/figures/sequence/draw-sequence.ts";
import { duration } from "../../../src/lab/figures/sequence/draw-step.ts";
import { type GatewayName, participantsOf } from "../../../src/lab/figures/sequence/participants.ts";
import { type Step, stepsOf } from "../../../src/lab/figures/sequence/steps.ts";
import {
  both,
  branchPlain,
  branchTopology,
  connection,
  evidenceOf,
  line,
  natPlain,
  natSallyport,
  natTopology,
} from "./sample.ts";

function stepsIn(evidence: Evidence, gateway: GatewayName, foldsLogin = true, topology = natTopology): Step[] {
  const participants = participantsOf(topology, evidence, gateway);
  return stepsOf(evidence, { participants, gateway, foldsLogin });
}

/** `FTP client > sshd: text` */
function told(step: Step): string {
  if (step.type === "pause") return duration(step.ms);
  if (step.type === "remark") return `${step.at.label}: ${step.text}`;
  const text =
    step.type === "connection" ? `${step.number} ${step.connection.result} ${step.connection.to}` : step.text;
  return `${step.from.label} > ${step.to.label}: ${text}`;
}

test("programs stand side by side, host by host", () => {
  const labels = (evidence: Evidence, gateway: GatewayName, topology = natTopology): string[] =>
    participantsOf(topology, evidence, gateway).map(({ host, label }) => `${host} ${label}`);
  expect(labels(natPlain, "ssh")).toEqual(["client FTP client", "client ssh", "server sshd", "server FTP server"]);
  expect(labels(natSallyport, "Sallyport")[1]).toBe("client Sallyport");
  expect(labels(branchPlain, "ssh", branchTopology)).toEqual([
    "client FTP client",
    "client ssh",
    "ssh-host sshd",
    "server-a FTP server",
    "server-b FTP server",
  ]);
});

test("plain forwarding: lines go through, the data connection does not, and the wait is told", () => {
  expect(stepsIn(natPlain, "ssh").map(told)).toEqual([
    "FTP client: ssh -N -L 2001:server:21 server",
    "ssh > sshd: 1 made 10.0.0.3:22",
    "FTP client > FTP server: login: 220, USER, 331, PASS, 230",
    "FTP client > FTP server: PORT 192,168,1,2,195,80",
    "FTP server > FTP client: 200 PORT command successful.",
    "FTP client > FTP server: RETR /file",
    "FTP server > FTP client: 4 dropped 192.168.1.2:50000",
    "2 min 7 s",
    "FTP server > FTP client: 425 Failed to establish connection.",
  ]);
});

test("Sallyport: what it answers and asks itself ends and begins at it, the rest goes through", () => {
  expect(
    stepsIn(natSallyport, "Sallyport")
      .filter((step) => step.type !== "pause")
      .map(told),
  ).toEqual([
    "Sallyport > sshd: 1 made 10.0.0.3:22",
    "FTP client > FTP server: login: 220, USER, 331, PASS, 230",
    "FTP client > Sallyport: PORT 127,0,0,1,195,80",
    "Sallyport > FTP client: 200 PORT command successful.",
    "Sallyport > FTP server: EPSV",
    "FTP server > Sallyport: 229 Entering Extended Passive Mode (|||50123|)",
    "FTP client > FTP server: RETR /file",
    "Sallyport > FTP server: 4 made 10.0.0.3:50123",
    "Sallyport > FTP client: 5 made 127.0.0.1:50000",
    "FTP server > FTP client: 150 Opening BINARY mode data connection for /file (1000 bytes).",
    "FTP server > FTP client: 226 Transfer complete.",
  ]);
});

test("the same EPSV on both sides is two lines: Sallyport answers the one and asks the other", () => {
  const evidence = evidenceOf(
    connection("ssh", "client 192.168.1.2:1", "server 10.0.0.3:22"),
    line("client", "client", "client", "EPSV"),
    line("server", "ftp-server", "client", "EPSV"),
    line("server", "ftp-server", "server", "229 Entering Extended Passive Mode (|||50123|)"),
    line("client", "client", "server", "229 Entering Extended Passive Mode (|||50000|)"),
  );
  const ends = stepsIn(evidence, "Sallyport").map((step) => told(step).split(":")[0]);
  expect(ends).toEqual([
    "Sallyport > sshd",
    "FTP client > Sallyport",
    "Sallyport > FTP server",
    "FTP server > Sallyport",
    "Sallyport > FTP client",
  ]);
});

test("every line of a login is shown where it is asked for", () => {
  const texts = stepsIn(natPlain, "ssh", false).map(told);
  expect(texts).toContain("FTP client > FTP server: USER anonymous");
  expect(texts.some((text) => text.includes("login:"))).toBe(false);
});

test("a client that connects to itself is refused by itself; one that reaches Sallyport is not", () => {
  const passive = (result: "made" | "refused"): Evidence =>
    evidenceOf(
      connection("ssh", "client 192.168.1.2:1", "server 10.0.0.3:22"),
      line("client", "client", "server", "227 Entering Passive Mode (127,0,0,1,195,80)."),
      connection("data", "client 127.0.0.1:2", "client 127.0.0.1:50000", { result }),
    );
  expect(stepsIn(passive("refused"), "ssh").map(told).at(-1)).toBe(
    "FTP client > FTP client: 2 refused 127.0.0.1:50000",
  );
  expect(stepsIn(passive("made"), "Sallyport").map(told).at(-1)).toBe("FTP client > Sallyport: 2 made 127.0.0.1:50000");
});

test("the error of a call stands at its connection, other failed calls by themselves", () => {
  const failed = connection("data", "server 127.0.0.1:20", "client 192.168.1.2:5", { result: "failed", atMs: 1 });
  const call = { type: "call", atMs: 1, host: "server", error: "EADDRNOTAVAIL" } as const;
  const steps = stepsIn(
    evidenceOf(
      ...both("server", "220 hello"),
      failed,
      { ...call, call: "connect 192.168.1.2:5" },
      { ...call, call: "bind 10.0.0.3:20" },
    ),
    "ssh",
  );
  expect(steps.map((step) => (step.type === "connection" ? step.error : step.type))).toEqual([
    "line",
    "EADDRNOTAVAIL",
    "remark",
  ]);
});

describe.each([
  ["plain", natPlain, "ssh"],
  ["Sallyport", natSallyport, "Sallyport"],
] as const)("drawn, %s", (_, evidence, gateway) => {
  const draw = (width: number): string =>
    drawSequence(natTopology, evidence, { gateway, width, foldsLogin: true })
      .content.map((part) => part.markup)
      .join("\n");

  test("it has the words of every step and a tube", () => {
    const markup = draw(sequenceWidths.wide);
    for (const step of stepsIn(evidence, gateway)) {
      if (step.type === "line" || step.type === "login") expect(markup).toContain(`>${step.text}</text>`);
      if (step.type === "connection") expect(markup).toContain(`>${step.number}</text>`);
    }
    expect(markup).toContain('class="tube"');
  });

  test("nothing begins or ends outside of it", () => {
    for (const width of Object.values(sequenceWidths)) {
      const places = Array.from(draw(width).matchAll(/\b(?:x|cx)="(-?[\d.]+)"/g), (match) => Number(match[1]));
      expect(places.length).toBeGreaterThan(10);
      for (const x of places) expect(x >= -8 && x <= width).toBe(true);
    }
  });
});

test.each([
  [1000, "1 s"],
  [59_600, "1 min"],
  [127_000, "2 min 7 s"],
])("%i ms are %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("what nobody hears does not arrive, and is said to be lost; what only Sallyport hears does", () => {
  const said = evidenceOf(
    ...both("server", "150 here it comes"),
    line("server", "ftp-server", "server", "426 interrupted"),
    connection("ssh", "client 192.168.1.2:1", "server 10.0.0.3:22"),
  );
  const draw = (gateway: GatewayName): string =>
    drawSequence(natTopology, said, { gateway, width: sequenceWidths.wide, foldsLogin: true })
      .content.map((part) => part.markup)
      .join("\n");
  expect(draw("ssh")).toContain("426 interrupted (not received)");
  expect(draw("ssh")).toContain('class="wall"');
  expect(draw("Sallyport")).toContain(">426 interrupted</text>");
});

test("a line that a router rewrites is one arrow, with what was said and what was heard", () => {
  const evidence = evidenceOf(
    line("client", "client", "client", "PORT 192,168,1,2,195,80"),
    line("server", "ftp-server", "client", "PORT 203,0,113,1,195,80"),
  );
  expect(stepsIn(evidence, "ssh").map(told)).toEqual([
    "FTP client > FTP server: PORT 192,168,1,2,195,80, received as PORT 203,0,113,1,195,80",
  ]);
});

test("a client that does not go through SSH has no tube around its lines", () => {
  const evidence = evidenceOf(
    connection("control", "client 192.168.1.2:4", "server 10.0.0.3:21"),
    ...both("server", "220 hello"),
    connection("ssh", "client 192.168.1.2:1", "server 10.0.0.3:22"),
  );
  const { content } = drawSequence(natTopology, evidence, { gateway: "ssh", width: 980, foldsLogin: true });
  const tubes = content
    .map((part) => part.markup)
    .join("")
    .match(/class="tube"/g);
  // That of the SSH connection itself.
  expect(tubes).toHaveLength(1);
});
