import { describe, expect, it } from "vitest";
import type { RelayAction } from "../../../src/protocol/relay/messages.ts";
import { RelayHarness } from "./harness.ts";

const eof = (relay: RelayHarness) => relay.input({ type: "copied", id: 1, outcome: "eof" });
const delivered = (relay: RelayHarness) => relay.input({ type: "finished", id: 1, ok: true });

describe("226 after a download", () => {
  it("waits until every byte and the end-of-file are with the client", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    expect(relay.toClient).toEqual([]);
    eof(relay);
    expect(relay.done).toEqual(["finish 1 downstream"]);
    expect(relay.toClient).toEqual([]);
    delivered(relay);
    expect(relay.toClient).toEqual(["226 done"]);
    expect(relay.done).toEqual(["drop 1"]);
  });

  it("decides whether the client sees an end-of-file at all", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    eof(relay);
    expect(relay.done).toEqual([]);
    relay.server("426 connection broke");
    expect(relay.done).toEqual(["reset 1 downstream", "drop 1"]);
    expect(relay.toClient).toEqual(["426 connection broke"]);
  });

  it("is 426 when the data broke on its way from the server", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.input({ type: "copied", id: 1, outcome: "source-broke" });
    expect(relay.done).toEqual(["reset 1 downstream"]);
    relay.server("226 done");
    expect(relay.toClient).toEqual([
      "426 Transfer aborted: the data connection broke at its source (the server said 226 done)",
    ]);
  });

  it("is 426 when the client did not take everything", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.input({ type: "copied", id: 1, outcome: "sink-broke" });
    expect(relay.done).toEqual(["reset 1 upstream"]);
    relay.server("226 done");
    expect(relay.toClient[0]).toMatch(/^426 /);
  });

  it("is 426 when end-of-file could not be delivered", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    eof(relay);
    relay.input({ type: "finished", id: 1, ok: false });
    expect(relay.toClient[0]).toMatch(/^426 /);
  });

  it("that came early becomes 426 when the data does not end and no byte moves", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    relay.input({ type: "timer", name: "late-data", bytes: 10 });
    expect(relay.toClient).toEqual([]);
    relay.input({ type: "timer", name: "late-data", bytes: 20 });
    expect(relay.toClient).toEqual([]);
    relay.input({ type: "timer", name: "late-data", bytes: 20 });
    expect(relay.toClient[0]).toMatch(/^426 .*did not end/);
    expect(relay.done).toContain("reset 1 downstream");
  });

  it("that never comes becomes 426, and when it comes at last it is for nobody", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    eof(relay);
    relay.input({ type: "timer", name: "late-data", bytes: 20 });
    relay.input({ type: "timer", name: "late-data", bytes: 20 });
    expect(relay.toClient[0]).toMatch(/^426 .*does not confirm/);
    relay.client("PWD");
    relay.server("226 done", '257 "/"');
    expect(relay.toClient).toEqual(['257 "/"']);
  });
});

describe("226 after an upload", () => {
  it("passes when the server has seen the end-of-file", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    eof(relay);
    expect(relay.done).toEqual(["finish 1 upstream"]);
    delivered(relay);
    relay.server("226 stored");
    expect(relay.toClient).toEqual(["226 stored"]);
  });

  it("is 426 when it comes before all was sent", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.server("226 stored");
    expect(relay.toClient[0]).toMatch(/^426 .*before all data was sent/);
    expect(relay.done).toEqual(["reset 1 downstream", "reset 1 upstream", "drop 1"]);
  });

  it("is 426 when the client aborted; ABOR goes to the server before its data end closes", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.input({ type: "copied", id: 1, outcome: "source-broke" });
    expect(relay.toServer).toEqual(["ABOR"]);
    expect(relay.done).toEqual([]);
    relay.server("226 stored", "225 nothing to abort");
    expect(relay.done).toEqual(["reset 1 upstream", "drop 1"]);
    expect(relay.toClient).toEqual([
      "426 Transfer aborted: the data connection broke at its source (the server said 226 stored)",
    ]);
  });

  it("a refusal in the middle stops the client at once", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.server("552 disk full");
    expect(relay.done).toEqual(["reset 1 downstream", "reset 1 upstream", "drop 1"]);
    expect(relay.toClient).toEqual(["552 disk full"]);
  });
});

describe("a client that vanishes", () => {
  it.each(["client-gone", "client-ended"] as const)("in an upload (%s) makes the server abort it", (type) => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.input({ type });
    expect(relay.toServer).toEqual(["ABOR"]);
    expect(relay.done).toEqual(["reset 1 downstream"]);
    relay.server("426 aborted");
    expect(relay.done).toEqual(["reset 1 upstream", "drop 1", "close the client is gone"]);
    expect(relay.toClient).toEqual([]);
  });

  it("after its upload's end-of-file but before 226 makes the server abort it", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    eof(relay);
    relay.look();
    relay.input({ type: "client-gone" });
    expect(relay.toServer).toEqual(["ABOR"]);
  });

  it("with commands unanswered and no transfer gets its answers before the end", () => {
    const relay = new RelayHarness().login();
    relay.client("PWD", "QUIT");
    relay.input({ type: "client-ended" });
    expect(relay.done).toEqual([]);
    relay.server('257 "/"', "221 bye");
    expect(relay.toClient).toEqual(['257 "/"', "221 bye"]);
    expect(relay.done).toEqual(["close the client is done"]);
  });
});

