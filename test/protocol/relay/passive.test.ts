import { describe, expect, it } from "vitest";
import { RelayHarness } from "./harness.ts";

describe("a client's passive command", () => {
  it("is answered by the gateway, and the gateway's own EPSV is on its way in the same moment", () => {
    const relay = new RelayHarness().login();
    relay.client("PASV");
    expect(relay.toServer).toEqual(["EPSV"]);
    expect(relay.done).toEqual(["listen-downstream 1"]);
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    expect(relay.toClient).toEqual(["227 Entering Passive Mode (127,0,0,1,156,64)."]);
  });

  it("before login gets 530 and opens nothing", () => {
    const relay = new RelayHarness();
    relay.server("220 ready");
    relay.look();
    relay.client("PASV", "EPSV", "PORT 127,0,0,1,200,1");
    expect(relay.toClient.map((line) => line.slice(0, 3))).toEqual(["530", "530", "530"]);
    expect(relay.done).toEqual([]);
    expect(relay.toServer).toEqual([]);
  });

  it("twice makes a new listener and asks the server once", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.look();
    relay.client("PASV");
    expect(relay.done).toEqual(["forget-downstream 1", "listen-downstream 1"]);
    expect(relay.toServer).toEqual([]);
  });

  it("that cannot listen gets 425 with the cause", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV");
    relay.input({ type: "data-failed", id: 1, side: "downstream", text: "all ports of the range are taken" });
    expect(relay.toClient).toEqual(["425 Can't open data connection: all ports of the range are taken"]);
  });

  it("over IPv6 is EPSV; PASV is refused with the hint", () => {
    const relay = new RelayHarness({ family: 6 }).login();
    relay.client("PASV", "EPSV 1");
    expect(relay.toClient).toEqual([
      "522 PASV cannot carry an IPv6 address; use EPSV.",
      "522 Network protocol not supported, use (2)",
    ]);
  });

  it("EPSV ALL refuses everything but EPSV from then on", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV ALL", "PASV", "PORT 127,0,0,1,200,1", "EPRT |1|127.0.0.1|51201|", "LPSV", "EPSV");
    expect(relay.toClient.map((line) => line.slice(0, 3))).toEqual(["200", "500", "500", "500", "500"]);
    expect(relay.done).toEqual(["listen-downstream 1"]);
  });
});

describe("a first transfer", () => {
  it("waits for the answer to the gateway's EPSV, and the channel is asked for before the command", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV");
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    relay.look();
    relay.client("RETR a");
    expect(relay.toServer).toEqual([]);
    relay.server("229 ok (|||50000|)");
    expect(relay.toServer).toEqual(["RETR a"]);
    const order = relay.actions.map(({ type }) => type);
    expect(order.indexOf("connect-upstream")).toBeLessThan(order.indexOf("write-upstream"));
  });

  it("with EPSV refused continues with PASV, whose address is not used", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "RETR a");
    relay.look();
    relay.server("500 what?");
    expect(relay.toServer).toEqual(["PASV"]);
    relay.server("227 Entering Passive Mode (10,0,3,7,195,80)");
    expect(relay.toServer).toEqual(["RETR a"]);
    expect(relay.done).toEqual(["connect-upstream 1 50000"]);
  });

  it("with both refused continues with a listener at the remote end", () => {
    const relay = new RelayHarness().login();
    relay.client("EPSV", "RETR a");
    relay.server("500 what?", "502 no");
    relay.look();
    expect(relay.done).toEqual([]);
    relay.input({ type: "upstream-listening", id: 1, address: { host: "127.0.0.1", port: 3000 } });
    expect(relay.toServer).toEqual(["PORT 127,0,0,1,11,184"]);
    relay.server("200 fine");
    expect(relay.toServer).toEqual(["RETR a"]);
  });

  it("with every way refused gets 425 that names each", () => {
    const relay = new RelayHarness({ upstreamMode: "passive" }).login();
    relay.client("EPSV", "RETR a");
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    relay.look();
    relay.server("500 what?", "502 no");
    expect(relay.toClient).toEqual([
      "425 Can't open data connection: the FTP server refused EPSV: 500 what?; the FTP server refused PASV: 502 no",
    ]);
  });

  it.each([
    ["a port below 1024", "229 ok (|||22|)"],
    ["no port at all", "229 ok"],
    ["port 0", "229 ok (|||0|)"],
  ])("to %s in the passive reply is not made", (_what, reply) => {
    const relay = new RelayHarness({ upstreamMode: "passive" }).login();
    relay.client("EPSV", "RETR a");
    relay.input({ type: "downstream-listening", id: 1, address: { host: "127.0.0.1", port: 40_000 } });
    relay.look();
    relay.server(reply, "502 no");
    expect(relay.done.filter((action) => action.startsWith("connect-upstream"))).toEqual([]);
    expect(relay.toClient[0]).toMatch(/^425 /);
  });
});

