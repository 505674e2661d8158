import { expect, test } from "vitest";
import { parseDoctor } from "../../src/cli/doctor/doctor-command.ts";
import { mayLogInDirectly } from "../../src/cli/doctor/run-doctor.ts";
import type { DoctorReport } from "../../src/doctor/report.ts";
import { reportLines } from "../../src/lab/figures/text/doctor-lines.ts";
import { plain } from "../../src/text/paint.ts";

const usual = {
  kind: "doctor",
  modes: ["EPSV", "PASV", "EPRT", "PORT"],
  allowPlaintextLogin: false,
  json: false,
  args: expect.any(Array),
};

test.each([
  ["ftp-host", { host: "ftp-host" }],
  ["ftp-host:2121", { host: "ftp-host", port: 2121 }],
  ["me@[::1]:2121", { host: "::1", port: 2121, user: "me" }],
  ["ftp://127.0.0.1:2001", { host: "127.0.0.1", port: 2001 }],
  ["ftps://ftp-host", { host: "ftp-host", tls: "implicit" }],
])("%s", (place, expected) => {
  expect(parseDoctor([place])).toEqual({ ...usual, timeoutMs: 60_000, ...expected });
});

test("the options are those of the client", () => {
  const words = ["-u", "me", "--tls", "--mode", "PORT", "--via", "user@ssh-host:2222", "-i", "key", "--timeout", "9"];
  expect(parseDoctor([...words, "ftp-host"])).toMatchObject({
    user: "me",
    tls: "explicit",
    modes: ["PORT"],
    timeoutMs: 9000,
    via: { ssh: { host: "ssh-host", user: "user", port: 2222, identityFiles: ["key"] } },
  });
});

test("the time that is left grows with what is to be waited for", () => {
  expect(parseDoctor(["--idle", "300", "h"])).toMatchObject({ idleMs: 300_000, timeoutMs: 360_000 });
  expect(parseDoctor(["--idle", "300", "--write", "/in", "h"])).toMatchObject({
    writeDirectory: "/in",
    timeoutMs: 660_000,
  });
});

test.each([[[]], [["sftp://h"]], [["--mode", "XYZ", "h"]], [["a", "b"]], [["-i", "key", "h"]]])(
  "%s is a mistake",
  (words) => {
    expect(() => parseDoctor(words)).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
  },
);

test.each([
  ["the way is this machine's own", ["ftp://me@127.0.0.1:2001"], true],
  ["TLS protects it", ["-u", "me", "--tls", "ftp-host"], true],
  ["it was allowed", ["-u", "me", "--allow-plaintext-login", "ftp-host"], true],
  ["anybody could read it on the way", ["-u", "me", "ftp-host"], false],
  ["anybody could read it on the way to the second server", ["--third-party", "b", "ftp://me@127.0.0.1"], false],
  ["both servers are on this machine", ["--third-party", "[::1]:2002", "ftp://me@127.0.0.1"], true],
])("a password: %s", (_, words, expected) => {
  expect(mayLogInDirectly(parseDoctor(words), { user: "me" })).toBe(expected);
});

const report: DoctorReport = {
  version: 1,
  server: "ftp-host-with-a-long-name.example.org:2121",
  via: "somebody@another-host-with-a-long-name.example.org",
  health: "warnings",
  complete: true,
  working: { direct: [], ssh: ["PASV"] },
  use: "sallyport -L 2121:ftp-host-with-a-long-name.example.org:2121 somebody@another-host-with-a-long-name.example.org",
  ways: [{ way: "direct", loggedIn: true, modes: [{ mode: "PASV", works: false }], greeting: "220 \u001b[2Jwelcome" }],
  connections: [
    { way: "direct", carries: "control", by: "client", to: "ftp-host:2121", fate: "made", clear: true },
    { way: "direct", carries: "PASV", by: "client", to: "10.0.0.3:50000", fate: "dropped", clear: true },
    { way: "ssh", carries: "control", by: "client", to: "localhost:2121", fate: "made", clear: false },
    { way: "ssh", carries: "PORT", by: "server", to: "127.0.0.1:40000", fate: "refused", clear: false },
  ],
  observations: ["Directly the control connection goes from 192.168.1.2 (private) to 203.0.113.3 (public)."],
  notLookedAt: ["PORT, directly"],
  findings: [
    {
      id: "D12",
      scenario: "S12",
      way: "direct",
      severity: "failure",
      title: "the server names its private address",
      why: "It is behind a NAT. It does not know its outer address.",
      evidence: ["PASV: 227 Entering Passive Mode (10,0,0,3,195,80)."],
      remedies: [{ at: "vsftpd", do: "pasv_address=OUTER-ADDRESS" }],
      instead: "sallyport -L 2121:FTP SSH",
    },
  ],
};

test.each([40, 80, 200])(
  "at %i columns no line is wider, and nothing of the server's can move the cursor",
  (columns) => {
    const lines = reportLines(report, { paint: plain, columns });
    expect(lines.filter((line) => line.length > Math.min(columns, 100))).toEqual([]);
    expect(lines.join("\n")).not.toContain("\u001b");
    expect(lines.join(" ").replace(/\s+/g, " ")).toContain(
      "D12 (S12) failure, directly: the server names its private address",
    );
  },
);
