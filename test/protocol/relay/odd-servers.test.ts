// Servers that break the form of replies and that other clients get along with.
import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { RelayHarness } from "./harness.ts";

const notes = (relay: RelayHarness): string[] =>
  relay.actions.flatMap((action) => (action.type === "note" ? [action.note] : []));
const timers = (relay: RelayHarness): unknown[] =>
  relay.actions.flatMap((action) =>
    action.type === "set-timer" && action.name === "reply-end" ? [action.delayMs] : [],
  );
const time = { type: "timer", name: "reply-end", bytes: 0 } as const;

describe("lines that are no replies", () => {
  it("before the greeting are left out, and traced", () => {
    const relay = new RelayHarness();
    relay.server("test disclaimer", "Authorised use only", "220 ready");
    expect(relay.toClient).toEqual(["220 ready"]);
    expect(notes(relay)).toEqual([
      "the server sent a line that is not a reply, skipped: test disclaimer",
      "the server sent a line that is not a reply, skipped: Authorised use only",
    ]);
  });

  it("behind a reply and in an unmarked list answer nothing", () => {
    const relay = new RelayHarness().login();
    relay.server("Last login: today");
    relay.client("FEAT", "PWD");
    relay.server("211 Features:", " SIZE", "211 End", '257 "/"');
    expect(relay.toClient).toEqual(["211-Features:", " EPRT", " EPSV", "211 End", '257 "/"']);
  });

  it("that go on and on end the session", () => {
    const relay = new RelayHarness().login();
    relay.server(...new Array(limits.skippedLinesMax + 1).fill("spam"));
    expect(relay.toClient[0]).toMatch(/^421 ftp-host:21 does not speak FTP: .*"spam"/);
  });

  it("instead of a greeting are told when the server hangs up or says no more", () => {
    const hangsUp = new RelayHarness();
    hangsUp.server("MySQL says hello");
    hangsUp.input({ type: "server-gone" });
    expect(hangsUp.toClient[0]).toMatch(/^421 .*hung up without an FTP greeting; it sent "MySQL says hello"/);
    const silent = new RelayHarness();
    silent.server("MySQL says hello");
    silent.input({ type: "timer", name: "greeting", bytes: 0 });
    expect(silent.toClient[0]).toMatch(/^421 .*no FTP greeting for 60 s; it sent "MySQL says hello"/);
  });
});

describe("a multi-line reply that another code ends", () => {
  it("is over when nothing follows for a moment, and reaches the client as one that any client understands", () => {
    const relay = new RelayHarness();
    relay.server("220 ready");
    relay.client("USER me", "PASS x");
    relay.server("331 password");
    relay.look();
    relay.server("230-hello", "200 ok");
    expect(relay.toClient).toEqual([]);
    expect(timers(relay)).toEqual([limits.replyEndMs]);
    relay.input(time);
    expect(relay.toClient).toEqual(["200-hello", "200 ok"]);
    // Logged in: PASV is answered.
    relay.passive(1);
    expect(relay.toClient[0]).toMatch(/^229 /);
  });

  it("is over when the data connection comes", () => {
    const relay = new RelayHarness({ upstreamMode: "active" }).login();
    relay.client("PORT 127,0,0,1,200,1");
    relay.input({ type: "upstream-listening", id: 1, address: { host: "127.0.0.1", port: 3000 } });
    relay.server("200 ok");
    relay.client("STOR f");
    relay.look();
    relay.server("553-x", "553- y", "150 Opening");
    expect(relay.toClient).toEqual([]);
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    expect(relay.toClient).toEqual(["150-x", "150- y", "150 Opening"]);
    relay.input({ type: "data-open", id: 1, side: "downstream" });
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    relay.server("226 ok");
    expect(relay.toClient).toEqual(["226 ok"]);
  });

  it("is over when the server hangs up", () => {
    const relay = new RelayHarness().login();
    relay.client("QUIT");
    relay.server("226-bye", "221 bye");
    relay.input({ type: "server-gone" });
    expect(relay.toClient).toEqual(["221-bye", "221 bye"]);
  });

  it("that ends as it should is not cut, and the timer is stopped", () => {
    const relay = new RelayHarness().login();
    relay.client("STAT");
    relay.server("211-Status", "226 was the last reply");
    relay.server("211 End");
    expect(relay.toClient).toEqual(["211-Status", "226 was the last reply", "211 End"]);
    expect(relay.actions).toContainEqual({ type: "clear-timer", name: "reply-end" });
  });
});
