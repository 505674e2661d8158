import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { RelayHarness } from "./harness.ts";

describe("during a transfer", () => {
  it("NOOP and STAT are answered at once", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("STAT", "NOOP");
    relay.server("211-status", "211 end", "200 ok");
    expect(relay.toClient).toEqual(["211-status", "211 end", "200 ok"]);
  });

  it("NOOP answered only afterwards keeps its place", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("NOOP");
    relay.server("226 done", "200 ok");
    expect(relay.toClient).toEqual([]);
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    expect(relay.toClient).toEqual(["226 done", "200 ok"]);
  });

  it.each([
    ["RETR", ["reset 1 downstream", "reset 1 upstream"], ["drop 1"]],
    ["STOR", ["reset 1 downstream"], ["reset 1 upstream", "drop 1"]],
  ])("ABOR in %s: an upload's data end stays open until the server has answered", (verb, atOnce, answered) => {
    const relay = new RelayHarness().login().transferring(1, `${verb} a`);
    relay.client("ABOR");
    expect(relay.toServer).toEqual(["ABOR"]);
    expect(relay.done).toEqual(atOnce);
    relay.server("426 aborted");
    expect(relay.done).toEqual(answered);
    relay.server("226 abort done");
    expect(relay.toClient).toEqual(["426 aborted", "226 abort done"]);
  });

  it("ABOR of a transfer that the server takes for complete is 426 all the same", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.client("ABOR");
    relay.server("226 stored", "225 no transfer");
    expect(relay.toClient).toEqual([
      "426 Transfer aborted: by the client (the server said 226 stored)",
      "225 no transfer",
    ]);
  });

  it("the gateway's NOOP keeps the control connection alive, its reply never shown, one at a time", () => {
    const relay = new RelayHarness({ keepaliveMs: 1000 }).login().transferring(1, "RETR a");
    relay.input({ type: "timer", name: "keepalive", bytes: 0 });
    relay.input({ type: "timer", name: "keepalive", bytes: 0 });
    expect(relay.toServer).toEqual(["NOOP"]);
    relay.server("226 done", "200 ok");
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    expect(relay.toClient).toEqual(["226 done"]);
    relay.input({ type: "timer", name: "keepalive", bytes: 0 });
    expect(relay.toServer).toEqual([]);
  });
});

describe("a pipelining client", () => {
  it("gets its replies in its own order, whoever answers", () => {
    const relay = new RelayHarness().login();
    relay.client("PWD", "EPSV", "NOOP");
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    expect(relay.toClient).toEqual([]);
    relay.server('257 "/"', "229 ok (|||50000|)", "200 ok");
    expect(relay.toClient).toEqual(['257 "/"', "229 Entering Extended Passive Mode (|||40000|).", "200 ok"]);
  });

  it("may pipeline two transfers", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "RETR a", "EPSV", "RETR b", "PWD");
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    relay.server("229 ok (|||50000|)");
    expect(relay.toServer).toEqual(["EPSV", "RETR a", "EPSV", "RETR b", "PWD"]);
    expect(relay.done).toEqual(["listen-downstream 1", "connect-upstream 1 50000", "listen-downstream 2"]);
    relay.input({ type: "downstream-listening", id: 2, address: { host: "127.0.0.1", port: 40_001 } });
    for (const side of ["downstream", "upstream"] as const) relay.input({ type: "data-open", id: 1, side });
    relay.server("150 a", "226 a", "229 ok (|||50001|)");
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    for (const side of ["downstream", "upstream"] as const) relay.input({ type: "data-open", id: 2, side });
    relay.server("150 b", "226 b", '257 "/"');
    relay.input({ type: "copied", id: 2, outcome: "eof" });
    relay.input({ type: "finished", id: 2, ok: true });
    expect(relay.toClient.map((line) => line.slice(0, 5).trim())).toEqual([
      "229 E",
      "150 a",
      "226 a",
      "229 E",
      "150 b",
      "226 b",
      '257 "',
    ]);
  });

  it("that never stops is closed with 421", () => {
    const relay = new RelayHarness().login();
    relay.client(...Array.from({ length: 300 }, () => "NOOP"));
    expect(relay.toClient.at(-1)).toMatch(/^421 more than 256 commands/);
  });
});