describe("a server that vanishes", () => {
  it("in a transfer: the client sees a reset and 421", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.input({ type: "server-gone", text: "SSH connection lost" });
    expect(relay.toClient).toEqual(["421 SSH connection lost"]);
    expect(relay.done[0]).toBe("reset 1 downstream");
  });

  it("after end-of-file and before 226: still a reset", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    eof(relay);
    relay.input({ type: "server-gone" });
    expect(relay.done[0]).toBe("reset 1 downstream");
    expect(relay.toClient).toEqual(["421 the FTP server closed the control connection"]);
  });

  it("after its own 421 or after QUIT says nothing more", () => {
    const idle = new RelayHarness().login();
    idle.server("421 timeout");
    idle.input({ type: "server-gone" });
    expect(idle.toClient).toEqual(["421 timeout"]);
    const quit = new RelayHarness().login();
    quit.client("QUIT");
    quit.server("221 bye");
    quit.input({ type: "server-gone" });
    expect(quit.toClient).toEqual(["221 bye"]);
  });
});

describe("a data connection that cannot be had", () => {
  it("on the server's side is 425 with the reason; the server's own reply, when it comes, is for nobody", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR a");
    relay.look();
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "administratively prohibited" });
    expect(relay.toClient).toEqual(["425 Can't open data connection: administratively prohibited"]);
    relay.client("NOOP");
    relay.server("425 no data connection", "200 ok");
    expect(relay.toClient).toEqual(["200 ok"]);
  });

  it("makes mode auto try another way next time", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR a");
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "refused" });
    relay.server("425 no");
    relay.look();
    relay.client("EPSV");
    expect(relay.toServer).toEqual(["PASV"]);
  });

  it("on the client's side is 425 in place of 150 for an upload, and the server is told ABOR", () => {
    const relay = new RelayHarness().login();
    relay.client("PORT 127,0,0,1,200,1");
    relay.server("229 ok (|||50000|)");
    relay.client("STOR a");
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.server("150 go");
    relay.look();
    relay.input({ type: "data-failed", id: 1, side: "downstream", text: "connection refused" });
    expect(relay.toClient).toEqual(["425 Can't open data connection: connection refused"]);
    expect(relay.toServer).toEqual(["ABOR"]);
    relay.server("426 aborted", "226 abort done");
    relay.client("PWD");
    relay.server('257 "/"');
    expect(relay.toClient).toEqual(['257 "/"']);
  });

  it("because nobody connects in time is 425 that suspects a firewall", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR a");
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.server("150 go");
    relay.look();
    relay.input({ type: "timer", name: "data-open", bytes: 0 });
    expect(relay.toClient).toEqual([
      "425 Can't open data connection: the FTP client did not connect within 60 s: a firewall between us?",
    ]);
  });
});

describe("active and default-port clients", () => {
  it("are connected to when the server begins", () => {
    const relay = new RelayHarness().login();
    relay.client("PORT 127,0,0,1,200,1");
    relay.server("229 ok (|||50000|)");
    relay.client("RETR a");
    expect(relay.done).toEqual(["connect-upstream 1 50000"]);
    relay.server("150 go");
    expect(relay.done).toEqual(['connect-downstream 1 {"host":"127.0.0.1","port":51201}']);
  });

  it("that sent neither PORT nor PASV are connected to at the default port, with REST still next to RETR", () => {
    const relay = new RelayHarness().login();
    relay.client("REST 100", "RETR a");
    expect(relay.toServer).toEqual(["EPSV"]);
    relay.server("229 ok (|||50000|)");
    expect(relay.toServer).toEqual(["REST 100", "RETR a"]);
    relay.server("350 ok", "150 go");
    expect(relay.done).toContain("connect-downstream 1 default-port");
  });

  it("whose PORT is refused have lost the earlier one too", () => {
    const relay = new RelayHarness({
      judgeTarget: ({ host }) => (host === "127.0.0.1" ? { allowed: true } : { allowed: false, why: "bounce" }),
    }).login();
    relay.client("PORT 127,0,0,1,200,1", "PORT 10,0,0,1,200,1");
    relay.server("229 ok (|||50000|)");
    expect(relay.toClient).toEqual(["200 PORT command successful.", "504 Illegal PORT command: bounce"]);
    relay.client("RETR a");
    relay.server("150 go");
    expect(relay.done).toContain("connect-downstream 1 default-port");
  });
});

describe("the server's 150", () => {
  const mayWaits = (actions: readonly RelayAction[]): boolean[] =>
    actions.flatMap((action) => (action.type === "write-downstream" ? [action.mayWait === true] : []));

  it("of a download may wait for what follows, and that of an upload not: the client waits for it", () => {
    for (const [command, mayWait] of [
      ["RETR f", true],
      ["STOR f", false],
    ] as const) {
      const relay = new RelayHarness().login().passive(1);
      relay.client(command);
      expect(mayWaits(relay.server("150 here it comes"))).toEqual([mayWait]);
    }
  });
});
