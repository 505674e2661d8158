import { describe, expect, test } from "vitest";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import { parseTunnel, words } from "./parse.ts";

const local = (port: number, host: string, hostPort = 21, bind = "localhost") => ({ bind, port, host, hostPort });

describe("-L", () => {
  test.each([
    ["h", local(2121, "localhost")],
    ["-L 2001:ftp-host:21 h", local(2001, "ftp-host")],
    ["-L2001:ftp-host:21 h", local(2001, "ftp-host")],
    ["-L 2001:ftp-host:ftp h", local(2001, "ftp-host", 21)],
    ["-L FTP:ftp-host:2121 h", local(21, "ftp-host", 2121)],
    ["-L 0:ftp-host:21 h", local(0, "ftp-host")],
    ["-L localhost:2001:ftp-host:21 h", local(2001, "ftp-host", 21, "localhost")],
    ["-L 127.0.0.2:2001:ftp-host:21 h", local(2001, "ftp-host", 21, "127.0.0.2")],
    ["-L [::1]:2001:ftp-host:21 h", local(2001, "ftp-host", 21, "::1")],
    ["-L 2001:[2001:db8::7]:21 h", local(2001, "2001:db8::7")],
    ["-L [::1]:2001:[2001:db8::7]:21 h", local(2001, "2001:db8::7", 21, "::1")],
    ["-L [localhost]:2001:[ftp-host]:21 h", local(2001, "ftp-host", 21, "localhost")],
    ["-L 2001/ftp-host/21 h", local(2001, "ftp-host")],
    ["-L 2001/2001:db8::7/21 h", local(2001, "2001:db8::7")],
    ["-L ::1/2001/ftp-host/21 h", local(2001, "ftp-host", 21, "::1")],
    ["-L 2001:ftp_host.example.:21 h", local(2001, "ftp_host.example.")],
    ["-L 2001:bücher.example:21 h", local(2001, "bücher.example")],
    ["-L /run/me/ftp.sock:ftp-host:21 h", { socket: "/run/me/ftp.sock", port: 0, host: "ftp-host", hostPort: 21 }],
    ["-gL ./s:[2001:db8::7]:ftp h", { socket: "./s", port: 0, host: "2001:db8::7", hostPort: 21 }],
    ["-L /2001/x/s:ftp-host:21 h", { socket: "/2001/x/s", port: 0, host: "ftp-host", hostPort: 21 }],
    ["-g h", local(2121, "localhost", 21, "*")],
    ["-gL 2001:ftp-host:21 h", local(2001, "ftp-host", 21, "*")],
    ["-gL *:2001:ftp-host:21 h", local(2001, "ftp-host", 21, "*")],
    ["-gL :2001:ftp-host:21 h", local(2001, "ftp-host", 21, "*")],
    ["-gL 192.0.2.1:2001:ftp-host:21 h", local(2001, "ftp-host", 21, "192.0.2.1")],
    ["-gL [::]:2001:ftp-host:21 h", local(2001, "ftp-host", 21, "::")],
    ["-gL localhost:2001:ftp-host:21 h", local(2001, "ftp-host", 21, "localhost")],
    ["-gfL2001:localhost:21 h", local(2001, "localhost", 21, "*")],
    ["-NTfL2001:localhost:21 h", local(2001, "localhost")],
  ])("%s", (line, forward) => {
    expect(parseTunnel(line).options.forwards).toEqual([forward]);
  });

  test("it can be repeated, and free ports do not collide", () => {
    const { forwards } = parseTunnel("-L 2001:a:21 -L 0:b:21 -L0:c:2121 h").options;
    expect(forwards).toEqual([local(2001, "a"), local(0, "b"), local(0, "c", 2121)]);
  });
});

