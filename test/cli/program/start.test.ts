import { createServer } from "node:net";
import { beforeAll, describe, expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { watchResources } from "../../support/resources.ts";
import { type BuiltProgram, buildProgram, run, start } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

describe("bin/sallyport.js", () => {
  test.each([["--help"], ["tunnel", "--help"], ["help"]])("%s %s prints help and exits with 0", async (...args) => {
    const words = args.filter((word) => typeof word === "string");
    expect(await run(program.real, words)).toEqual({ ended: "exit 0", stdout: helpText(), stderr: "" });
  });

  test("--version prints name and version", async () => {
    const { ended, stdout } = await run(program.real, ["--version"]);
    expect([ended, stdout]).toEqual(["exit 0", expect.stringMatching(/^sallyport \d+\.\d+\.\d+\n$/)]);
  });

  test("help that nobody reads ends quietly, as SIGPIPE ends other programs", async () => {
    await using helping = start(program.real, ["--help"]);
    helping.closeStdout();
    expect(await helping.ended).toBe("exit 141");
    expect(helping.stderr()).toBe("");
  });

  test.each([
    [["--passiv-ports", "1-2", "h"], "sallyport: unknown option --passiv-ports\n  Did you mean --passive-ports?\n"],
    [["-L", "2001", "h"], expect.stringContaining("sallyport: -L 2001: this is not [bind:]port:host:hostport\n  ")],
    [[], expect.stringContaining("sallyport: the destination is missing")],
    [["-L", "\u001b[2J", "h"], expect.stringContaining("-L \\x1b[2J: this is not")],
  ])("%j exits with 2 and one clear message", async (args, stderr) => {
    expect(await run(program.real, args)).toEqual({ ended: "exit 2", stdout: "", stderr });
  });

  test("a port in use exits with 1, names the port, and never gets to SSH", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as { port: number };
      const { ended, stderr } = await run(program.real, ["-L", `${port}:ftp-host:21`, "ssh-host.invalid"]);
      expect(ended).toBe("exit 1");
      expect(stderr).toMatch(new RegExp(`^sallyport: .*127\\.0\\.0\\.1:${port}.*in use`));
      expect(stderr).not.toContain("    at ");
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("a Node.js that is too old is named, and what is needed", async () => {
    const fake = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.18.3'}})";
    const { ended, stderr } = await run(program.real, ["--version"], {
      nodeOptions: ["--import", `data:text/javascript,${encodeURIComponent(fake)}`],
    });
    expect(ended).toBe("exit 1");
    expect(stderr).toBe("sallyport: this is Node.js 20.18.3, and Sallyport needs 20.19 or later\n");
  });
});

describe("an error from the tunnel is told in one message", () => {
  test.each([
    ["SSH_AUTH", 255],
    ["SSH_PROGRAM_MISSING", 255],
    ["NET_ADDRESS_IN_USE", 1],
    ["CONFIG_INVALID", 2],
  ])("%s exits with %i", async (code, status) => {
    const fail = { code, message: "it failed", hint: "Do this." };
    expect(await run(program.fake, ["h"], { tunnel: { fail } })).toEqual({
      ended: `exit ${status}`,
      stdout: "",
      stderr: "sallyport: it failed\n  Do this.\n",
    });
  });

  test("with --json also as an object on standard output", async () => {
    const fail = { code: "SSH_HOST_KEY", message: "the key has changed", hint: "Ask." };
    const { ended, stdout, stderr } = await run(program.fake, ["--json", "h"], { tunnel: { fail } });
    expect(ended).toBe("exit 255");
    expect(JSON.parse(stdout)).toEqual({ event: "error", ...fail, exitStatus: 255 });
    expect(stderr).toContain("the key has changed");
  });

  test("with --log json as a log line", async () => {
    const fail = { code: "SSH_AUTH", message: "refused" };
    const { stderr } = await run(program.fake, ["--log", "json", "h"], { tunnel: { fail } });
    expect(JSON.parse(stderr)).toMatchObject({ level: 50, event: "error", code: "SSH_AUTH", msg: "refused" });
  });

  test("a fault of ours asks to be reported; its stack is shown with -vv", async () => {
    const tunnel = { fault: "x is undefined" };
    const [plain, verbose] = await Promise.all([
      run(program.fake, ["h"], { tunnel }),
      run(program.fake, ["-vv", "h"], { tunnel }),
    ]);
    expect(plain.ended).toBe("exit 1");
    expect(plain.stderr).toMatch(/^sallyport: a fault in Sallyport: x is undefined\n {2}Please report it.*\n$/);
    expect(verbose.stderr).toMatch(/\n {4}at .*openTunnel/);
  });

  test("a trace file that cannot be written is told before anything is opened", async () => {
    const { ended, stderr } = await run(program.fake, ["--trace=/proc/nothing/t", "h"], { tunnel: { marks: true } });
    expect(ended).toBe("exit 2");
    expect(stderr).toMatch(/^sallyport: cannot write the trace to \/proc\/nothing\/t: /);
  });
});

test.each([
  [[], "report"],
  [["--check"], "wait"],
])("a tunnel looks once at its FTP servers: %j is %s", async (words, check) => {
  const tunnel = { show: "check", fail: { code: "SSH_AUTH", message: "refused" } };
  const { stderr } = await run(program.fake, [...words, "h"], { tunnel });
  expect(stderr).toBe(`FAKE check ${check}\nsallyport: refused\n`);
});

describe("what ssh says", () => {
  test("goes to standard error without our name, and escaped; -q keeps it away", async () => {
    const tunnel = { tell: ["Welcome\u001b[2J!"], fail: { code: "SSH_AUTH", message: "refused" } };
    const [loud, quiet] = await Promise.all([
      run(program.fake, ["h"], { tunnel }),
      run(program.fake, ["-q", "h"], { tunnel }),
    ]);
    expect(loud.stderr).toBe("Welcome\\x1b[2J!\nsallyport: refused\n");
    expect(quiet.stderr).toBe("sallyport: refused\n");
  });
});
