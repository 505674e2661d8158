// Transfers that are aborted: what the server is told, when its data connection closes, and what becomes of its replies.
import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { RelayHarness } from "./harness.ts";

const timer = (relay: RelayHarness, name: "abort-hold" | "abort-probe" | "abort-reply"): void =>
  void relay.input({ type: "timer", name, bytes: 0 });
const warnings = (relay: RelayHarness): string[] =>
  relay.actions.flatMap((action) => (action.type === "warning" ? [action.note] : []));
const delays = (relay: RelayHarness, name: string): number[] =>
  relay.actions.flatMap((action) => (action.type === "set-timer" && action.name === name ? [action.delayMs] : []));

describe("an upload that is aborted", () => {
  it("at a server that does not read meanwhile: its data closes after a bounded time, and the log says what that means", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.client("ABOR");
    expect(delays(relay, "abort-hold")).toEqual([limits.abortUploadMs]);
    expect(relay.done).toEqual(["reset 1 downstream"]);
    timer(relay, "abort-hold");
    expect(warnings(relay)).toEqual([
      "the server has not answered ABOR for 3 s: when its data connection closes it may take the part of a for the whole file",
    ]);
    expect(relay.done).toEqual(["reset 1 upstream"]);
    relay.server("226 stored by ABOR", "225 nothing to abort");
    expect(warnings(relay)[0]).toMatch(/takes the part of a for the whole file/);
    expect(relay.toClient).toEqual([
      // No "ABOR": lftp would take this reply for the one to ABOR.
      "426 Transfer aborted: by the client (the server said 226 stored by abort)",
      "225 nothing to abort",
    ]);
  });

  it("by a client that is gone: the session stays until the server has answered ABOR, and nobody is told anything", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.input({ type: "client-gone" });
    relay.input({ type: "client-gone" });
    relay.client("NOOP");
    expect(relay.toServer).toEqual(["ABOR"]);
    expect(relay.done).toEqual(["reset 1 downstream"]);
    relay.server("225 aborted");
    expect(relay.done).toEqual(["reset 1 upstream", "close the client is gone"]);
    expect(relay.toClient).toEqual([]);
  });

  it("by a client that is gone, at a server that does not answer: the session ends after a bounded time", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.input({ type: "client-ended" });
    relay.look();
    timer(relay, "abort-hold");
    expect(relay.done).toEqual(["reset 1 upstream", "close the client is gone"]);
  });

  it("by a client that is gone, at a server that goes as well: the session ends at once", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.input({ type: "client-gone" });
    relay.look();
    relay.input({ type: "server-gone" });
    expect(relay.done).toEqual(["close the client is gone"]);
  });

  it("by the end of the tunnel: 421 at once, and the server is given its time", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.input({ type: "shutdown", text: "closing" });
    expect(relay.toClient).toEqual(["421 closing"]);
    expect(relay.toServer).toEqual(["ABOR"]);
    expect(relay.done).toEqual(["reset 1 downstream"]);
    relay.server("426 aborted", "226 ok");
    expect(relay.toClient).toEqual([]);
    expect(relay.done.at(-1)).toBe("close closing");
  });
});

describe("what an aborted upload left at a server that takes it for whole", () => {
  const aborted = (command: string, removeAborted: boolean): RelayHarness => {
    const relay = new RelayHarness({ removeAborted }).login().transferring(1, command);
    relay.client("ABOR");
    timer(relay, "abort-hold");
    relay.look();
    relay.server("226 stored", "225 nothing to abort");
    return relay;
  };

  it("is deleted where the operator wants it, and the client never hears of that", () => {
    const relay = aborted("STOR a", true);
    expect(relay.toServer).toEqual(["DELE a"]);
    relay.client("PWD");
    relay.server("250 deleted", '257 "/"');
    expect(warnings(relay).at(-1)).toBe("the part of a was removed");
    expect(relay.toClient.slice(1)).toEqual(["225 nothing to abort", '257 "/"']);
  });

  it("is deleted when the client is gone, before the session ends", () => {
    const relay = new RelayHarness({ removeAborted: true }).login().transferring(1, "STOR a");
    relay.input({ type: "client-gone" });
    timer(relay, "abort-hold");
    relay.server("226 stored", "225 nothing to abort");
    expect(relay.toServer).toEqual(["ABOR", "DELE a"]);
    expect(relay.done).not.toContain("close the client is gone");
    relay.server("550 no");
    expect(relay.done.at(-1)).toBe("close the client is gone");
  });

  it("stays without that, and where something may have stood there before", () => {
    expect(aborted("STOR a", false).toServer).toEqual([]);
    expect(aborted("APPE a", true).toServer).toEqual([]);
    expect(aborted("STOU", true).toServer).toEqual([]);
    const relay = new RelayHarness({ removeAborted: true }).login().passive(1);
    relay.client("REST 5", "STOR a");
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.input({ type: "data-open", id: 1, side: "downstream" });
    relay.server("350 ok", "150 go");
    relay.client("ABOR");
    relay.look();
    relay.server("226 stored", "225 ok");
    expect(relay.toServer).toEqual([]);
  });

  it("stays where the server says itself that it is broken", () => {
    const relay = new RelayHarness({ removeAborted: true }).login().transferring(1, "STOR a");
    relay.client("ABOR");
    relay.look();
    relay.server("426 aborted", "226 ok");
    expect(relay.toServer).toEqual([]);
    expect(warnings(relay)).toEqual([]);
  });
});