describe("the destination", () => {
  test.each([
    ["ssh-host", { host: "ssh-host" }],
    ["alice@ssh-host", { host: "ssh-host", user: "alice" }],
    ["alice@corp@ssh-host", { host: "ssh-host", user: "alice@corp" }],
    ["CORP\\alice@ssh-host", { host: "ssh-host", user: "CORP\\alice" }],
    ["192.0.2.1", { host: "192.0.2.1" }],
    ["alice@2001:db8::1", { host: "2001:db8::1", user: "alice" }],
    ["alice@[2001:db8::1]", { host: "2001:db8::1", user: "alice" }],
    ["fe80::1%eth0", { host: "fe80::1%eth0" }],
    ["ssh://ssh-host", { host: "ssh-host" }],
    ["SSH://alice@ssh-host:2222/", { host: "ssh-host", user: "alice", port: 2222 }],
    ["ssh://al%20ice@[2001:db8::1]:2222", undefined],
    ["ssh://al%69ce@[2001:db8::1]:2222", { host: "2001:db8::1", user: "alice", port: 2222 }],
    ["ssh://ssh-host:", { host: "ssh-host" }],
    ["tunnel ssh-host", { host: "ssh-host" }],
    ["tunnel tunnel", { host: "tunnel" }],
    ["tunnel help", { host: "help" }],
    ["-N -n -T -a -x h", { host: "h" }],
    ["-l alice h", { host: "h", user: "alice" }],
    ["-lalice bob@h", { host: "h", user: "alice" }],
    ["bob@h -l alice", { host: "h", user: "alice" }],
    ["-l alice -l bob h", { host: "h", user: "alice" }],
    ["-p 2222 h", { host: "h", port: 2222 }],
    ["-p2222 h", { host: "h", port: 2222 }],
    ["-p ssh h", { host: "h", port: 22 }],
    ["-p 1 ssh://h:2", { host: "h", port: 1 }],
  ])("%s", (line, ssh) => {
    if (ssh === undefined) expect(() => parseTunnel(line)).toThrow("not a user name");
    else expect(parseTunnel(line).options.ssh).toMatchObject(ssh);
  });
});

describe("options for ssh", () => {
  const settings = ["-oFoo=bar", "-o Foo=bar", "-o 'Foo bar'", "-o 'Foo = bar'", "-o '  Foo\tbar '", "-vCoFoo=bar"];
  test.each(settings)("%s", (option) => {
    expect(parseTunnel(`${option} h`).options.ssh.options).toEqual(["Foo=bar"]);
  });

  test.each([
    ["-i a -ib h", { identityFiles: ["a", "b"] }],
    ["-F none h", { configFile: "none" }],
    ["-J alice@jump:2222,other h", { jump: "alice@jump:2222,other" }],
    ["-4 h", { family: 4 }],
    ["-46 h", { family: 6 }],
    ["-C h", { compression: true }],
    ["-v -vv h", { verbosity: 3 }],
    ["-q h", { quiet: true }],
    ["-c aes128-ctr h", { options: ["Ciphers=aes128-ctr"] }],
    ["-mhmac-sha2-256 h", { options: ["MACs=hmac-sha2-256"] }],
    ["-b 192.0.2.7 h", { options: ["BindAddress=192.0.2.7"] }],
    ["-B eth0 h", { options: ["BindInterface=eth0"] }],
    ["-I /lib/p11.so h", { options: ["PKCS11Provider=/lib/p11.so"] }],
    ["-k -o 'ProxyCommand nc %h %p' h", { options: ["GSSAPIDelegateCredentials=no", "ProxyCommand=nc %h %p"] }],
    ["h -p 2222 -vC -i key", { port: 2222, verbosity: 1, compression: true, identityFiles: ["key"] }],
  ])("%s", (line, ssh) => {
    expect(parseTunnel(line).options.ssh).toMatchObject(ssh);
  });
});

