// TLS from the client: what AUTH, PBSZ, PROT and their kin are answered, and what must not stand behind AUTH. The server sees none of it.
import { describe, expect, test } from "vitest";
import type { RelayConfig } from "../../../src/protocol/relay/messages.ts";
import { RelayHarness } from "./harness.ts";

function greeted(config: Partial<RelayConfig> = {}): RelayHarness {
  const relay = new RelayHarness({ downstreamTls: "explicit", ...config });
  relay.server("220 ready");
  relay.look();
  return relay;
}

function secured(config: Partial<RelayConfig> = {}): RelayHarness {
  const relay = greeted(config);
  relay.client("AUTH TLS");
  expect(relay.toClient).toEqual(["234 Proceed with negotiation."]);
  expect(relay.done).toEqual(["secure-downstream"]);
  relay.input({ type: "downstream-secured" });
  return relay;
}

function logIn(relay: RelayHarness): void {
  relay.client("USER me", "PASS secret");
  relay.server("331 password", "230 welcome");
  relay.look();
}

describe("explicit", () => {
  test("AUTH TLS, PBSZ and PROT are answered here, and the login goes to the server", () => {
    const relay = secured();
    relay.client("PBSZ 0", "PROT P", "USER me");
    relay.server("331 password");
    expect(relay.toClient).toEqual(["200 PBSZ=0", "200 PROT now Private.", "331 password"]);
    expect(relay.toServer).toEqual(["USER me"]);
  });

  test.each([
    ["AUTH SSL", "504 Only AUTH TLS is supported."],
    ["PBSZ 0", "503 Send AUTH TLS first."],
    ["PROT P", "503 Send AUTH TLS first."],
    ["CCC", "533 CCC refused: the control connection stays inside TLS."],
    ["SSCN ON", "502 SSCN not implemented."],
    ["MIC 00", "502 MIC not implemented."],
  ])("%s in the clear: %s", (line, reply) => {
    const relay = greeted();
    relay.client(line);
    expect(relay.toClient).toEqual([reply]);
    expect(relay.toServer).toEqual([]);
  });

  test.each([
    ["AUTH TLS", "503 The connection is inside TLS already."],
    ["PROT P", "503 Send PBSZ 0 first."],
    ["CCC", "533 CCC refused: the control connection stays inside TLS."],
  ])("%s inside TLS: %s", (line, reply) => {
    const relay = secured();
    relay.client(line);
    expect(relay.toClient).toEqual([reply]);
  });

  test.each([
    ["C", "200 PROT now Clear."],
    ["S", "536 TLS protects data as a whole or not at all: PROT P or PROT C."],
    ["x", "504 PROT P or PROT C."],
  ])("PROT %s behind PBSZ: %s", (level, reply) => {
    const relay = secured();
    relay.client("PBSZ 0", `PROT ${level}`);
    expect(relay.toClient).toEqual(["200 PBSZ=0", reply]);
  });

  test("AUTH after USER is refused: the server cannot forget what was said in the clear", () => {
    const relay = greeted();
    relay.client("USER me");
    relay.server("331 password");
    relay.look();
    relay.client("AUTH TLS");
    expect(relay.toClient).toEqual(["503 AUTH TLS comes before USER: connect again."]);
  });

  test("AUTH waits for the replies before it", () => {
    const relay = greeted();
    relay.client("FEAT", "AUTH TLS");
    expect(relay.toClient).toEqual([]);
    relay.server("211-Features:", " MDTM", "211 End");
    expect(relay.toClient.slice(-2)).toEqual(["211 End", "234 Proceed with negotiation."]);
    expect(relay.done).toEqual(["secure-downstream"]);
  });

  test.each(["AUTH TLS\r\nUSER evil\r\n", "AUTH TLS\r\nUS", "FEAT\r\nAUTH TLS\r\nUSER evil\r\n"])(
    "%j ends the session, and nothing of it is obeyed (CVE-2011-1575)",
    (text) => {
      const relay = greeted();
      relay.input({ type: "client-bytes", bytes: Buffer.from(text) });
      if (text.startsWith("FEAT")) relay.server("500 what?");
      expect(relay.toClient.at(-1)).toBe("421 Data came after AUTH, outside of TLS. Goodbye.");
      expect(relay.toServer).not.toContain("USER evil");
      expect(relay.done).not.toContain("secure-downstream");
    },
  );

  test("what comes in the clear during the handshake ends the session", () => {
    const relay = greeted();
    relay.client("AUTH TLS");
    relay.client("USER evil");
    relay.input({ type: "downstream-secured" });
    expect(relay.toServer).toEqual([]);
    expect(relay.done.at(-1)).toMatch(/^close /);
  });

  test("FEAT offers it", () => {
    const relay = greeted();
    relay.client("FEAT");
    relay.server("211-Features:", " AUTH SSL", " PROT", " MDTM", "211 End");
    expect(relay.toClient).toEqual([
      "211-Features:",
      " MDTM",
      " EPRT",
      " EPSV",
      " AUTH TLS",
      " PBSZ",
      " PROT",
      "211 End",
    ]);
  });

  test.each([
    ["PROT P", 'copy 1 download ["downstream"]'],
    ["PROT C", "copy 1 download"],
  ])("%s: %s", (prot, copy) => {
    const relay = secured();
    relay.client("PBSZ 0", prot);
    logIn(relay);
    relay.passive(1);
    relay.client("RETR f");
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.input({ type: "data-open", id: 1, side: "downstream" });
    relay.look();
    relay.server("150 here it comes");
    if (prot === "PROT P") expect(relay.done).toEqual([copy]);
    else expect(relay.done).toEqual([]);
  });

  test("a handshake on the data connection that fails is told with its reason", () => {
    const relay = secured();
    relay.client("PBSZ 0", "PROT P");
    logIn(relay);
    relay.transferring(1, "RETR f");
    relay.input({ type: "copied", id: 1, outcome: "sink-broke", text: "the TLS handshake failed" });
    relay.server("426 broken");
    expect(relay.toClient).toEqual(["426 broken"]);
    relay.transferring(2, "RETR f");
    relay.input({ type: "copied", id: 2, outcome: "sink-broke", text: "the TLS handshake failed" });
    relay.server("226 done");
    expect(relay.toClient).toEqual([
      "426 Transfer aborted: the data connection broke at its receiver: the TLS handshake failed (the server said 226 done)",
    ]);
  });
});

