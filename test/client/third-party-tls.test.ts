// Who of two servers is the TLS client of the other, and that both are as before afterwards.
import { expect, test } from "vitest";
import type { Session } from "../../src/client/session.ts";
import { agreeTlsRoles } from "../../src/client/third-party.ts";

/** A session that answers each command with the next code, and what was said to it. */
function session(host: string, features: readonly string[], codes: readonly number[] = [], protectData = true) {
  const said: string[] = [];
  const failed: string[] = [];
  const control = {
    failure: undefined,
    command: async (verb: string, argument: string) => {
      said.push(`${verb} ${argument}`);
      const code = codes[said.length - 1] ?? 200;
      return { code, lines: [`${code} text`] };
    },
    fail: ({ message }: Error) => void failed.push(message),
  };
  const parts = {
    control,
    protectData,
    server: { host, port: 21 },
    features: new Map(features.map((name) => [name, ""])),
  };
  return { session: parts as unknown as Session, said, failed };
}

test("without TLS nothing is said", async () => {
  const [one, other] = [session("a", ["SSCN"], [], false), session("b", ["SSCN"], [], false)];
  const roles = await agreeTlsRoles(one.session, other.session, "x");
  await roles.undo();
  expect([roles.passiveVerb, one.said, other.said]).toEqual([undefined, [], []]);
});

test("the destination connects, so it is asked first; else the source; SSCN is taken back", async () => {
  for (const [here, there] of [
    [["SSCN"], ["SSCN"]],
    [["SSCN", "CPSV"], []],
  ] as const) {
    const [source, destination] = [session("a", here), session("b", there)];
    const roles = await agreeTlsRoles(source.session, destination.session, "x");
    await roles.undo();
    const [asked, other] = there.length > 0 ? [destination, source] : [source, destination];
    expect([roles.passiveVerb, asked.said, other.said]).toEqual([undefined, ["SSCN ON", "SSCN OFF"], []]);
  }
});

test("a source that has only CPSV listens by it, and begins the handshake", async () => {
  const [source, destination] = [session("a", ["CPSV"]), session("b", [])];
  expect((await agreeTlsRoles(source.session, destination.session, "x")).passiveVerb).toBe("CPSV");
});

test("a server that does not become a TLS client is told; one that stays it is given up", async () => {
  const refusing = session("b", ["SSCN"], [500]);
  await expect(agreeTlsRoles(session("a", []).session, refusing.session, "x")).rejects.toMatchObject({
    code: "FTP_REPLY_PERMANENT",
    message: expect.stringContaining("b does not become a TLS client"),
  });
  const staying = session("b", ["SSCN"], [200, 500]);
  await (await agreeTlsRoles(session("a", []).session, staying.session, "x")).undo();
  expect(staying.failed).toEqual([expect.stringContaining("b does not become a TLS server again")]);
});

test("data inside TLS at one side only, or servers that can only be TLS servers, are refused with the reason", async () => {
  const alone = agreeTlsRoles(session("a", ["SSCN"]).session, session("b", ["SSCN"], [], false).session, "x");
  await expect(alone).rejects.toMatchObject({
    code: "NET_UNSUPPORTED",
    message: expect.stringContaining("a has data"),
  });
  const servers = agreeTlsRoles(session("a", []).session, session("b", ["CPSV"]).session, "x");
  await expect(servers).rejects.toMatchObject({
    code: "NET_UNSUPPORTED",
    hint: expect.stringContaining("this machine"),
  });
});
