// The server's next data port, asked for ahead of the client's question.
import { describe, expect, it } from "vitest";
import { RelayHarness } from "./harness.ts";

const vsftpd = "220 (vsFTPd 3.0.3)";
const address = { host: "127.0.0.1", port: 40_000 };

function greetedBy(greeting: string): RelayHarness {
  const relay = new RelayHarness();
  relay.server(greeting);
  relay.client("USER me", "PASS secret");
  relay.server("331 password", "230 welcome");
  relay.look();
  return relay;
}

/** The client asks for a data port; `port`: what the server answers, where it is asked. */
function prepare(relay: RelayHarness, id: number, port?: number): void {
  relay.client("EPSV");
  relay.input({ type: "downstream-listening", id, address });
  if (port !== undefined) relay.server(`229 Entering Extended Passive Mode (|||${port}|)`);
}

function open(relay: RelayHarness, id: number): void {
  relay.input({ type: "data-open", id, side: "upstream" });
  relay.input({ type: "data-open", id, side: "downstream" });
}

function end(relay: RelayHarness, id: number): void {
  relay.server("150 here it comes");
  relay.input({ type: "copied", id, outcome: "eof" });
  relay.server("226 done");
  relay.input({ type: "finished", id, ok: true });
}

/** A whole transfer, for which the port is asked in the usual way. */
function transfer(relay: RelayHarness, id: number, port = 50_000 + id, command = `RETR ${id}`): void {
  prepare(relay, id, port);
  relay.client(command);
  open(relay, id);
  end(relay, id);
  relay.look();
}

/** At its second download: the port for the third has been asked for behind it. */
function atSecond(relay = greetedBy(vsftpd), command = "RETR 2"): RelayHarness {
  transfer(relay, 1);
  prepare(relay, 2, 50_002);
  relay.look();
  relay.client(command);
  open(relay, 2);
  return relay;
}

it("a server that answers EPSV in other words only greets as vsFTPd: nothing is asked ahead, and nothing half closed", () => {
  const relay = greetedBy(vsftpd);
  for (const id of [1, 2]) {
    prepare(relay, id);
    relay.server(`229 Entering extended passive mode (|||5000${id}|).`);
    relay.look();
    relay.client(`RETR ${id}`);
    expect(relay.toServer).toEqual([`RETR ${id}`]);
    open(relay, id);
    expect(relay.done).not.toContain(`half-close ${id}`);
    end(relay, id);
  }
});

