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

  it("leave the channel open behind both end-of-files where a status is waited for", () => {
    const { machine, channel } = openMachine();
    expect(describeOutput(machine.eof(channel, { staysOpen: true }))).toEqual(["channelEof 70"]);
    expect(describeEvents(machine.receive(eof(channel)))).toEqual([`eof ${channel}`]);
    expect(describeOutput(machine.close(channel))).toEqual(["channelClose 70"]);
  });

  it("without an answer are sent as long as the channel is open", () => {
    const { machine, channel } = openMachine();
    const body = new WireWriter().string("TERM").payload();
    expect(describeOutput(machine.notify(channel, "signal", body))).toEqual(["channelRequest 70 signal"]);
    machine.close(channel);
    expect(machine.notify(channel, "signal", body)).toEqual([]);
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
