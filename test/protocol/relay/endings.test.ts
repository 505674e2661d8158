// Early ends, late ends, and what must not pile up meanwhile.
import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { RelayHarness } from "./harness.ts";

const eof = (relay: RelayHarness, id = 1) => relay.input({ type: "copied", id, outcome: "eof" });
const delivered = (relay: RelayHarness, id = 1) => relay.input({ type: "finished", id, ok: true });

describe("ABOR", () => {
  it("while the client still reads what the server is done with is answered at once", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    relay.client("ABOR");
    relay.server("225 nothing to abort");
    expect(relay.toClient).toEqual([
      "426 Transfer aborted: by the client (the server said 226 done)",
      "225 nothing to abort",
    ]);
    expect(relay.done).toEqual(["reset 1 downstream", "reset 1 upstream", "drop 1"]);
  });

  it("while the end-of-file waits for a slow client is answered at once", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    eof(relay);
    relay.client("ABOR");
    relay.server("225 nothing to abort");
    expect(relay.toClient[0]).toMatch(/^426 /);
    expect(relay.done).toContain("reset 1 downstream");
  });

  it("after a whole upload leaves it whole", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    eof(relay);
    delivered(relay);
    relay.look();
    relay.client("ABOR");
    relay.server("226 stored", "225 nothing to abort");
    expect(relay.toClient).toEqual(["226 stored", "225 nothing to abort"]);
    expect(relay.done).toEqual(["drop 1"]);
  });
});

describe("a reply that may be the transfer's or the NOOP's", () => {
  it("does not turn a broken transfer into a whole one", () => {
    const relay = new RelayHarness({ keepaliveMs: 1000 }).login().transferring(1, "RETR a");
    relay.input({ type: "timer", name: "keepalive", bytes: 0 });
    eof(relay);
    relay.server("500 OOPS: child died", "200 ok");
    expect(relay.toClient).toEqual(["500 OOPS: child died"]);
    expect(relay.done).toEqual(["reset 1 downstream", "drop 1"]);
  });

  it("is the NOOP's when the transfer then ends well", () => {
    const relay = new RelayHarness({ keepaliveMs: 1000 }).login().transferring(1, "RETR a");
    relay.input({ type: "timer", name: "keepalive", bytes: 0 });
    relay.server("502 no NOOP here", "226 done");
    eof(relay);
    delivered(relay);
    expect(relay.toClient).toEqual(["226 done"]);
  });
});

describe("a server that goes while a confirmed file is still on its way", () => {
  it("after QUIT: file, 226 and 221 arrive", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("QUIT");
    relay.server("226 done", "221 bye");
    relay.input({ type: "server-gone" });
    expect(relay.done).toEqual([]);
    eof(relay);
    delivered(relay);
    expect(relay.toClient).toEqual(["226 done", "221 bye"]);
    expect(relay.done.at(-1)).toMatch(/^close /);
  });

  it("with 421 because it counts the client idle: file and 226 arrive before it", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done", "421 timeout");
    relay.input({ type: "server-gone" });
    eof(relay);
    delivered(relay);
    expect(relay.toClient).toEqual(["226 done", "421 timeout"]);
  });

  it("is told nothing more, and the client's ABOR ends it", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    relay.input({ type: "server-gone" });
    relay.client("PWD", "ABOR");
    expect(relay.toServer).toEqual([]);
    expect(relay.toClient.map((line) => line.slice(0, 3))).toEqual(["426", "421"]);
  });

  it("a transfer that it has not confirmed breaks at once", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    eof(relay);
    relay.input({ type: "server-gone" });
    expect(relay.done).toEqual(["reset 1 downstream", "reset 1 upstream", "drop 1", expect.stringMatching(/^close/)]);
  });

  it("with the connection broken, not ended, everything breaks at once", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    relay.input({ type: "server-gone", text: "SSH connection lost" });
    expect(relay.done[0]).toBe("reset 1 downstream");
    expect(relay.toClient).toEqual(["421 SSH connection lost"]);
  });
});

