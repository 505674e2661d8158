import { expect, test } from "vitest";
import { RoundTripWindows, windowFor } from "../../../src/ssh/openssh/window-policy.ts";
import { FakeClock } from "../../support/fake-clock.ts";

test("the round trip is that of the fastest answer, to an opening or to a request", () => {
  const clock = new FakeClock();
  const windows = new RoundTripWindows(clock);
  windows.messageSent({
    type: "open",
    kind: "session",
    sender: 0,
    window: 1,
    packetMax: 100,
    ends: undefined,
  });
  clock.advance(45);
  windows.messageReceived({ type: "open-confirmation", recipient: 0, sender: 7, window: 1, packetMax: 100 });
  expect(windows.most).toBe(windowFor(45));
  windows.messageSent({ type: "request", recipient: 7, name: "subsystem", wantReply: true, argument: "sftp" });
  clock.advance(15);
  windows.messageReceived({ type: "success", recipient: 0 });
  expect(windows.most).toBe(windowFor(15));
  expect(windowFor(15)).toBeLessThan(windowFor(45));
  expect(windows.isLineShort).toBe(false);
  windows.messageSent({ type: "request", recipient: 7, name: "subsystem", wantReply: true, argument: "sftp" });
  clock.advance(2);
  windows.messageReceived({ type: "success", recipient: 0 });
  expect(windows.isLineShort).toBe(true);
});
