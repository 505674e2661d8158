// The control connection to the server is lost, and the session is made again: what the new server is sent, and what the
// client notices.
import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import type { RelayConfig } from "../../../src/protocol/relay/messages.ts";
import { RelayHarness } from "./harness.ts";
import { asked, loginAgain, lost, surviving } from "./surviving.ts";

/** In TYPE I, with this much of a file of 1000 bytes given to the client, and then the loss. */
function lostInDownload(given: number, config: Partial<RelayConfig> = {}): RelayHarness {
  const relay = surviving(config);
  asked(relay, "TYPE I", "200 I");
  relay.passive(1);
  relay.client("RETR f");
  expect(relay.toServer.slice(-3)).toEqual(["SIZE f", "MDTM f", "RETR f"]);
  relay.input({ type: "data-open", id: 1, side: "upstream" });
  relay.input({ type: "data-open", id: 1, side: "downstream" });
  relay.server("213 1000", "213 20260101000000", "150 here it comes");
  relay.look();
  relay.input(lost);
  expect(relay.done).toEqual(["reopen-upstream", "reset 1 upstream", "hold 1"]);
  relay.input({ type: "held", id: 1, first: 0, end: given });
  return relay;
}

/** The new server's data connection is there, and REST accepted. */
function prepared(relay: RelayHarness): void {
  relay.server("229 Entering Extended Passive Mode (|||50001|)");
}