describe("a later transfer", () => {
  it("follows EPSV without waiting for its reply, once EPSV has worked in the session", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.server("226 done");
    relay.input({ type: "finished", id: 1, ok: true });
    relay.look();
    relay.client("EPSV");
    relay.input({ type: "downstream-listening", id: 2, address: { host: "127.0.0.1", port: 40_001 } });
    relay.client("RETR b");
    expect(relay.toServer).toEqual(["EPSV", "RETR b"]);
    relay.server("229 ok (|||50001|)");
    expect(relay.done).toContain("connect-upstream 2 50001");
  });

  it("after a 550 uses the same data ends", () => {
    const relay = new RelayHarness().login().passive(1);
    relay.client("RETR missing");
    relay.look();
    relay.server("550 no such file");
    expect(relay.toClient).toEqual(["550 no such file"]);
    expect(relay.done).toEqual([]);
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.client("RETR there");
    expect(relay.toServer).toEqual(["RETR there"]);
    relay.input({ type: "data-open", id: 1, side: "downstream" });
    expect(relay.done).toEqual(["copy 1 download"]);
  });
});

describe("the first data connection of a gateway", () => {
  const unproven = () => new RelayHarness({ memory: { passiveReaches: false } }).login();

  it("is made before the transfer command; REST stays next to it", () => {
    const relay = unproven().passive(1);
    relay.look();
    relay.client("REST 5", "RETR a");
    expect(relay.toServer).toEqual([]);
    expect(relay.done).toEqual(["connect-upstream 1 50000"]);
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    expect(relay.toServer).toEqual(["REST 5", "RETR a"]);
  });

  it("that is refused makes mode auto try the next way at once, in the same transfer", () => {
    const relay = unproven().passive(1);
    relay.client("RETR a");
    relay.look();
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "prohibited" });
    expect(relay.toServer).toEqual(["PASV"]);
    relay.server("227 (10,0,0,1,195,81)");
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "prohibited" });
    expect(relay.done).toEqual(["connect-upstream 1 50001", "listen-upstream 1 active"]);
    relay.input({ type: "upstream-listening", id: 1, address: { host: "127.0.0.1", port: 3000 } });
    relay.server("200 fine");
    expect(relay.toServer).toEqual(["PORT 127,0,0,1,11,184", "RETR a"]);
  });

  it("that is refused in every way is 425 with every reason, and the server hears of no transfer", () => {
    const relay = new RelayHarness({ upstreamMode: "passive", memory: { passiveReaches: false } }).login().passive(1);
    relay.client("RETR a");
    relay.look();
    relay.input({ type: "data-failed", id: 1, side: "upstream", text: "prohibited" });
    relay.server("502 no");
    expect(relay.toClient).toEqual(["425 Can't open data connection: prohibited; the FTP server refused PASV: 502 no"]);
    expect(relay.toServer).toEqual(["PASV"]);
  });

  it("spares the next session the wait", () => {
    const memory = { passiveReaches: false };
    const first = new RelayHarness({ memory }).login().passive(1);
    first.client("RETR a");
    first.input({ type: "data-open", id: 1, side: "upstream" });
    const second = new RelayHarness({ memory }).login().passive(1);
    second.look();
    second.client("RETR a");
    expect(second.toServer).toEqual(["RETR a"]);
  });
});
