import { describe, expect, it } from "vitest";
import { translateSystemError } from "../../src/network/system-error.ts";
import type { ErrorCode } from "../../src/protocol/error.ts";

const systemError = (code: string): Error => Object.assign(new Error(`connect ${code} 192.0.2.1:21`), { code });

const codes: readonly (readonly [string, ErrorCode])[] = [
  ["ECONNREFUSED", "NET_REFUSED"],
  ["ETIMEDOUT", "NET_TIMEOUT"],
  ["EHOSTUNREACH", "NET_UNREACHABLE"],
  ["EHOSTDOWN", "NET_UNREACHABLE"],
  ["ENETUNREACH", "NET_UNREACHABLE"],
  ["ENETDOWN", "NET_UNREACHABLE"],
  ["EADDRINUSE", "NET_ADDRESS_IN_USE"],
  ["EADDRNOTAVAIL", "NET_ADDRESS_UNAVAILABLE"],
  ["EAFNOSUPPORT", "NET_ADDRESS_UNAVAILABLE"],
  ["EACCES", "NET_PERMISSION"],
  ["EPERM", "NET_PERMISSION"],
  ["ENOTFOUND", "NET_DNS"],
  ["ENODATA", "NET_DNS"],
  ["EAI_AGAIN", "NET_DNS"],
  ["EAI_FAIL", "NET_DNS"],
  ["EAI_NONAME", "NET_DNS"],
  ["ECONNRESET", "NET_RESET"],
  ["ECONNABORTED", "NET_RESET"],
  ["EPIPE", "NET_RESET"],
  ["EMFILE", "NET_FAILED"],
  ["ENFILE", "NET_FAILED"],
  ["ENOBUFS", "NET_FAILED"],
  ["ENOMEM", "NET_FAILED"],
  ["ERR_STREAM_WRITE_AFTER_END", "CLOSED"],
  ["ERR_STREAM_DESTROYED", "CLOSED"],
  ["ECANCELED", "CLOSED"],
  ["ERR_SOCKET_CLOSED", "CLOSED"],
  ["EWHATEVER", "NET_FAILED"],
];

describe("errors of the system", () => {
  it.each(codes)("%s is %s, with the system's name and the cause kept", (system, code) => {
    const cause = systemError(system);
    const error = translateSystemError(cause, "could not connect to 192.0.2.1:21", { phase: "connect" });
    expect(error.code).toBe(code);
    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ phase: "connect", system });
    expect(error.message).toMatch(/^could not connect to 192\.0\.2\.1:21: ./);
  });

  it("says what failed and why in plain words, and what to do", () => {
    const subject = "could not listen on 127.0.0.1:2001";
    const error = translateSystemError(systemError("EADDRINUSE"), subject, { phase: "listen" });
    expect(error.message).toBe("could not listen on 127.0.0.1:2001: address already in use");
    expect(error.hint).toContain("Choose another port");
  });

  it("the hint depends on what was being done", () => {
    const hint = (phase: string): string | undefined =>
      translateSystemError(systemError("EACCES"), "x", { phase }).hint;
    expect(hint("listen")).toContain("below 1024");
    expect(hint("connect")).toContain("firewall");
  });

  it("an error of ours passes as it is", () => {
    const ours = translateSystemError(systemError("EPIPE"), "x", {});
    expect(translateSystemError(ours, "y", {})).toBe(ours);
  });

  it("what is no error at all becomes NET_FAILED", () => {
    expect(translateSystemError("surprise", "could not connect", {}).message).toBe("could not connect: surprise");
  });
});