describe("a download whose server is lost", () => {
  it("goes on with REST from the byte that the client was given, and the client sees one 150 and one 226", () => {
    const relay = lostInDownload(400);
    const sent = loginAgain(relay, ["331 password", "230 welcome", "200 I"]);
    expect(sent).toEqual(["USER me", "PASS secret", "TYPE I", "SIZE f", "MDTM f"]);
    relay.server("213 1000", "213 20260101000000");
    expect(relay.toServer).toEqual(["EPSV", "REST 400"]);
    prepared(relay);
    relay.server("350 restarting");
    expect(relay.toServer).toEqual(["RETR f"]);
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.server("150 the rest");
    expect(relay.done).toEqual(["connect-upstream 1 50001", "copy 1 download"]);
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.server("226 done");
    expect(relay.done).toEqual(["finish 1 downstream"]);
    expect(relay.toClient).toEqual([]);
    relay.input({ type: "finished", id: 1, ok: true });
    expect(relay.toClient).toEqual(["226 done"]);
  });

  it.each([
    ["a size", "213 1001", "213 20260101000000"],
    ["a time", "213 1000", "213 20260101000001"],
    ["no time", "213 1000", "550 no"],
  ])("and whose file has %s other than before is reset with 426, and the session goes on", (_, size, time) => {
    const relay = lostInDownload(400);
    loginAgain(relay, ["331 password", "230 welcome", "200 I", size, time]);
    expect(relay.toClient).toEqual([expect.stringContaining("426 Transfer aborted: SSH connection lost; the file")]);
    expect(relay.done).toContain("reset 1 downstream");
    relay.client("NOOP");
    expect(relay.toServer).toEqual(["NOOP"]);
  });

  it("of which nothing was given begins again without a question", () => {
    const relay = lostInDownload(0);
    loginAgain(relay, ["331 password", "230 welcome", "200 I"]);
    prepared(relay);
    relay.look();
    relay.server("150 from the start");
    expect(relay.toClient).toEqual([]);
    expect(relay.machine.transfersRunning).toBe(1);
  });

  it("and whose REST is refused by the new server is reset with 426", () => {
    const relay = lostInDownload(400);
    loginAgain(relay, ["331 password", "230 welcome", "200 I", "213 1000", "213 20260101000000"]);
    prepared(relay);
    relay.server("502 no REST");
    expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*502 no REST to REST/)]);
    expect(relay.done).toContain("reset 1 downstream");
  });

  it("and whose RETR is refused by the new server is reset with 426", () => {
    const relay = lostInDownload(400);
    loginAgain(relay, ["331 password", "230 welcome", "200 I", "213 1000", "213 20260101000000"]);
    prepared(relay);
    relay.server("350 restarting", "550 gone");
    expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*550 gone/)]);
    expect(relay.done).toContain("reset 1 downstream");
  });

  it("in TYPE A is reset with 426 at once, and the session is made again", () => {
    const relay = surviving().transferring(1, "RETR f");
    relay.input(lost);
    relay.input({ type: "held", id: 1, first: 0, end: 10 });
    expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*SIZE and MDTM/)]);
    expect(loginAgain(relay, ["331 password", "230 welcome"])).toEqual(["USER me", "PASS secret"]);
    asked(relay, "NOOP", "200 ok");
    expect(relay.toClient).toEqual(["200 ok"]);
  });

  it("that the client began with REST goes on behind that", () => {
    const relay = surviving();
    asked(relay, "TYPE I", "200 I");
    relay.passive(1);
    asked(relay, "REST 100", "350 ok");
    relay.look();
    relay.client("RETR f");
    expect(relay.toServer).toEqual(["SIZE f", "MDTM f", "REST 100", "RETR f"]);
    relay.server("213 1000", "213 20260101000000", "350 ok", "150 here it comes");
    relay.input(lost);
    relay.input({ type: "held", id: 1, first: 0, end: 300 });
    loginAgain(relay, ["331 password", "230 welcome", "200 I", "213 1000", "213 20260101000000"]);
    prepared(relay);
    expect(relay.toServer).toEqual([]);
    relay.server("350 ok");
    expect(relay.toServer).toEqual(["RETR f"]);
  });

  it("whose data connection breaks before the news of the loss is not reset before it", () => {
    const relay = surviving().transferring(1, "RETR f");
    relay.input({ type: "copied", id: 1, outcome: "source-broke" });
    expect(relay.done).toEqual([]);
    relay.input({ type: "timer", name: "loss-news", bytes: 0 });
    expect(relay.done).toEqual(["reset 1 downstream"]);
  });

  it("that the client aborts meanwhile ends with 426 and 226", () => {
    const relay = lostInDownload(400);
    relay.client("ABOR");
    expect(relay.toClient).toEqual([expect.stringContaining("426 "), "226 ABOR command successful."]);
    expect(loginAgain(relay, ["331 password", "230 welcome", "200 I"])).toEqual(["USER me", "PASS secret", "TYPE I"]);
  });

  it("that never moves on is given up", () => {
    const relay = lostInDownload(400);
    for (let losses = 0; losses < 4; losses += 1) {
      loginAgain(relay, ["331 password", "230 welcome", "200 I", "213 1000", "213 20260101000000"]);
      prepared(relay);
      relay.server("350 restarting");
      expect(relay.toClient).toEqual([]);
      relay.input(lost);
      relay.input({ type: "held", id: 1, first: 0, end: 400 });
      relay.input({ type: "timer", name: "reopen", bytes: 0 });
    }
    expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*lost each time/)]);
  });
});