describe("a client that ends its side of the control connection", () => {
  it("is closed when the gateway itself has given the last answer", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV");
    relay.server("229 ok (|||50000|)");
    relay.input({ type: "client-ended" });
    expect(relay.done.at(-1)).not.toMatch(/^close/);
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    expect(relay.done.at(-1)).toBe("close the client is done");
  });

  it("with a transfer that waits for its data port is gone", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "STOR a");
    relay.input({ type: "client-ended" });
    expect(relay.done.at(-1)).toBe("close the client is gone");
    expect(relay.toServer).toEqual(["EPSV"]);
  });
});

describe("a transfer that the server refuses with both data ends open", () => {
  it("ends them in order: nothing has begun", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR missing");
    for (const side of ["upstream", "downstream"] as const) relay.input({ type: "data-open", id: 1, side });
    relay.look();
    relay.server("550 no such file");
    expect(relay.done).toEqual(["call-off 1"]);
    expect(relay.toClient).toEqual(["550 no such file"]);
  });
});

describe("timers", () => {
  const timers = (relay: RelayHarness): string[] =>
    relay.actions
      .splice(0)
      .flatMap((action) =>
        action.type.endsWith("-timer") ? [`${action.type} ${"name" in action ? action.name : ""}`] : [],
      );

  it("of a pipelined transfer run on when the one before it is over", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("EPSV", "RETR b");
    relay.server("226 a", "229 ok (|||50001|)", "150 b");
    eof(relay);
    timers(relay);
    delivered(relay);
    expect(timers(relay)).toEqual(["set-timer data-open"]);
    relay.look();
    relay.input({ type: "timer", name: "data-open", bytes: 0 });
    expect(relay.toClient.at(-1)).toMatch(/^425 .*did not connect/);
  });

  it("the NOOPs go on while a slow client reads, for the server counts idle time already", () => {
    const relay = new RelayHarness({ keepaliveMs: 1000 }).login().transferring(1, "RETR a");
    relay.server("226 a");
    relay.input({ type: "timer", name: "keepalive", bytes: 0 });
    expect(relay.toServer).toEqual(["NOOP"]);
    relay.server("200 ok");
    expect(relay.toClient).toEqual([]);
  });
});

describe("what piles up", () => {
  it("replies of a server behind a transfer that does not end: the session ends", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.server("226 done");
    relay.client("PWD");
    const line = `150 ${"x".repeat(8000)}`;
    const enough = Math.ceil(limits.controlBufferBytesMax / line.length) + 1;
    for (let count = 0; count < enough; count += 1) relay.server(line);
    expect(relay.toClient).toEqual([expect.stringMatching(/^421 too many replies wait for the client/)]);
  });

  it("data ports of pipelined transfers: eight, the others wait their turn", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client(...Array.from({ length: 50 }, () => ["EPSV", "RETR b"]).flat());
    const asked = () => relay.done.filter((action) => action.startsWith("listen-downstream")).length;
    expect(asked()).toBe(limits.pipelinedTransfersMax - 1);
    relay.server("226 done");
    eof(relay);
    delivered(relay);
    expect(asked()).toBe(1);
  });
});

describe("credential exposure", () => {
  it("a password that the server repeats is hidden in every trace, and the client gets the reply as it was", () => {
    const relay = new RelayHarness();
    relay.server("220 ready");
    relay.client("USER me", "PASS s3cret.*");
    relay.server("331 password?");
    relay.server("500 'PASS s3cret.*': what?");
    relay.server("200 s3cret.* (nobody asked)");
    relay.server("421 s3cret.* bye");
    const wires = ["write-downstream", "write-upstream"];
    const traced = relay.actions.filter(({ type }) => !wires.includes(type));
    expect(JSON.stringify(traced)).not.toContain("s3cret");
    expect(JSON.stringify(traced)).toContain("PASS ***");
    expect(relay.toClient).toContain("500 'PASS s3cret.*': what?");
  });
});
