// Servers that ignore paths, take them for something else, or refuse them: their directories are entered, as RFC 1738 has it.
import { describe, expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { handlers, type Quirk, type QuirkyServer, refuse, startQuirkyServer } from "../support/quirky-server.ts";
import { watchResources } from "../support/resources.ts";
import { textOf } from "./rig.ts";

watchResources();

const files = { "/a": "root's", "/sub/": "", "/sub/b": "b's", "/sub/deep er/": "", "/sub/deep er/c": "c's" };

const connectTo = ({ host, port }: QuirkyServer): Promise<FtpClient> =>
  FtpClient.connect({ host, port, user: "me", password: "pw", mode: "passive" });

const namesOf = async (client: FtpClient, path?: string): Promise<string[]> =>
  (await client.list(path)).entries.map(({ name }) => name);

/** Refuses every argument with a slash in it. */
const noPaths =
  (reply: string): Quirk =>
  async (argument, { control }) => {
    if (!argument.includes("/")) return false;
    await control.reply(reply);
    return true;
  };

describe("a directory is listed by its own name", () => {
  /** The old PLCs' way. */
  const ignored: Quirk = async (_, session, there) => {
    await handlers["LIST"]?.("", session, there);
    return true;
  };
  /** IBM i. */
  const refused: Quirk = async (argument, session, there) =>
    argument !== "" && (await refuse("501 File must be specified by library/file.member.")("", session, there));

  test.each<[string, Quirk]>([
    ["ignores the path of LIST", ignored],
    ["refuses a path", refused],
  ])("where the server %s", async (_, LIST) => {
    await using server = await startQuirkyServer({ files, quirks: { LIST } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
    expect(await namesOf(client, "/sub/deep er")).toEqual(["c"]);
    expect(await namesOf(client, "sub/deep er")).toEqual(["c"]);
    expect(await namesOf(client)).toEqual(["a", "sub"]);
    expect(await client.pwd()).toBe("/");
  });

  test("component by component where a path is refused in CWD, too (z/OS)", async () => {
    await using server = await startQuirkyServer({ files, quirks: { CWD: noPaths("501 Invalid data set name.") } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub/deep er")).toEqual(["c"]);
    expect(server.lines.filter((line) => line.startsWith("CWD "))).toEqual([
      "CWD sub/deep er",
      "CWD sub",
      "CWD deep er",
    ]);
  });

  test("and a file is listed as itself", async () => {
    await using server = await startQuirkyServer({ files });
    await using client = await connectTo(server);
    expect((await client.list("a")).entries).toEqual([expect.objectContaining({ name: "a", size: 6 })]);
  });

  test("from where the user is, and he stays there", async () => {
    await using server = await startQuirkyServer({ files });
    await using client = await connectTo(server);
    await client.cd("sub");
    expect(await namesOf(client, "deep er")).toEqual(["c"]);
    expect(await textOf(client.download("b"))).toBe("b's");
    expect(await client.pwd()).toBe("/sub");
    await client.cd("..");
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
    expect(await client.pwd()).toBe("/");
  });

  test("which is not there: an error, not an empty listing (vsftpd)", async () => {
    await using server = await startQuirkyServer({ files });
    await using client = await connectTo(server);
    const missing = { code: "FTP_REPLY_PERMANENT", message: expect.stringContaining("550 Failed to change directory") };
    await expect(client.list("nodir")).rejects.toMatchObject(missing);
    await expect(client.listText("nodir/")).rejects.toMatchObject(missing);
    expect(await namesOf(client)).toEqual(["a", "sub"]);
  });

  test("as before where the server does not tell where we are", async () => {
    await using server = await startQuirkyServer({ files, quirks: { PWD: refuse("502 no") } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
    expect(server.lines).toContain("LIST sub");
  });

  test("who is not let back is told so, and works nowhere else", async () => {
    const CWD: Quirk = async (argument, session, there) =>
      argument === "/" && (await refuse("550 no way back")("", session, there));
    await using server = await startQuirkyServer({ files, quirks: { CWD } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
    await expect(client.remove("a")).rejects.toMatchObject({
      message: expect.stringContaining('could not go back to "/"'),
    });
    expect(server.lines).not.toContain("DELE a");
  });
});

describe("a file is named in its directory", () => {
  test.each(["501 Invalid number of arguments.", "550 no such member", "553 no"])(
    "where a path is answered with %s, and that is remembered",
    async (reply) => {
      const quirks = { RETR: noPaths(reply), STOR: noPaths(reply), SIZE: noPaths(reply) };
      await using server = await startQuirkyServer({ files, quirks });
      await using client = await connectTo(server);
      const stream = client.download("sub/deep er/c");
      expect(await textOf(stream)).toBe("c's");
      expect(await stream.result).toMatchObject({ verified: "size" });
      expect(await textOf(client.download("sub/b"))).toBe("b's");
      expect(await client.upload(Buffer.from("new"), "/sub/n")).toMatchObject({ bytes: 3, verified: "size" });
      expect(server.stored.get("/sub/n")).toBe("new");
      expect(await textOf(client.download("a"))).toBe("root's");
      expect(server.lines.filter((line) => /^(RETR|STOR) .*\//.test(line))).toEqual(["RETR sub/deep er/c"]);
    },
  );

  test("an upload from a stream begins again only where nothing of it has gone", async () => {
    const STOR: Quirk = async (argument, session, there) => {
      if (!argument.includes("/")) return false;
      const socket = await session.data?.accept();
      await new Promise((resolve) => socket?.once("data", resolve));
      return await refuse("553 no path")("", session, there);
    };
    await using server = await startQuirkyServer({ files, quirks: { STOR } });
    await using client = await connectTo(server);
    async function* once(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("first");
      yield Buffer.from("second");
    }
    await expect(client.upload(once(), "sub/n")).rejects.toMatchObject({ details: { reply: 553 } });
    expect(server.stored.has("/sub/n")).toBe(false);
  });

  test("one that is nowhere is refused in the server's words about its path", async () => {
    await using server = await startQuirkyServer({ files });
    await using client = await connectTo(server);
    await expect(textOf(client.download("sub/nothing"))).rejects.toMatchObject({
      message: 'could not download "sub/nothing": 550 Failed to open file.',
    });
    expect(await client.pwd()).toBe("/");
  });
});

describe("MLSD that is offered and not there", () => {
  test.each(["500 what?", "501 no", "502 not here", "504 no"])(
    "%s: LIST for the rest of the session",
    async (reply) => {
      const quirks = { MLSD: refuse(reply) };
      await using server = await startQuirkyServer({ files, features: ["MLST type*;size*;"], quirks });
      await using client = await connectTo(server);
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      expect(await namesOf(client)).toEqual(["a", "sub"]);
      expect(server.lines.filter((line) => line.startsWith("MLSD"))).toEqual(["MLSD sub"]);
    },
  );

  test("501 for what is no directory is that file's, and MLSD is asked again", async () => {
    const quirks = { MLSD: refuse("501 Not a directory"), CWD: refuse("550 no") };
    await using server = await startQuirkyServer({ files, features: ["MLST type*;size*;"], quirks });
    await using client = await connectTo(server);
    await expect(client.list("nothing")).rejects.toMatchObject({ details: { reply: 501 } });
    await expect(client.list("nothing")).rejects.toMatchObject({ details: { reply: 501 } });
  });
});