describe("an upload whose server is lost", () => {
  function lostInUpload(command: string, first: number, end: number): RelayHarness {
    const relay = surviving();
    asked(relay, "TYPE I", "200 I");
    relay.transferring(1, command);
    relay.input(lost);
    relay.input({ type: "held", id: 1, first, end });
    return relay;
  }

  /** SIZE is answered, and the end of what is there is being read. */
  function verifying(relay: RelayHarness, size: number): void {
    expect(loginAgain(relay, ["331 password", "230 welcome", "200 I"]).at(-1)).toBe("SIZE f");
    relay.server(`213 ${size}`);
    prepared(relay);
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.server("350 restarting", "150 here it comes");
  }

  function verified(relay: RelayHarness, isSame: boolean): void {
    relay.input({ type: "verified", id: 1, isSame });
    relay.server("226 done");
  }

  it("goes on behind what SIZE confirms, once the end of that is what was sent", () => {
    const relay = lostInUpload("STOR f", 200, 500);
    verifying(relay, 350);
    expect(relay.toServer).toEqual(["EPSV", "REST 200", "RETR f"]);
    expect(relay.done).toContain("verify 1 200 350");
    verified(relay, true);
    expect(relay.toServer).toEqual(["EPSV", "REST 350"]);
    prepared(relay);
    relay.server("350 restarting");
    expect(relay.toServer).toEqual(["STOR f"]);
    relay.look();
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.server("150 go on");
    expect(relay.done).toEqual(["copy 1 upload 350"]);
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    expect(relay.toClient).toEqual([]);
    relay.server("226 stored");
    expect(relay.toClient).toEqual(["226 stored"]);
  });

  it("reads no more than the limit of what is there", () => {
    const relay = lostInUpload("STOR f", 0, 5_000_000);
    verifying(relay, 4_000_000);
    expect(relay.done).toContain(`verify 1 ${4_000_000 - limits.verifiedBytes} 4000000`);
  });

  it("is reset with 426 when what is there is something else", () => {
    const relay = lostInUpload("STOR f", 200, 500);
    verifying(relay, 350);
    verified(relay, false);
    expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*not what was sent/)]);
    expect(relay.done).toContain("reset 1 downstream");
  });

  it("is reset with 426 when what is there may not be read", () => {
    const relay = lostInUpload("STOR f", 200, 500);
    loginAgain(relay, ["331 password", "230 welcome", "200 I", "213 350"]);
    prepared(relay);
    relay.server("350 restarting", "550 no");
    expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*not what was sent/)]);
  });

  it.each([["213 0"], ["550 no such file"]])(
    "of which the server has nothing (%s) is sent again as a whole",
    (reply) => {
      const relay = lostInUpload("STOR f", 0, 500);
      loginAgain(relay, ["331 password", "230 welcome", "200 I", reply]);
      prepared(relay);
      relay.look();
      relay.input({ type: "data-open", id: 1, side: "upstream" });
      expect(relay.done).toEqual(["copy 1 upload 0"]);
    },
  );

  it("in TYPE A of which everything is kept is sent again as a whole", () => {
    const relay = surviving().transferring(1, "STOR f");
    relay.input(lost);
    relay.input({ type: "held", id: 1, first: 0, end: 500 });
    expect(loginAgain(relay, ["331 password", "230 welcome"]).slice(-2)).toEqual(["EPSV", "STOR f"]);
  });

  it.each([["213 199"], ["213 200"], ["213 501"], ["550 no such file"], ["213 lots"]])(
    "is reset with 426 when the new server answers SIZE with %s and the beginning is not kept",
    (reply) => {
      const relay = lostInUpload("STOR f", 200, 500);
      loginAgain(relay, ["331 password", "230 welcome", "200 I", reply]);
      expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*SIZE/)]);
      expect(relay.done).toContain("reset 1 downstream");
    },
  );

  it("by STOU is reset with 426", () => {
    const relay = lostInUpload("STOU", 0, 500);
    expect(relay.toClient).toEqual([expect.stringContaining("426 ")]);
  });

  it("whose final reply alone was lost is confirmed by the new server", () => {
    const relay = surviving();
    asked(relay, "TYPE I", "200 I");
    relay.transferring(1, "STOR f");
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    relay.input(lost);
    relay.input({ type: "held", id: 1, first: 200, end: 500 });
    expect(relay.toClient).toEqual([]);
    verifying(relay, 500);
    verified(relay, true);
    prepared(relay);
    relay.server("350 restarting", "150 go on");
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    expect(relay.toClient).toEqual([]);
    relay.server("226 stored");
    expect(relay.toClient).toEqual(["226 stored"]);
  });
});