describe("a download that is aborted", () => {
  it("closes its data connection at once, behind ABOR: no more of it leaves the server", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("ABOR");
    expect(relay.toServer).toEqual(["ABOR"]);
    expect(delays(relay, "abort-hold")).toEqual([]);
    expect(relay.done).toEqual(["reset 1 downstream", "reset 1 upstream"]);
  });

  it("at a server that leaves out its final reply (Pure-FTPd): PWD tells so, and the session stays in step", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("ABOR", "SYST");
    expect(delays(relay, "abort-probe")).toEqual([]);
    relay.server("150 0.5 seconds", "226 you see this");
    expect(delays(relay, "abort-probe")).toEqual([limits.abortProbeMs]);
    relay.look();
    timer(relay, "abort-probe");
    expect(relay.toServer).toEqual(["PWD"]);
    relay.server('257 "/"');
    expect(relay.toClient).toEqual(["226 ABOR command successful."]);
    expect(relay.toServer).toEqual(["SYST"]);
    relay.server("215 UNIX");
    expect(relay.toClient).toEqual(["215 UNIX"]);
  });

  it("at a server that leaves it out while our NOOP waits as well: NOOP's reply is not ABOR's", () => {
    const relay = new RelayHarness({ keepaliveMs: 1000 }).login().transferring(1, "RETR a");
    relay.client("ABOR");
    relay.input({ type: "timer", name: "keepalive", bytes: 0 });
    expect(relay.toServer).toEqual(["ABOR", "NOOP"]);
    relay.server("226 you see this", "200 zzz");
    timer(relay, "abort-probe");
    relay.server('257 "/"');
    expect(relay.toClient).toEqual([
      "426 Transfer aborted: by the client (the server said 226 you see this)",
      "226 ABOR command successful.",
    ]);
  });

  it("at a server that is slow with its second reply: that one is ABOR's, and the client sees nothing of PWD", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("ABOR", "SYST");
    relay.server("426 broken");
    timer(relay, "abort-probe");
    relay.server("225 nothing to abort");
    expect(relay.toServer).toEqual(["ABOR", "PWD"]);
    relay.server('257 "/"');
    expect(relay.toServer).toEqual(["SYST"]);
    relay.server("215 UNIX");
    expect(relay.toClient).toEqual(["426 broken", "225 nothing to abort", "215 UNIX"]);
  });

  it("at a server that refuses PWD: nothing is certain, and the session ends with 421", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("ABOR", "SYST");
    relay.server("226 you see this");
    timer(relay, "abort-probe");
    relay.server("550 no");
    expect(relay.toServer).toEqual(["ABOR", "PWD"]);
    timer(relay, "abort-reply");
    expect(relay.toClient.at(-1)).toMatch(/^421 /);
  });
});

it("ABOR without a transfer owes one reply: nobody asks for another", () => {
  const relay = new RelayHarness().login();
  relay.client("ABOR");
  expect(delays(relay, "abort-probe")).toEqual([]);
});

describe("a reply that never comes after ABOR", () => {
  it("is not taken from the next command: that one waits, and the session ends with 421", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("ABOR", "PWD");
    relay.server("226 aborted");
    expect(relay.toServer).toEqual(["ABOR"]);
    expect(delays(relay, "abort-reply")).toEqual([limits.abortReplyMs]);
    timer(relay, "abort-reply");
    expect(relay.toServer).toEqual([]);
    expect(relay.toClient.at(-1)).toMatch(/^421 .*do not fit the commands any more: it has not answered ABOR for 10 s/);
    expect(relay.done.at(-1)).toMatch(/^close /);
  });

  it("and when it comes in time, what waited is sent", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("ABOR", "PWD");
    relay.server("426 aborted", "226 ok");
    expect(relay.toServer).toEqual(["ABOR", "PWD"]);
    relay.server('257 "/"');
    expect(relay.toClient).toEqual(["426 aborted", "226 ok", '257 "/"']);
  });

  it("a second 150 when a download breaks is nobody's (Pure-FTPd)", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("ABOR");
    relay.server("150 0.5 seconds", "426 aborted", "226 ok");
    expect(relay.toClient).toEqual(["426 aborted", "226 ok"]);
  });
});

describe("a reply to a command of ours", () => {
  it("never reaches the client: the session ends with 421", () => {
    const relay = new RelayHarness().login();
    relay.client("PWD", "EPSV");
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    relay.server("229 Entering Extended Passive Mode (|||50000|)");
    expect(relay.toClient).toEqual([expect.stringMatching(/^421 .*it said 229 to PWD/)]);
    expect(relay.done.at(-1)).toMatch(/^close /);
  });

  it.each(["226 done", "150 go", "331 password"])(
    "that it cannot be (%s to EPSV) ends the session with 421",
    (reply) => {
      const relay = new RelayHarness().login();
      relay.client("EPSV");
      relay.server(reply);
      expect(relay.toClient.at(-1)).toMatch(/^421 .*to our EPSV/);
    },
  );
});
