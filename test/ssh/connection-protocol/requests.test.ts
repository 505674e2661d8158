import { describe, expect, it } from "vitest";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { describeEvents, openMachine } from "./machine.ts";
import { close, concat, describeOutput, eof, extendedData, reply, request } from "./model-server.ts";

describe("requests on a channel", () => {
  it("of ours are answered", () => {
    const { machine, channel } = openMachine();
    const body = new WireWriter().string("true").payload();
    expect(describeOutput([machine.request(channel, "exec", body)])).toEqual(["channelRequest 70 exec"]);
    expect(describeEvents(machine.receive(reply(channel, true)))).toEqual([`reply ${channel} true`]);
  });

  it("tell the exit status, also behind both end-of-files and our CLOSE", () => {
    const { machine, channel } = openMachine();
    machine.eof(channel);
    const status = request(channel, "exit-status", false, new WireWriter().uint32(3).payload());
    const events = describeEvents(machine.receive(concat(eof(channel), status, close(channel))));
    expect(events).toContain(`exit-status ${channel} 3`);
  });

  it("tell the signal that ended a command", () => {
    const { machine, channel } = openMachine();
    const body = new WireWriter().string("TERM").boolean(false).string("").string("").payload();
    const events = machine.receive(request(channel, "exit-signal", false, body));
    expect(describeEvents(events)).toEqual([`exit-signal ${channel} TERM`]);
  });

  it.each([true, false])("that we do not know (want reply: %s) are refused where an answer is wanted", (wantReply) => {
    const { machine, channel } = openMachine();
    const events = machine.receive(request(channel, "keepalive@openssh.com", wantReply));
    expect(describeEvents(events)).toEqual(wantReply ? ["write channelFailure 70"] : []);
  });

  it("standard error comes apart from data", () => {
    const { machine, channel } = openMachine();
    expect(describeEvents(machine.receive(extendedData(channel, 1, "oops")))).toEqual([
      `extended-data ${channel} 1: oops`,
    ]);
  });
});
