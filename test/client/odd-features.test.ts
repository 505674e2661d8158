// Features that servers offer in their own ways: PRET before PASV, PBSZ that is refused, TLS that is not there.
import { describe, expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { type Quirk, type QuirkyServer, refuse, startQuirkyServer } from "../support/quirky-server.ts";
import { watchResources } from "../support/resources.ts";
import { textOf } from "./rig.ts";

watchResources();

const files = { "/a": "root's", "/sub/": "", "/sub/b": "b's" };

const connectTo = ({ host, port }: QuirkyServer, options: Partial<Parameters<typeof FtpClient.connect>[0]> = {}) =>
  FtpClient.connect({ host, port, user: "me", password: "pw", ...options });

describe("a server whose FEAT has PRET (DrFTPD)", () => {
  const noPret: Quirk = refuse("500 You need to use a client supporting PRET (PRE Transfer) to use PASV");

  async function startDrFtpd(more: Readonly<Record<string, Quirk>> = {}): Promise<QuirkyServer> {
    let announced = false;
    const PRET: Quirk = async (argument, session, there) => {
      announced = true;
      const missing = argument.startsWith("RETR ") && !there.stored.has(`/${argument.slice(5)}`);
      return await refuse(missing ? "550 No such file" : "200 OK, planning to use it")("", session, there);
    };
    const EPSV: Quirk = async (_, session, there) => {
      const wasAnnounced = announced;
      announced = false;
      return !wasAnnounced && (await noPret("", session, there));
    };
    return await startQuirkyServer({
      files,
      features: ["PRET", "SIZE"],
      quirks: { PRET, EPSV, PASV: noPret, ...more },
    });
  }

  test("is told each transfer before its port is asked for", async () => {
    await using server = await startDrFtpd();
    await using client = await connectTo(server);
    expect(await textOf(client.download("a"))).toBe("root's");
    expect((await client.list("sub")).entries.map(({ name }) => name)).toEqual(["b"]);
    await client.upload(Buffer.from("new"), "n");
    expect(server.stored.get("/n")).toBe("new");
    expect(client.mode).toBe("passive");
    const asked = server.lines.filter((line) => /^(PRET|EPSV|PASV|PORT|EPRT)/.test(line));
    expect(asked).toEqual(["PRET RETR a", "EPSV", "PRET LIST", "EPSV", "PRET STOR n", "EPSV"]);
  });

  test("refuses a file there, and no other mode is tried for that", async () => {
    await using server = await startDrFtpd();
    await using client = await connectTo(server);
    await expect(textOf(client.download("nothing"))).rejects.toMatchObject({
      code: "FTP_REPLY_PERMANENT",
      message: 'could not download "nothing": 550 No such file',
    });
    expect(await textOf(client.download("a"))).toBe("root's");
    expect([client.mode, server.lines.filter((line) => /^(PORT|EPRT)/.test(line))]).toEqual(["passive", []]);
  });

  test("and has it no more is asked without", async () => {
    await using server = await startQuirkyServer({ files, features: ["PRET"], quirks: { PRET: refuse("502 no") } });
    await using client = await connectTo(server);
    for (const _ of [1, 2]) expect(await textOf(client.download("a"))).toBe("root's");
    expect(server.lines.filter((line) => line.startsWith("PRET"))).toEqual(["PRET RETR a"]);
  });
});

describe("a server that does not offer TLS", () => {
  test.each(["500 what?", "502 no", "530 Please login with USER and PASS.", "534 no", "431 not now"])(
    "and says %s: the hint is about TLS, and nothing is sent",
    async (reply) => {
      await using server = await startQuirkyServer({ files, quirks: { AUTH: refuse(reply) } });
      await expect(connectTo(server, { tls: {} })).rejects.toMatchObject({
        message: `the server does not offer TLS (AUTH TLS): ${reply}`,
        hint: expect.stringMatching(/^Nothing was sent without TLS\..*ftps:\/\//),
      });
      expect(server.lines).toEqual(["AUTH TLS"]);
    },
  );
});

describe("names in Latin-1", () => {
  test("are written and read with that encoding, and UTF-8 is switched off", async () => {
    await using server = await startQuirkyServer({ files: { "/n\xe4me": "odd" }, features: ["SIZE", "UTF8"] });
    await using client = await connectTo(server, { encoding: "latin1" });
    expect((await client.list()).entries.map(({ name }) => name)).toEqual(["näme"]);
    expect(await textOf(client.download("näme"))).toBe("odd");
    // As a URL has it: the byte that is no UTF-8.
    expect(await textOf(client.download("n\udce4me"))).toBe("odd");
    await client.upload(Buffer.from("new"), "ö");
    expect([...server.stored.keys()]).toContain("/\xf6");
    expect(server.lines).toContain("OPTS UTF8 OFF");
  });

  test("are kept as they are without it, and shown by their bytes", async () => {
    await using server = await startQuirkyServer({ files: { "/n\xe4me": "odd" }, quirks: { DELE: refuse("550 no") } });
    await using client = await connectTo(server);
    const [entry] = (await client.list()).entries;
    expect(await textOf(client.download(entry?.name ?? ""))).toBe("odd");
    await expect(client.remove(entry?.name ?? "")).rejects.toThrow('could not delete "n\\xe4me"');
  });
});
