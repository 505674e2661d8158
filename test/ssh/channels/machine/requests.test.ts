import { describe, expect, it } from "vitest";
import { openMachine } from "./machine.ts";
import { close, eof, extendedData, reply, request } from "./messages.ts";

describe("requests on a channel", () => {
  it("of ours are answered", () => {
    const { machine, channel, receive, sends } = openMachine();
    expect(sends(() => machine.request(channel, "exec", "true"))).toEqual(["request 70 exec true"]);
    expect(receive(reply(channel, true))).toEqual([`reply ${channel} true`]);
  });

  it("tell the exit status, also behind both end-of-files and our CLOSE", () => {
    const { machine, channel, receive } = openMachine();
    machine.eof(channel);
    const lines = receive(eof(channel), request(channel, "exit-status", false, 3), close(channel));
    expect(lines).toContain(`request ${channel} exit-status 3`);
  });

  it("leave the channel open behind both end-of-files where a status is waited for", () => {
    const { machine, channel, receive, sends } = openMachine();
    expect(sends(() => machine.eof(channel, true))).toEqual(["eof 70"]);
    expect(receive(eof(channel))).toEqual([`eof ${channel}`]);
    expect(sends(() => machine.close(channel))).toEqual(["close 70"]);
  });

  it("without an answer are sent as long as the channel is open", () => {
    const { machine, channel, sends } = openMachine();
    expect(sends(() => machine.notify(channel, "signal", "TERM"))).toEqual(["request 70 signal TERM"]);
    machine.close(channel);
    expect(sends(() => machine.notify(channel, "signal", "TERM"))).toEqual([]);
  });

  it("of the peer are answered as long as the channel is open", () => {
    const { machine, channel, receive, sends } = openMachine();
    expect(receive(request(channel, "subsystem", true, "sftp"))).toEqual([`request ${channel} subsystem sftp`]);
    expect(sends(() => machine.answer(channel, true))).toEqual(["success 70"]);
    expect(sends(() => machine.answer(channel, false))).toEqual(["failure 70"]);
    machine.close(channel);
    expect(sends(() => machine.answer(channel, true))).toEqual([]);
  });

  it("standard error comes apart from data", () => {
    const { machine, channel, receive, sends } = openMachine();
    expect(receive(extendedData(channel, 1, "oops"))).toEqual([`standard-error ${channel}: oops`]);
    expect(sends(() => machine.standardError(channel, Buffer.from("no")))).toEqual(["extended-data 70 no"]);
    expect(machine.sendable(channel)).toBe(998);
  });
});

it("an adjustment by nothing is sent on a channel that is open, or not at all", () => {
  const { machine, channel, sends } = openMachine();
  expect(sends(() => machine.adjustByNothing())).toEqual(["window-adjust 70 0"]);
  machine.close(channel);
  expect(sends(() => machine.adjustByNothing())).toEqual([]);
});
