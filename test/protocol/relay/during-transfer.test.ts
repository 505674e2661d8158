// Servers that read and answer while a transfer runs (pyftpdlib, Pure-FTPd): each command gets its own reply.
import { describe, expect, it } from "vitest";
import { RelayHarness } from "./harness.ts";

const uploaded = (relay: RelayHarness): void => {
  relay.input({ type: "copied", id: 1, outcome: "eof" });
  relay.input({ type: "finished", id: 1, ok: true });
};

describe("a server that answers at once while data is open", () => {
  it.each([
    ["QUIT", "221 Goodbye."],
    ["USER x", "331 password"],
    ["USER x", "500 what?"],
    ["USER x", "530 no"],
    ["REIN", "230 ready"],
    ["REIN", "220 ready"],
    ["FOO", "502 what?"],
    ["FOO", "501 what?"],
    ["TYPE I", "200 ok"],
    ["SYST", "215 UNIX"],
    ["HELP", "214 none"],
    ["SIZE f", "213 5"],
    ["SIZE f", "550 no"],
    ["PWD", '257 "/"'],
    ["CWD d", "250 ok"],
    ["CWD d", "550 no"],
    ["RNFR f", "350 ok"],
  ])("%s answered with %j: the upload finishes, and both are told in the client's order", (line, reply) => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.client(line);
    relay.server(reply);
    expect(relay.toClient).toEqual([]);
    expect(relay.done).toEqual([]);
    uploaded(relay);
    relay.server("226 stored");
    expect(relay.toClient.map((text) => text.slice(0, 3))).toEqual(["226", reply.slice(0, 3)]);
  });

  it.each([
    ["CWD d", "552 disk full", "250 ok"],
    ["CWD d", "550 lost", "550 no"],
    ["NOOP", "500 OOPS: broken", "200 ok"],
    ["SIZE f", "451 broken", "213 5"],
  ])(
    "%s: a failure of the upload (%s) stays the upload's, told in order by a server that reads afterwards",
    (line, failure, reply) => {
      const relay = new RelayHarness().login().transferring(1, "STOR a");
      relay.client(line);
      relay.server(failure, reply);
      expect(relay.toClient).toEqual([failure, reply]);
    },
  );

  it("several at once, and the transfer in between", () => {
    const relay = new RelayHarness().login().transferring(1, "RETR a");
    relay.client("CWD d", "SIZE f", "PWD");
    relay.server("550 no", "213 5");
    relay.input({ type: "copied", id: 1, outcome: "eof" });
    relay.server("226 done");
    relay.input({ type: "finished", id: 1, ok: true });
    relay.server('257 "/"');
    expect(relay.toClient).toEqual(["226 done", "550 no", "213 5", '257 "/"']);
  });

  it("a passive port that it gives for the next transfer is no answer to this one", () => {
    const relay = new RelayHarness().login().transferring(1, "STOR a");
    relay.client("EPSV");
    relay.server("229 Entering Extended Passive Mode (|||50001|)");
    expect(relay.done.filter((action) => action.startsWith("reset"))).toEqual([]);
    uploaded(relay);
    relay.server("226 stored");
    expect(relay.toClient).toEqual(["226 stored"]);
  });
});