describe("options of our own", () => {
  test.each([
    ["--ssh embedded h", { transport: "embedded" }],
    ["--ssh=openssh h", { transport: "openssh" }],
    ["--back default-port h", { back: "default-port" }],
    ["--back active --back-address 192.0.2.9 h", { backAddress: "192.0.2.9" }],
    ["--back-address=[2001:db8::9] h", { backAddress: "2001:db8::9" }],
    ["--passive-ports 50000-50100 h", { passivePorts: { first: 50000, last: 50100 } }],
    ["--passive-ports 50000 h", { passivePorts: { first: 50000, last: 50000 } }],
    ["--keepalive 30 h", { keepaliveMs: 30_000 }],
    ["--keepalive 0 h", { keepaliveMs: 0 }],
    ["--survive h", { surviveMs: 120_000 }],
    ["--survive 30 h", { surviveMs: 30_000 }],
    ["--survive=30 h", { surviveMs: 30_000 }],
    ["h --survive", { surviveMs: 120_000 }],
    ["h --survive 30", { surviveMs: 30_000 }],
    ["--hold 60 h", { holdMs: 60_000 }],
    ["--max-sessions 5 h", { sessionsMax: 5 }],
    [
      "--allow-third-party 192.0.2.0/24 --allow-third-party 2001:db8::/32 h",
      { allowThirdParty: ["192.0.2.0/24", "2001:db8::/32"] },
    ],
    [
      "--passive-address 203.0.113.9 0.0.0.0/0 h",
      { passiveAddresses: [{ address: "203.0.113.9", cidr: "0.0.0.0/0" }] },
    ],
    [
      "--passive-address=203.0.113.9 10.0.0.0/8 h",
      { passiveAddresses: [{ address: "203.0.113.9", cidr: "10.0.0.0/8" }] },
    ],
    [
      "h --passive-address 203.0.113.9 0.0.0.0/0 -v --passive-address 10.0.0.1 10.0.0.0/8",
      {
        passiveAddresses: [
          { address: "203.0.113.9", cidr: "0.0.0.0/0" },
          { address: "10.0.0.1", cidr: "10.0.0.0/8" },
        ],
      },
    ],
  ])("%s", (line, options) => {
    expect(parseTunnel(line).options).toMatchObject(options);
  });

  test("what is not given is not there, so that the tunnel's defaults hold", () => {
    const { options } = parseTunnel("h");
    expect(Object.keys(options)).not.toContain("keepaliveMs");
    expect(Object.keys(options)).not.toContain("transport");
    expect(Object.keys(options.ssh)).not.toContain("port");
  });
});

describe("output", () => {
  test.each([
    ["--log text h", { log: "text" }],
    ["--log json --json h", { log: "json", json: true }],
    ["--trace=t.txt h", { trace: { file: "t.txt" } }],
    ["--trace t.txt h", { trace: { file: "t.txt" } }],
    ["h --trace t.txt", { trace: { file: "t.txt" } }],
    ["h --trace", { trace: {} }],
    ["--trace -v h", { trace: {} }],
    ["--trace - h", { trace: {} }],
    ["-q h", { quiet: true, verbosity: 0 }],
  ])("%s", (line, output) => {
    expect(parseTunnel(line).output).toMatchObject(output);
  });

  test("the word after --trace is the destination when there is no other", () => {
    const command = parseTunnel("-v --trace alice@h");
    expect(command.options.ssh).toMatchObject({ host: "h", user: "alice" });
    expect(command.output.trace).toEqual({});
  });
});

describe("a command behind --", () => {
  test.each([
    ["h -- lftp {url}", ["lftp", "{url}"]],
    ["-f0 h", undefined],
    ["h -L 2001:f:21 -- curl -sS -- {url}", ["curl", "-sS", "--", "{url}"]],
    ["h -- ssh -D 1080 other --help", ["ssh", "-D", "1080", "other", "--help"]],
  ])("%s", (line, command) => {
    if (command === undefined) expect(() => parseTunnel(line)).toThrow("unknown option -0");
    else expect(parseTunnel(line).command).toEqual(command);
  });

  test("without one there are no words", () => {
    expect(parseTunnel("h")).toMatchObject({ command: [], background: false });
    expect(parseTunnel("-f h").background).toBe(true);
  });
});

describe("help and version", () => {
  test.each(["--help", "-h", "tunnel --help", "help", "help tunnel", "-L nonsense --help", "h -h"])(
    "%s asks for help",
    (line) => {
      expect(parseCommandLine(words(line))).toEqual({ kind: "help", command: "tunnel" });
    },
  );

  test.each(["--version", "-V", "h --version"])("%s asks for the version", (line) => {
    expect(parseCommandLine(words(line))).toEqual({ kind: "version" });
  });
});
