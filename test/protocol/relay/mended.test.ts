// What the model found, and what reading with hostile eyes found: each once wrong, each by its name.
import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { RelayHarness } from "./harness.ts";

const listening = (relay: RelayHarness, id: number, host = "127.0.0.1") =>
  relay.input({ type: "downstream-listening", id, address: { host, port: 40_000 } });
const codes = (lines: readonly string[]): string[] => lines.map((line) => line.slice(0, 3));

describe("a client that logs in and asks for a file, pipelined", () => {
  it("has its PASV and RETR answered after the login, not refused before it", () => {
    const relay = new RelayHarness();
    relay.client("USER me", "PASS x", "EPSV", "RETR a", "QUIT");
    relay.server("220 ready", "331 password?", "230 welcome");
    expect(relay.toServer).toEqual(["USER me", "PASS x", "EPSV"]);
    listening(relay, 1);
    relay.server("229 ok (|||50000|)");
    expect(relay.toServer).toEqual(["RETR a", "QUIT"]);
    expect(codes(relay.toClient)).toEqual(["220", "331", "230", "229"]);
  });

  it("is refused in its turn when the login fails", () => {
    const relay = new RelayHarness();
    relay.client("USER me", "PASS x", "EPSV", "RETR a");
    relay.server("220 ready", "331 password?", "530 no");
    relay.server("530 log in first");
    expect(relay.toServer).toEqual(["USER me", "PASS x", "RETR a"]);
    expect(codes(relay.toClient)).toEqual(["220", "331", "530", "530", "530"]);
  });
});

describe("a line that is no command", () => {
  it("behind a transfer that waits for its data port keeps its place", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "RETR a", " oops");
    listening(relay, 1);
    relay.server("229 ok (|||50000|)");
    relay.server("550 no such file");
    expect(codes(relay.toClient)).toEqual(["229", "550", "500"]);
  });

  it("counts like a command: a flood of them ends the session", () => {
    const relay = new RelayHarness();
    relay.client(...Array.from({ length: limits.pipelinedCommandsMax + 1 }, () => " oops"));
    expect(relay.toClient).toEqual([expect.stringMatching(/^421 more than/)]);
  });
});

describe("a PASV whose listener is never made", () => {
  it("is answered when its transfer has failed before", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "RETR a");
    relay.server("229 ok (|||50000|)");
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "refused" });
    expect(codes(relay.toClient)).toEqual(["425", "425"]);
  });

  it("is answered when the server has given its transfer up before", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "RETR a");
    relay.server("229 ok (|||50000|)");
    relay.server("150 here it comes", "425 nobody came");
    expect(codes(relay.toClient)).toEqual(["425", "150", "425"]);
  });

  it("is answered when no way to the server is left", () => {
    const relay = new RelayHarness({ upstreamMode: "active" }).login();
    relay.client("EPSV", "RETR a");
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "not permitted" });
    expect(codes(relay.toClient)).toEqual(["425", "425"]);
    expect(relay.done).toContain("drop 1");
  });

  it("is answered when REIN makes it void", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "REIN");
    relay.server("229 ok (|||50000|)", "220 again");
    expect(codes(relay.toClient)).toEqual(["425", "220"]);
  });

  it("takes the transfer behind it along at once, not after a minute", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR missing");
    relay.server("550 no"); // EPSV is proven now
    relay.look();
    relay.client("EPSV", "RETR a");
    expect(relay.toServer).toEqual(["EPSV", "RETR a"]);
    relay.input({ type: "data-failed", id: 2, side: "downstream", text: "no port is free" });
    expect(relay.toClient).toEqual([
      "425 Can't open data connection: no port is free",
      "425 Can't open data connection: no port is free",
    ]);
  });

  it("because 227 cannot carry its address is 425, and nothing throws", () => {
    const relay = new RelayHarness().login();
    relay.client("PASV");
    listening(relay, 1, "2001:db8::1");
    expect(codes(relay.toClient)).toEqual(["425"]);
    expect(relay.done).toContain("forget-downstream 1");
  });
});

describe("data ends of a transfer that is over", () => {
  it("are not opened any more when 150 comes late", () => {
    const relay = new RelayHarness().login();
    relay.client("PORT 127,0,0,1,200,1");
    relay.server("229 ok (|||50000|)");
    relay.client("RETR a");
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "refused" });
    relay.look();
    relay.server("150 here it comes");
    expect(relay.done).toEqual([]);
    expect(relay.toClient).toEqual([]);
  });

  it("are not opened any more when EPSV is answered late", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("EPSV", "RETR b");
    relay.input({ type: "data-failed", id: 2, side: "downstream", text: "no port is free" });
    relay.look();
    relay.server("226 done", "229 ok (|||50001|)");
    expect(relay.done).toEqual([]);
  });

  it("are not used again after a refusal when the client sends PASV again: a server may have closed its port", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR missing");
    relay.server("550 no");
    relay.look();
    relay.client("EPSV");
    expect(relay.toServer).toEqual(["EPSV"]);
    expect(relay.done).toEqual(["forget-downstream 1", "drop 1", "listen-downstream 2"]);
  });

  it("are not used again after a refusal when a later transfer had the server's next port", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR missing");
    relay.server("550 no");
    relay.client("EPSV", "RETR missing", "RETR b"); // the last one to the default port, exchange 3
    relay.server("229 ok (|||50001|)", "550 no", "229 ok (|||50002|)");
    relay.look();
    relay.client("RETR c");
    expect(relay.toServer).toEqual(["EPSV", "RETR c"]);
  });
});

describe("active towards the server", () => {
  it("a data connection that overtakes the answer to PORT counts", () => {
    const relay = new RelayHarness({ upstreamMode: "active" }).login();
    const back = (id: number, port: number) =>
      relay.input({ type: "upstream-listening", id, address: { host: "127.0.0.1", port } });
    relay.client("EPSV");
    listening(relay, 1);
    back(1, 3000);
    relay.server("200 ok");
    relay.client("RETR missing");
    relay.server("550 no");
    relay.client("EPSV");
    listening(relay, 2);
    back(2, 3001);
    relay.client("RETR a");
    relay.look();
    relay.input({ type: "data-open", id: 2, side: "upstream" });
    relay.server("200 ok", "150 here it comes");
    relay.input({ type: "data-open", id: 2, side: "downstream" });
    expect(relay.done).toEqual(["copy 2 download"]);
  });

  it("an address that PORT cannot carry is 425, and nothing throws", () => {
    const relay = new RelayHarness({ upstreamMode: "active" }).login();
    relay.client("EPSV", "RETR a");
    listening(relay, 1);
    relay.input({ type: "upstream-listening", id: 1, address: { host: "ssh-host", port: 3000 } });
    expect(codes(relay.toClient)).toEqual(["229", "425"]);
  });
});

describe("REIN", () => {
  it("that the server refuses logs nobody out", () => {
    const relay = new RelayHarness().login();
    relay.client("REIN");
    relay.server("502 not implemented");
    relay.client("EPSV");
    expect(relay.toServer).toEqual(["REIN", "EPSV"]);
  });
});

describe("REST", () => {
  it("whose transfer never reached the server is taken back, so that the next file does not lose its beginning", () => {
    const relay = new RelayHarness({ upstreamMode: "passive" }).login();
    relay.client("EPSV", "REST 1000", "RETR a");
    listening(relay, 1);
    relay.server("500 what?", "502 no");
    expect(relay.toServer).toEqual(["EPSV", "PASV", "REST 1000", "REST 0"]);
    relay.server("350 ok", "350 ok");
    expect(codes(relay.toClient)).toEqual(["229", "350", "425"]);
  });
});
