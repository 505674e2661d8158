// Servers that want to know a transfer before they listen for it (DrFTPD).
import { describe, expect, it } from "vitest";
import { RelayHarness } from "./harness.ts";

const refusal = "500 You need to use a client supporting PRET (PRE Transfer) to use PASV";

/** PASV of a client that knows nothing of PRET. */
function asked(relay: RelayHarness, id: number): void {
  relay.client("PASV");
  relay.input({ type: "downstream-listening", id, address: { host: "127.0.0.1", port: 40_000 } });
}

/** FEAT was asked for, and has PRET. */
function drFtpd(): RelayHarness {
  const relay = new RelayHarness({ memory: { passiveReaches: true } }).login();
  relay.client("FEAT");
  relay.server("211-Features", " PRET", "211 End");
  relay.look();
  return relay;
}

describe("towards a server that wants PRET", () => {
  it("the port is asked for with the transfer, and its reply is not the client's", () => {
    const relay = drFtpd();
    asked(relay, 1);
    expect(relay.toServer).toEqual([]);
    relay.client("REST 5", "RETR a b");
    expect(relay.toServer).toEqual(["REST 5", "PRET RETR a b", "EPSV"]);
    relay.server("350 go on", "200 OK", "229 ok (|||50000|)");
    expect(relay.toServer).toEqual(["RETR a b"]);
    expect(relay.toClient).toEqual(["227 Entering Passive Mode (127,0,0,1,156,64).", "350 go on"]);
  });

  it("what it says against the file is the answer to the transfer, and the next name can be tried", () => {
    const relay = drFtpd();
    asked(relay, 1);
    relay.client("RETR missing");
    relay.look();
    relay.server("550 No such file", refusal);
    expect([relay.toClient, relay.toServer]).toEqual([["550 No such file"], []]);
    relay.client("LIST");
    expect(relay.toServer).toEqual(["PRET LIST", "EPSV"]);
    relay.server("200 OK", "229 ok (|||50000|)");
    expect(relay.toServer).toEqual(["LIST"]);
  });

  it("a client that says PRET itself is not spoken for", () => {
    const relay = drFtpd();
    relay.client("PRET STOR x");
    asked(relay, 1);
    expect(relay.toServer).toEqual(["PRET STOR x", "EPSV"]);
    relay.server("200 OK", "229 ok (|||50000|)");
    relay.client("STOR x");
    expect(relay.toServer).toEqual(["STOR x"]);
  });

  it("that is learnt from its refusal, too, and no other mode is tried", () => {
    const relay = new RelayHarness({ memory: { passiveReaches: true } }).login();
    asked(relay, 1);
    expect(relay.toServer).toEqual(["EPSV"]);
    relay.client("RETR f");
    relay.server(refusal);
    expect(relay.toServer).toEqual(["PRET RETR f", "EPSV"]);
    relay.server("200 OK", "229 ok (|||50000|)");
    expect(relay.toServer).toEqual(["RETR f"]);
    expect(relay.done.filter((action) => action.startsWith("listen-upstream"))).toEqual([]);
  });

  it("one that has it no more is asked without", () => {
    const relay = drFtpd();
    asked(relay, 1);
    relay.client("RETR f");
    relay.server("502 no", "229 ok (|||50000|)");
    expect(relay.toServer.at(-1)).toBe("RETR f");
    relay.look();
    asked(relay, 2);
    expect(relay.toServer).toEqual(["EPSV"]);
  });

  it("a data connection that was opened for a name that it refused is closed before the next one", () => {
    const relay = new RelayHarness({ memory: { passiveReaches: false, wantsPret: true } }).login();
    asked(relay, 1);
    relay.client("RETR missing");
    relay.server("550 No such file", "229 ok (|||50000|)");
    relay.look();
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    expect([relay.toClient, relay.done]).toEqual([["550 No such file"], ["reset 1 upstream"]]);
    relay.client("LIST");
    relay.server("200 OK", "229 ok (|||50001|)");
    expect(relay.done).toEqual(["connect-upstream 1 50001"]);
  });
});
