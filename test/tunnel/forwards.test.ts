import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { checkForwards, listenAll, openForward } from "../../src/tunnel/forwards.ts";

const ssh = { host: "ssh-host" };
const forward = { port: 0, host: "ftp-host", hostPort: 21 };

test("without a forward it is port 2121 here and port 21 of the SSH host", () => {
  const [checked] = checkForwards({ ssh });
  expect(checked).toMatchObject({
    bind: "localhost",
    port: 2121,
    gateway: { target: { host: "localhost", port: 21 } },
  });
});

test.each(["*", "", "0.0.0.0", "::", "192.0.2.1"])(
  "bind %j without gatewayPorts is POLICY_BIND, and the hint is named",
  (bind) => {
    expect(() => checkForwards({ ssh, forwards: [{ ...forward, bind }] })).toThrow(
      expect.objectContaining({ code: "POLICY_BIND", hint: expect.stringContaining("-g") }),
    );
  },
);

test.each([
  ["*", ""],
  ["", ""],
  [undefined, ""],
  ["192.0.2.1", "192.0.2.1"],
  ["::1", "::1"],
])("bind %j with gatewayPorts listens on %j", (bind, listens) => {
  const forwards = [bind === undefined ? forward : { ...forward, bind }];
  expect(checkForwards({ ssh, forwards, gatewayPorts: true })[0]?.bind).toBe(listens);
});

test("what other machines can use is told with every address that it has there", async () => {
  const checked = checkForwards({ ssh, forwards: [forward], gatewayPorts: true });
  const [listener] = await listenAll(checked, new AbortController().signal);
  if (checked[0] === undefined || listener === undefined) throw new Error("no forward");
  await using _closed = listener;
  const { openAt, openUrls = [], port } = openForward(listener, checked[0], { ssh });
  expect(openAt).toBe("every address");
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const ipv4 = others.filter(({ internal, family, address }) => {
    return !internal && family === "IPv4" && !address.startsWith("169.254.");
  });
  expect(openUrls).toEqual(expect.arrayContaining(ipv4.map(({ address }) => `ftp://${address}:${port}`)));
  expect(openUrls.join(" ")).not.toMatch(/\/\/(?:127\.|\[(?:::1|fe80))/);
});

test.each([
  ["no forward", { forwards: [] }, /no forward/],
  ["a name to listen on", { forwards: [{ ...forward, bind: "example" }] }, /not an IP address/],
  ["a port too high", { forwards: [{ ...forward, port: 65_536 }] }, /listening port 65536/],
  ["no FTP port", { forwards: [{ ...forward, hostPort: 0 }] }, /FTP server's port 0/],
  [
    "a socket path that the system would cut off",
    { forwards: [{ ...forward, socket: `/${"x".repeat(103)}` }] },
    /longer than 103/,
  ],
  [
    "a socket for others",
    { ssh: { ...ssh, options: ["StreamLocalBindMask=0111"] }, forwards: [{ ...forward, socket: "/s" }] },
    /StreamLocalBindMask 0111/,
  ],
  ["an empty host", { forwards: [{ ...forward, host: "" }] }, /host is empty/],
  ["ports the wrong way round", { passivePorts: { first: 5000, last: 4000 } }, /passive port 4000/],
  ["an IPv6 passive address", { passiveAddresses: [{ address: "::1", cidr: "0.0.0.0/0" }] }, /not an IPv4 address/],
  ["a bad network", { allowThirdParty: ["10.0.0.0/33"] }, /10\.0\.0\.0\/33/],
  ["no sessions", { sessionsMax: 0 }, /sessionsMax 0/],
  ["half a millisecond", { keepaliveMs: 0.5 }, /keepaliveMs 0.5/],
])("%s is CONFIG_INVALID", (_what, options, message) => {
  expect(() => checkForwards({ ssh, ...options })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(message) }),
  );
});
