// What the server tells its log of logins and files.
import { afterEach, expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
afterEach(() => rig[Symbol.asyncDispose]());

const actions = (): unknown[] => rig.events.filter(({ type }) => type === "file.action");

test("each change and each transfer is told with user, address, whole path and outcome", async () => {
  rig = await startRig();
  const peer = await rig.login();
  await peer.command("TYPE I");
  await peer.command("MKD /in");
  await peer.command("CWD in");
  await peer.upload("STOR x", "hello");
  await peer.upload("APPE x", "!");
  await peer.download("RETR x");
  await peer.command("RNFR x");
  await peer.command("RNTO ../y");
  await peer.command("MFMT 20200102030405 /y");
  await peer.command("SITE CHMOD 640 ../y");
  await peer.command("MFF modify=20200102030405;unix.mode=0600; ../y");
  await peer.command("SITE HELP");
  await peer.command("DELE /y");
  await peer.command("DELE /y");
  await peer.upload("STOU u", "1");
  await peer.download("RETR nothing");
  await peer.command("RMD /in");
  const who = { user: "alice", client: "127.0.0.1", protocol: "ftp" };
  expect(actions()).toMatchObject([
    { ...who, action: "mkdir", path: "/in", ok: true, outcome: expect.stringMatching(/^257 /) },
    { ...who, action: "upload", path: "/in/x", ok: true, bytes: 5, outcome: expect.stringMatching(/^226 /) },
    { action: "upload", path: "/in/x", ok: true, bytes: 1 },
    { action: "download", path: "/in/x", ok: true, bytes: 6 },
    { action: "rename", path: "/in/x", to: "/y", ok: true },
    { ...who, action: "set-time", path: "/y", ok: true, command: "MFMT 20200102030405 /y" },
    { action: "chmod", path: "/y", command: "SITE CHMOD 640 ../y" },
    { action: "chmod", path: "/y" },
    { action: "delete", path: "/y", ok: true },
    { action: "delete", path: "/y", ok: false, outcome: expect.stringMatching(/^550 /) },
    { action: "upload", path: expect.stringMatching(/^\/in\/u\.\w+$/), ok: true, bytes: 1 },
    { action: "download", path: "/in/nothing", ok: false, bytes: 0 },
    { action: "rmdir", path: "/in", ok: false },
  ]);
});

test("what the log has no use for is not told, and everything else is", async () => {
  rig = await startRig({ traceTransfers: false });
  const peer = await rig.login();
  await peer.command("TYPE I");
  await peer.upload("STOR x", "hello");
  expect(await peer.download("RETR x")).toMatchObject({ text: "hello" });
  await peer.command("QUIT");
  await until("the session's end", () => rig.events.some(({ type }) => type === "session.close"));
  expect(new Set(rig.events.map(({ type }) => type))).toEqual(
    new Set(["session.open", "login.accepted", "session.close"]),
  );
});

test("an upload that breaks is told as failed", async () => {
  rig = await startRig();
  const peer = await rig.login();
  const data = await peer.passive();
  expect(await peer.code("STOR x")).toBe(150);
  data.write("hello");
  await until("a byte", async () =>
    (await peer.command("STAT")).lines.some((line) => line.includes(" 5 bytes so far")),
  );
  data.resetAndDestroy();
  expect((await peer.reply()).code).toBe(426);
  expect(actions()).toMatchObject(
    [{ action: "upload", path: "/x", ok: false, bytes: 5, outcome: /^426 / }].map((one) => ({
      ...one,
      outcome: expect.stringMatching(one.outcome),
    })),
  );
});

test("logins are told, those refused too", async () => {
  rig = await startRig();
  const peer = await rig.connect();
  await peer.reply();
  await peer.command("USER mallory");
  expect(await peer.code("PASS guess")).toBe(530);
  await peer.command("USER alice");
  expect(await peer.code("PASS secret")).toBe(230);
  expect(rig.events.filter(({ type }) => type.startsWith("login."))).toMatchObject([
    { type: "login.refused", user: "mallory", client: "127.0.0.1" },
    { type: "login.accepted", user: "alice", client: "127.0.0.1" },
  ]);
  expect(JSON.stringify(rig.events)).not.toContain("guess");
});