describe("at a server that reads nothing during a transfer", () => {
  it("the next port is asked for behind a download that is not the first", () => {
    const relay = greetedBy(vsftpd);
    prepare(relay, 1, 50_001);
    relay.look();
    relay.client("RETR 1");
    expect(relay.toServer).toEqual(["RETR 1"]);
    expect(atSecond().toServer).toEqual(["RETR 2", "EPSV"]);
  });

  it("the next data connection opens when the client asks for it, and has our end before the transfer", () => {
    const relay = atSecond();
    relay.server("150 here it comes");
    relay.input({ type: "copied", id: 2, outcome: "eof" });
    relay.server("226 done", "229 Entering Extended Passive Mode (|||50003|)");
    relay.input({ type: "finished", id: 2, ok: true });
    expect(relay.toClient).toEqual(["150 here it comes", "226 done"]);
    relay.look();
    prepare(relay, 3);
    expect(relay.toServer).toEqual([]);
    expect(relay.done).toEqual(["listen-downstream 3", "connect-upstream 3 50003"]);
    open(relay, 3);
    relay.look();
    relay.client("RETR 3");
    expect(relay.toServer).toEqual(["RETR 3", "EPSV"]);
    expect(relay.done).toEqual(["half-close 3", "copy 3 download"]);
  });

  it("an answer that comes later than the client's question is that question's", () => {
    const relay = atSecond();
    end(relay, 2);
    relay.look();
    prepare(relay, 3);
    expect(relay.toServer).toEqual([]);
    relay.server("229 Entering Extended Passive Mode (|||50003|)");
    expect(relay.done).toEqual(["listen-downstream 3", "connect-upstream 3 50003"]);
  });

  it("an upload keeps its data connection open, and nothing is asked for behind it", () => {
    const relay = atSecond();
    end(relay, 2);
    relay.server("229 Entering Extended Passive Mode (|||50003|)");
    prepare(relay, 3);
    open(relay, 3);
    relay.look();
    relay.client("STOR 3");
    expect(relay.toServer).toEqual(["STOR 3"]);
    expect(relay.done).toEqual(["copy 3 upload"]);
  });

  it("behind a refused download the next try has the new port, not the old connection", () => {
    const relay = greetedBy(vsftpd);
    transfer(relay, 1);
    prepare(relay, 2, 50_002);
    relay.client("RETR missing");
    relay.input({ type: "data-open", id: 2, side: "upstream" });
    relay.look();
    relay.server("550 Failed to open file.", "229 Entering Extended Passive Mode (|||50003|)");
    expect(relay.toClient).toEqual(["550 Failed to open file."]);
    relay.client("RETR 2");
    expect(relay.done).toEqual(["reset 2 upstream", "connect-upstream 2 50003"]);
    expect(relay.toServer).toEqual(["RETR 2", "EPSV"]);
  });

  it("a refusal gives no upload a connection whose one direction has ended", () => {
    const relay = atSecond();
    end(relay, 2);
    relay.server("229 Entering Extended Passive Mode (|||50003|)");
    prepare(relay, 3);
    relay.input({ type: "data-open", id: 3, side: "upstream" });
    relay.client("RETR missing");
    relay.look();
    relay.server("550 Failed to open file.", "425 no port");
    relay.client("STOR 3");
    expect(relay.done).toContain("reset 3 upstream");
  });

  it("a port that no transfer follows is given back, and the server's answer to that is nobody's", () => {
    const relay = atSecond();
    end(relay, 2);
    relay.server("229 Entering Extended Passive Mode (|||50003|)");
    relay.look();
    relay.input({ type: "timer", name: "port-ahead", bytes: 0 });
    expect(relay.toServer).toEqual(["PORT 0,0,0,0,0,0"]);
    relay.server("500 Illegal PORT command.");
    expect(relay.toClient).toEqual([]);
    prepare(relay, 3);
    expect(relay.toServer).toEqual(["EPSV"]);
  });

  it("a port that is named when it is too late is given back at once", () => {
    const relay = atSecond();
    end(relay, 2);
    relay.input({ type: "timer", name: "port-ahead", bytes: 0 });
    relay.look();
    relay.server("229 Entering Extended Passive Mode (|||50003|)");
    expect(relay.toServer).toEqual(["PORT 0,0,0,0,0,0"]);
  });

  it("a server that has named a port twice has few, and is asked for none ahead", () => {
    const relay = greetedBy(vsftpd);
    transfer(relay, 1, 50_001);
    prepare(relay, 2, 50_001);
    relay.look();
    relay.client("RETR 2");
    expect(relay.toServer).toEqual(["RETR 2"]);
  });

  it("a refusal of the question means nothing: the server is asked again when the client asks", () => {
    const relay = atSecond();
    end(relay, 2);
    relay.server("425 no port");
    relay.look();
    prepare(relay, 3);
    expect(relay.toServer).toEqual(["EPSV"]);
  });

  it("ABOR behind the question has its own answers", () => {
    const relay = atSecond();
    relay.server("150 here it comes");
    relay.look();
    relay.client("ABOR");
    expect(relay.toServer).toEqual(["ABOR"]);
    relay.server(
      "426 Failure writing network stream.",
      "229 Entering Extended Passive Mode (|||50003|)",
      "225 No transfer to ABOR.",
    );
    expect(relay.toClient).toEqual(["426 Failure writing network stream.", "225 No transfer to ABOR."]);
    prepare(relay, 3);
    expect(relay.toServer).toEqual([]);
  });
});

it("other servers are asked when the client asks, and have our end when their file has ended", () => {
  const relay = atSecond(greetedBy("220 ProFTPD Server ready."));
  expect(relay.toServer).toEqual(["RETR 2"]);
  expect(relay.done).not.toContain("half-close 2");
});

it("a session that is to outlive its server is asked for nothing ahead", () => {
  const relay = new RelayHarness({ surviveMs: 60_000 });
  relay.server(vsftpd);
  relay.client("USER me", "PASS secret");
  relay.server("331 password", "230 welcome");
  transfer(relay, 1);
  prepare(relay, 2, 50_002);
  relay.look();
  relay.client("RETR 2");
  expect(relay.toServer.filter((line) => line === "EPSV")).toEqual([]);
});
