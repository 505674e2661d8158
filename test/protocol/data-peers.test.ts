import { describe, expect, it } from "vitest";
import { isServer, judgeTarget, type TargetPolicy } from "../../src/protocol/data-peers.ts";

describe("who may be named in PORT", () => {
  const policy = (client: string): TargetPolicy => ({
    client,
    here: { host: "10.0.0.1", port: 2121 },
    allowThirdParty: [],
    ownAddresses: () => ["10.0.0.1", "2001:db8::1"],
  });
  it.each([
    ["10.0.0.5", "10.0.0.5", true],
    ["10.0.0.5", "10.0.0.6", false],
    ["10.0.0.5", "10.0.0.1", false],
    ["10.0.0.5", "127.0.0.1", false],
    ["10.0.0.5", "169.254.169.254", false],
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1", "10.0.0.1", true],
    ["127.0.0.1", "2001:db8::1", true],
    ["127.0.0.1", "10.0.0.5", false],
    ["::1", "127.0.0.1", true],
    ["fe80::1%eth0", "fe80::1", true],
    ["2001:db8::5", "2001:0db8:0::5", true],
  ])("a client at %s names %s: %s", (client, host, allowed) => {
    expect(judgeTarget(policy(client), { host, port: 4000 }).allowed).toBe(allowed);
  });

  it.each([
    [21, "10.0.0.5", "port 21 is privileged"],
    [1023, "10.0.0.5", "port 1023 is privileged"],
    [2121, "10.0.0.1", "is this server itself"],
  ])("port %i of %s: no, and why", (port, host, why) => {
    expect(judgeTarget(policy("10.0.0.5"), { host, port })).toMatchObject({ why: expect.stringContaining(why) });
  });
});

describe("a peer", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1", "192.0.2.66", false],
    ["127.0.0.1", "192.0.2.66", false],
    // A server at one loopback address connects from another where it does not choose.
    ["127.0.0.5", "127.0.0.1", true],
    ["localhost", "::1", true],
    ["localhost", "192.0.2.66", false],
    ["ftp.example", "192.0.2.66", true],
    ["192.0.2.1", "", true],
  ])("of the server at %s that comes from '%s': %s", (server, remote, is) => {
    expect(isServer(server, remote)).toBe(is);
  });
});