describe("what the server says unasked", () => {
  it("goes no further", () => {
    const relay = new RelayHarness().login();
    relay.server("200 hello?", "250 anybody?");
    relay.client("PWD");
    relay.server('257 "/"');
    expect(relay.toClient).toEqual(['257 "/"']);
  });

  it("again and again ends the session", () => {
    const relay = new RelayHarness().login();
    relay.server(...Array.from({ length: 20 }, () => "200 hello?"));
    expect(relay.toClient).toEqual(["421 ftp-host:21 sends replies that nobody asked for"]);
  });

  it("421 reaches the client at once and ends the session", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("NOOP");
    relay.server("421 shutting down");
    expect(relay.toClient).toEqual(["421 shutting down"]);
    expect(relay.done.at(-1)).toMatch(/^close /);
  });
});

describe("what is no FTP", () => {
  it.each(["GET / HTTP/1.1", "POST /x HTTP/1.0", "EHLO me", "SSH-2.0-OpenSSH_9.2"])(
    "%s closes the connection",
    (line) => {
      const relay = new RelayHarness();
      relay.server("220 ready");
      relay.look();
      relay.client(line, "STOR x");
      expect(relay.toClient).toEqual([]);
      expect(relay.toServer).toEqual([]);
      expect(relay.done.at(-1)).toMatch(/^close the client speaks/);
    },
  );

  it.each(["PROPFIND / HTTP/1.1", "NOOP / HTTP/2", "Host: localhost"])(
    "%s behind a command closes the connection before the login, and is the server's to refuse after it",
    (line) => {
      const before = new RelayHarness();
      before.server("220 ready");
      before.client("NOOP", line, "STOR x");
      expect(before.toServer).toEqual(["NOOP"]);
      expect(before.done.at(-1)).toBe("close the client speaks HTTP, not FTP");
      const after = new RelayHarness().login();
      after.client(line);
      expect(after.toServer.map((sent) => sent.toLowerCase())).toEqual([line.toLowerCase()]);
    },
  );

  it("ten commands that are none end the connection before the login, and not after it", () => {
    const none = new Array(limits.unknownCommandsMax).fill("XYZZY");
    const before = new RelayHarness();
    before.server("220 ready");
    before.client(...none);
    expect(before.toClient.at(-1)).toMatch(/^421 Too many unknown commands/);
    const after = new RelayHarness().login();
    after.client(...none);
    expect(after.toServer).toHaveLength(none.length);
  });

  it("a server that greets as SSH is named in the 421", () => {
    const relay = new RelayHarness();
    relay.server("SSH-2.0-OpenSSH_9.2");
    expect(relay.toClient[0]).toMatch(/^421 ftp-host:21 does not speak FTP: .*SSH/);
  });

  it("a server that says nothing is named in the 421", () => {
    const relay = new RelayHarness();
    relay.input({ type: "timer", name: "greeting", bytes: 0 });
    expect(relay.toClient[0]).toMatch(/^421 ftp-host:21 accepted the connection but sent no FTP greeting/);
  });
});

describe("what is refused and what passes", () => {
  it.each(["AUTH TLS", "PBSZ 0", "PROT P", "SSCN ON"])("%s gets a reply that says why", (line) => {
    const relay = new RelayHarness().login();
    relay.client(line);
    expect(relay.toClient[0]).toMatch(/^534 .* already runs inside SSH/);
    expect(relay.toServer).toEqual([]);
  });

  it("FEAT loses what is not carried", () => {
    const relay = new RelayHarness().login();
    relay.client("FEAT");
    relay.server("211-Features:", " AUTH TLS", " PBSZ", " PROT", " MDTM", " SIZE", "211 End");
    const features = relay.toClient.map((line) => line.trim());
    expect(features).toContain("MDTM");
    expect(features).toContain("EPSV");
    expect(features.join(" ")).not.toMatch(/AUTH|PBSZ|PROT/);
  });

  it.each([
    "MODE S",
    "STRU F",
    "TYPE I",
    "REST 5",
    "ALLO 10",
    "SITE HELP",
    "MFMT 20200101000000 a",
    "HASH a",
    "XCRC a",
    "FOO bar",
  ])("%s passes", (line) => {
    const relay = new RelayHarness().login();
    relay.passive(1);
    relay.look();
    relay.client(line);
    expect(relay.toServer).toEqual([line]);
  });
});