describe("an append whose server is lost", () => {
  /** To a file of this size and time. */
  function lostInAppend(size: string, time: string, first: number, end: number): RelayHarness {
    const relay = surviving();
    asked(relay, "TYPE I", "200 I");
    relay.passive(1);
    relay.client("APPE f");
    expect(relay.toServer.slice(-3)).toEqual(["SIZE f", "MDTM f", "APPE f"]);
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.input({ type: "data-open", id: 1, side: "downstream" });
    relay.server(size, time, "150 go on");
    relay.look();
    relay.input(lost);
    relay.input({ type: "held", id: 1, first, end });
    return relay;
  }

  const time = "213 20260101000000";

  it("goes on by STOR behind what SIZE confirms, once the end of that is what was sent", () => {
    const relay = lostInAppend("213 1000", time, 0, 500);
    expect(loginAgain(relay, ["331 password", "230 welcome", "200 I"]).at(-1)).toBe("SIZE f");
    relay.server("213 1350");
    prepared(relay);
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.server("350 restarting", "150 here it comes");
    expect(relay.toServer).toEqual(["EPSV", "REST 1000", "RETR f"]);
    expect(relay.done).toContain("verify 1 0 350");
    relay.input({ type: "verified", id: 1, isSame: true });
    relay.server("226 done");
    prepared(relay);
    relay.server("350 restarting");
    expect(relay.toServer).toEqual(["EPSV", "REST 1350", "STOR f"]);
    relay.look();
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.server("150 go on");
    expect(relay.done).toEqual(["copy 1 upload 350"]);
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.input({ type: "finished", id: 1, ok: true });
    relay.server("226 stored");
    expect(relay.toClient).toEqual(["226 stored"]);
  });

  it("of which nothing has come goes on from the end that the file had, if it is still that file", () => {
    const relay = lostInAppend("213 1000", time, 0, 500);
    const sent = loginAgain(relay, ["331 password", "230 welcome", "200 I", "213 1000", "213 1000", time]);
    expect(sent.slice(-2)).toEqual(["EPSV", "REST 1000"]);
    prepared(relay);
    relay.server("350 restarting");
    expect(relay.toServer).toEqual(["STOR f"]);
  });

  it.each([
    ["is another file of that size", ["213 1000", "213 1000", "213 20260101000001"]],
    ["is shorter", ["213 999"]],
    ["is gone", ["550 no such file"]],
    ["is longer than all that was sent", ["213 1501"]],
  ])("and whose file %s is reset with 426", (_, replies) => {
    const relay = lostInAppend("213 1000", time, 0, 500);
    loginAgain(relay, ["331 password", "230 welcome", "200 I", ...replies]);
    expect(relay.toClient).toEqual([expect.stringContaining("426 ")]);
    expect(relay.done).toContain("reset 1 downstream");
  });

  it("and whose start is unknown is reset with 426 at once", () => {
    const relay = lostInAppend("550 no SIZE", "550 no MDTM", 0, 500);
    expect(relay.toClient).toEqual([expect.stringMatching(/^426 .*where it began is not known/)]);
  });
});

describe("what the server can compute", () => {
  it("is asked once behind the first login of all, and the client sees nothing of it", () => {
    const memory = { passiveReaches: true };
    const first = new RelayHarness({ surviveMs: 120_000, memory });
    first.server("220 ready");
    first.client("USER me", "PASS secret");
    first.server("331 password", "230 welcome");
    expect(first.toServer.at(-1)).toBe("FEAT");
    first.look();
    first.server("211-Features:", " XMD5", "211 End");
    expect(first.toClient).toEqual([]);
    const second = new RelayHarness({ surviveMs: 120_000, memory });
    second.server("220 ready");
    second.client("USER me", "PASS secret");
    second.server("331 password", "230 welcome");
    expect(second.toServer).toEqual(["USER me", "PASS secret"]);
  });

  it("is not asked where sessions do not survive", () => {
    const relay = new RelayHarness({ memory: { passiveReaches: true } });
    relay.server("220 ready");
    relay.client("USER me", "PASS secret");
    relay.server("331 password", "230 welcome");
    expect(relay.toServer).toEqual(["USER me", "PASS secret"]);
  });
});
