// A server whose listings would have us write elsewhere; and FTPS.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { openServer } from "../../../src/serve/open-server.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { watchResources } from "../../support/resources.ts";
import type { ScriptedControl } from "../../support/scripted-control.ts";
import { startScriptedServer } from "../../support/scripted-server.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, run } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

const listing = ["../up", "/etc/abs", "..", "good", "a\\b", "good", "C:x"]
  .map((name) => `type=file;size=4; ${name}\r\n`)
  .join("");

/** Answers anything, with that listing and with files of four bytes. */
async function serve(control: ScriptedControl): Promise<void> {
  await control.reply("220 hello");
  let data = await control.listenData();
  for (let line = await control.line(); line !== undefined; line = await control.line()) {
    const verb = line.split(" ", 1)[0] ?? "";
    if (verb === "FEAT") await control.send("211-Features\r\n MLST type*;size*;\r\n SIZE\r\n211 End\r\n");
    else if (verb === "USER") await control.reply("230 in");
    else if (verb === "SIZE") await control.reply("213 4");
    else if (verb === "EPSV") {
      data = await control.listenData();
      await control.reply(`229 ok (|||${data.port}|)`);
    } else if (verb === "MLSD" || verb === "RETR") {
      await control.reply("150 here");
      const socket = await data.accept();
      socket.end(verb === "RETR" ? "evil" : listing);
      await control.reply("226 done");
    } else await control.reply(verb === "QUIT" ? "221 bye" : "200 ok");
  }
}

test("names that lead elsewhere are refused, one that is there twice is taken once, and all of it fails the run", async () => {
  await using server = await startScriptedServer(serve);
  const home = makeTempDir("home");
  mkdirSync(home.file("in"));
  const words = ["get", "--json", "-r", `ftp://${server.host}:${server.port}/`, home.file("in/to")];
  const { ended, stdout } = await run(program.real, words, { env: { HOME: home.path } });
  expect(ended).toBe("exit 1");
  expect(readdirSync(home.file("in/to"))).toEqual(["good"]);
  expect([readdirSync(home.file("in")), existsSync(home.file("up"))]).toEqual([["to"], false]);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; code?: string; message?: string });
  const errors = events.filter(({ event }) => event === "error");
  const about = (text: string) => errors.find(({ message }) => message?.includes(text))?.code;
  expect(about("../up")).toBe("FS_OUTSIDE");
  expect(about("/etc/abs")).toBe("FS_OUTSIDE");
  expect(about("C:x")).toBe("FS_OUTSIDE");
  expect(about("twice")).toBe("FS_NAME_INVALID");
  expect(errors.length).toBe(5);
  home.remove();
});

test("ftps:// and --tls: in TLS with the roots of --tls-ca, and not at all with a stranger's certificate", async () => {
  await using home = makeTempDir("home");
  const { certificate, key, certificateFile } = makeCertificate(home);
  mkdirSync(home.file("files"));
  writeFileSync(home.file("files/f"), "protected");
  const server = await openServer({
    files: home.file("files"),
    anonymous: "read",
    listen: [{ port: 0 }, { port: 0, implicitTls: true }],
    tls: { certificate, key, required: true, requireReuse: true },
  });
  try {
    const [plain, implicit] = server.listeners.map(({ port }) => port);
    const get = (...words: string[]) => run(program.real, ["get", "-q", ...words, "-"], { env: { HOME: home.path } });
    const ca = ["--tls-ca", certificateFile];
    expect(await get(...ca, `ftps://127.0.0.1:${implicit}/f`)).toMatchObject({ ended: "exit 0", stdout: "protected" });
    expect(await get(...ca, "--tls", `ftp://127.0.0.1:${plain}/f`)).toMatchObject({
      ended: "exit 0",
      stdout: "protected",
    });
    const stranger = await get("--explain", `ftps://127.0.0.1:${implicit}/f`);
    expect(stranger).toMatchObject({ ended: "exit 1", stdout: "", stderr: expect.stringContaining("D38: ") });
    const clear = await get("--explain", `ftp://127.0.0.1:${plain}/f`);
    expect(clear).toMatchObject({ ended: "exit 1", stdout: "", stderr: expect.stringContaining("S19: ") });
  } finally {
    await server[Symbol.asyncDispose]();
  }
});
