import { expect, test } from "vitest";
import { channelRefused, forwardRefused } from "../../src/ssh/refusals.ts";

test("a prohibited channel names target, reason and hint", () => {
  const error = channelRefused("ftp-host:21", 1, "open failed");
  expect(error.code).toBe("SSH_CHANNEL_REFUSED");
  expect(error.message).toBe("the SSH server refused to connect to ftp-host:21: administratively prohibited");
  expect(error.details).toEqual({ remote: "ftp-host:21", channelReason: 1, finding: "D26", phase: "connect" });
  expect(error.hint).toMatch(/AllowTcpForwarding.*PermitOpen/);
});

test("what sshd says beyond the reason is kept", () => {
  expect(channelRefused("h:21", 2, "Connection refused").message).toBe(
    "the SSH server refused to connect to h:21: connect failed (Connection refused)",
  );
});

test("a reason outside the RFC is shown as its number", () => {
  const error = channelRefused("h:21", 99, "because");
  expect(error.message).toBe("the SSH server refused to connect to h:21: reason 99 (because)");
  expect(error.hint).toBeUndefined();
});

test("control characters and length of the server's text are tamed", () => {
  const message = channelRefused("h:21", 2, `\u001b[31m${"x".repeat(5000)}`).message;
  expect(message).toContain("(\\x1b[31mxxx");
  expect(message.length).toBeLessThan(300);
});

test("characters that turn the direction of text around are escaped", () => {
  expect(channelRefused("h:21", 2, "no \u202etext").message).toContain("(no \\u{202e}text)");
});

test("a refused listener names the rules of sshd that may be the cause", () => {
  const error = forwardRefused("localhost:0");
  expect(error.code).toBe("SSH_FORWARD_REFUSED");
  expect(error.message).toBe("the SSH server refused to listen on localhost:0");
  expect(error.hint).toMatch(/AllowTcpForwarding.*PermitListen.*GatewayPorts/);
  expect(forwardRefused("x:1", "remote port forwarding failed").message).toMatch(/\(remote port forwarding failed\)$/);
});