describe("required", () => {
  test("no login without TLS", () => {
    const relay = greeted({ downstreamTlsRequired: true });
    relay.client("USER me", "PASS secret");
    expect(relay.toClient).toEqual([
      "530 This server wants TLS before the login: send AUTH TLS first.",
      "530 This server wants TLS before the login: send AUTH TLS first.",
    ]);
    expect(relay.toServer).toEqual([]);
  });

  test("no data without protection", () => {
    const relay = secured({ downstreamTlsRequired: true });
    logIn(relay);
    relay.client("PBSZ 0", "PROT C", "LIST");
    expect(relay.toClient).toEqual([
      "200 PBSZ=0",
      "534 Data connections must be encrypted.",
      "521 Data connections must be encrypted: send PBSZ 0 and PROT P first.",
    ]);
  });
});

test("off: AUTH is refused with a reply that names the option", () => {
  const relay = greeted({ downstreamTls: "off" });
  relay.client("AUTH TLS");
  expect(relay.toClient).toEqual([expect.stringMatching(/^534 AUTH refused: .*--tls-certificate and --tls-key\.$/)]);
});

test("implicit: AUTH has nothing left to do, and data is protected by PROT P", () => {
  const relay = greeted({ downstreamTls: "implicit" });
  relay.client("AUTH TLS", "PBSZ 0", "PROT P");
  expect(relay.toClient).toEqual(["503 The connection is inside TLS already.", "200 PBSZ=0", "200 PROT now Private."]);
});
