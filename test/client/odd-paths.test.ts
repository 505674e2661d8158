// Servers that ignore paths, take them for something else, or refuse them: their directories are entered, as RFC 1738 has it.
import { describe, expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import {
  handlers,
  linesOf,
  placeOf,
  type Quirk,
  type QuirkyServer,
  refuse,
  startQuirkyServer,
} from "../support/quirky-server.ts";
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

/** LIST of where we are, whatever path is given: the old PLCs' way. */
const ignored: Quirk = async (_, session, there) => {
  await handlers["LIST"]?.("", session, there);
  return true;
};

/** MLSD likewise. */
const factsHere: Quirk = async (_, session, there) => {
  const names = linesOf(there, session.cwd).matchAll(/2020 (.*)\r\n/g);
  const text = [...names].map(([, name]) => `type=file;size=1; ${name}\r\n`).join("");
  const socket = await session.data?.accept();
  await session.control.reply("150 here");
  socket?.end(Buffer.from(text, "latin1"));
  await session.control.reply("226 done");
  return true;
};

describe("a directory is listed by its own name", () => {
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

  test.each(["450 No files found.", "550 No members found.", "550 No data sets found."])(
    "which is empty, as the server says by %s",
    async (reply) => {
      await using server = await startQuirkyServer({ files, quirks: { LIST: refuse(reply) } });
      await using client = await connectTo(server);
      expect(await namesOf(client, "sub")).toEqual([]);
      await expect(client.list("nodir")).rejects.toMatchObject({ code: "FTP_REPLY_PERMANENT" });
    },
  );

  test("which has the name of a pattern", async () => {
    const named = { ...files, "/x[1]/": "", "/x[1]/in": "in", "/x1": "other" };
    await using server = await startQuirkyServer({ files: named });
    await using client = await connectTo(server);
    expect(await namesOf(client, "x[1]")).toEqual(["in"]);
    await client.listText("x*");
    expect(server.lines).toContain("LIST x*");
  });

  test.each(["257 /", "257 / is the current directory", '250 "/"'])(
    "where the server tells it by %s",
    async (reply) => {
      const PWD: Quirk = async (_, session, there) => session.cwd === "/" && (await refuse(reply)("", session, there));
      await using server = await startQuirkyServer({ files, quirks: { PWD } });
      await using client = await connectTo(server);
      await expect(client.list("nodir")).rejects.toMatchObject({ code: "FTP_REPLY_PERMANENT" });
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      expect(await namesOf(client)).toEqual(["a", "sub"]);
    },
  );

  test("by its path where the server has no CWD", async () => {
    await using server = await startQuirkyServer({ files, quirks: { CWD: refuse("502 no CWD") } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
  });

  test("226 without 150 is told at once, for no data may come", async () => {
    await using server = await startQuirkyServer({ files, quirks: { LIST: refuse("226 done") } });
    await using client = await connectTo(server);
    await expect(client.list("sub")).rejects.toThrow("226 without having announced the data");
  });

  test("where the server does not tell where we are, and CDUP leads back", async () => {
    const withEmpty = { ...files, "/empty/": "" };
    await using server = await startQuirkyServer({ files: withEmpty, quirks: { PWD: refuse("502 no") } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub/deep er")).toEqual(["c"]);
    expect(await namesOf(client)).toEqual(["a", "sub", "empty"]);
    expect(server.lines.filter((line) => /^C/.test(line))).toEqual(["CWD sub/deep er", "CDUP", "CDUP"]);
    expect(await namesOf(client, "empty")).toEqual([]);
    await expect(client.list("nodir")).rejects.toMatchObject({ details: { reply: 550 } });
    expect(await namesOf(client, "/sub")).toEqual(["b", "deep er"]);
    expect(server.lines).toContain("LIST /sub");
  });

  describe("where CWD is always accepted", () => {
    const accepted = refuse("250 ok");
    const missing = { message: expect.stringContaining("the server accepts CWD and stays where it was") };

    test("and means nothing: by its path", async () => {
      const withEmpty = { ...files, "/empty/": "" };
      await using server = await startQuirkyServer({ files: withEmpty, quirks: { CWD: accepted } });
      await using client = await connectTo(server);
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      await expect(client.list("nodir")).rejects.toMatchObject(missing);
      await expect(client.list("empty")).rejects.toMatchObject(missing);
      await client.upload(Buffer.from("new"), "sub/n");
      expect(server.stored.get("/sub/n")).toBe("new");
    });

    test("and means nothing, nor does the path of LIST or MLSD: an error, no other directory's files", async () => {
      for (const features of [["SIZE"], ["MLST type*;"]]) {
        const quirks = { CWD: accepted, LIST: ignored, MLSD: factsHere };
        await using server = await startQuirkyServer({ files, features, quirks });
        await using client = await connectTo(server);
        await expect(client.list("sub")).rejects.toMatchObject(missing);
        expect(await namesOf(client)).toEqual(["a", "sub"]);
      }
    });

    test("and obeyed for what is there: that is listed, the rest is an error", async () => {
      const CWD: Quirk = async (argument, session, there) =>
        placeOf(session, argument) !== "/" && !there.stored.has(`${placeOf(session, argument)}/`)
          ? await accepted("", session, there)
          : false;
      await using server = await startQuirkyServer({ files, quirks: { CWD } });
      await using client = await connectTo(server);
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      await expect(client.list("nodir")).rejects.toMatchObject(missing);
      expect(await namesOf(client)).toEqual(["a", "sub"]);
    });

    test("no server that has refused one is doubted, nor one whose link leads to where we are", async () => {
      const CWD: Quirk = async (argument, session, there) =>
        argument === "here" && (await accepted("", session, there));
      await using server = await startQuirkyServer({ files, quirks: { CWD } });
      await using client = await connectTo(server);
      expect(await namesOf(client, "here")).toEqual(["a", "sub"]);
      expect(server.lines).toContain("CWD here/no-such-directory");
      server.lines.length = 0;
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      expect(server.lines).not.toContain("PWD");
    });
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
  /** Takes the last part of it. */
  const misread =
    (verb: string): Quirk =>
    async (argument, session, there) => {
      if (!argument.includes("/")) return false;
      await handlers[verb]?.(argument.replace(/.*\//, ""), session, there);
      return true;
    };
  const verbs = ["RETR", "STOR", "SIZE", "DELE", "MKD", "RMD", "RNFR", "RNTO", "LIST", "MLSD"];
  const quirksOf = (quirk: (verb: string) => Quirk): Record<string, Quirk> =>
    Object.fromEntries(verbs.map((verb) => [verb, quirk(verb)]));

  test.each<[string, (verb: string) => Quirk]>([
    ...[450, 500, 501, 502, 503, 504, 550, 552, 553].map((code): [string, (verb: string) => Quirk] => [
      `refused with ${code}`,
      () => noPaths(`${code} no`),
    ]),
    ["taken for the name alone", misread],
  ])("where a path is %s", async (_, quirk) => {
    await using server = await startQuirkyServer({ files, quirks: quirksOf(quirk) });
    await using client = await connectTo(server);
    const stream = client.download("sub/deep er/c");
    expect(await textOf(stream)).toBe("c's");
    expect(await stream.result).toMatchObject({ verified: "size" });
    expect(await textOf(client.download("sub/b"))).toBe("b's");
    expect(await client.upload(Buffer.from("new"), "/sub/n")).toMatchObject({ bytes: 3, verified: "size" });
    expect(server.stored.get("/sub/n")).toBe("new");
    expect(await textOf(client.download("a"))).toBe("root's");
    await client.mkdir("sub/made");
    expect(server.stored.has("/sub/made/")).toBe(true);
    await client.rename("sub/n", "sub/renamed");
    expect(server.stored.get("/sub/renamed")).toBe("new");
    await client.remove("sub/renamed");
    expect(server.stored.has("/sub/renamed")).toBe(false);
    expect(server.lines.filter((line) => /^(?!CWD).*\w\//.test(line))).toEqual([]);
  });

  test("by its path where the server does not let us into the directory, or tells no way back", async () => {
    for (const quirks of [{ CWD: refuse("550 no") }, { PWD: refuse("502 no") }]) {
      await using server = await startQuirkyServer({ files, quirks });
      await using client = await connectTo(server);
      expect(await textOf(client.download("sub/b"))).toBe("b's");
      expect(server.lines).toContain("RETR sub/b");
    }
  });

  test("by its path where it moves to another directory", async () => {
    await using server = await startQuirkyServer({ files });
    await using client = await connectTo(server);
    await client.rename("sub/b", "sub/deep er/b");
    expect(server.stored.get("/sub/deep er/b")).toBe("b's");
  });

  test("what failed is told by its path", async () => {
    await using server = await startQuirkyServer({ files });
    await using client = await connectTo(server);
    await expect(client.remove("sub/no")).rejects.toThrow('could not delete "sub/no": 550');
    await expect(client.rename("sub/no", "sub/x")).rejects.toThrow('could not rename "sub/no" to "sub/x": 550');
    await expect(client.stat("sub/no")).rejects.toThrow('"sub/no"');
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
  test.each(["500 what?", "501 no", "502 not here", "503 no", "504 no", "550 no"])(
    "%s: LIST for the rest of the session",
    async (reply) => {
      const quirks = { MLSD: refuse(reply) };
      await using server = await startQuirkyServer({ files, features: ["MLST type*;size*;"], quirks });
      await using client = await connectTo(server);
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
      expect(await namesOf(client)).toEqual(["a", "sub"]);
      expect(server.lines.filter((line) => line.startsWith("MLSD"))).toEqual(["MLSD"]);
    },
  );

  test("nothing: LIST for the rest of the session", async () => {
    const MLSD: Quirk = async (_, session, there) => {
      await handlers["LIST"]?.("empty", session, there);
      return true;
    };
    const withEmpty = { ...files, "/empty/": "", "/sub/empty/": "" };
    await using server = await startQuirkyServer({ files: withEmpty, features: ["MLST type*;"], quirks: { MLSD } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er", "empty"]);
    expect(await namesOf(client)).toEqual(["a", "sub", "empty"]);
    expect(server.lines.filter((line) => line.startsWith("MLSD"))).toEqual(["MLSD"]);
  });

  test("another directory's, since the path is ignored: its own is entered, and none is shown for what is not there", async () => {
    const quirks = { MLSD: factsHere };
    await using server = await startQuirkyServer({ files, features: ["MLST type*;size*;"], quirks });
    await using client = await connectTo(server);
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
    await expect(client.list("nodir")).rejects.toMatchObject({ details: { reply: 550 } });
    await expect(client.list("sub/nodir")).rejects.toMatchObject({ details: { reply: 550 } });
    expect(await namesOf(client)).toEqual(["a", "sub"]);
  });

  test("but for an empty directory, of which it says 550: empty", async () => {
    const MLSD: Quirk = async (argument, session, there) =>
      session.cwd === "/empty"
        ? await refuse("550 No such file or directory")(argument, session, there)
        : await factsHere(argument, session, there);
    const withEmpty = { ...files, "/empty/": "" };
    await using server = await startQuirkyServer({ files: withEmpty, features: ["MLST type*;"], quirks: { MLSD } });
    await using client = await connectTo(server);
    expect(await namesOf(client, "empty")).toEqual([]);
    expect(await namesOf(client, "sub")).toEqual(["b", "deep er"]);
    expect(await namesOf(client, "empty")).toEqual([]);
  });

  test("501 for what is no directory is that file's, and MLSD is asked again", async () => {
    const quirks = { MLSD: refuse("501 Not a directory"), CWD: refuse("550 no") };
    await using server = await startQuirkyServer({ files, features: ["MLST type*;size*;"], quirks });
    await using client = await connectTo(server);
    await expect(client.list("nothing")).rejects.toMatchObject({ details: { reply: 501 } });
    await expect(client.list("nothing")).rejects.toMatchObject({ details: { reply: 501 } });
  });
});

test("what comes behind a file is done over a new session where the server hung up after its 226", async () => {
  const STOR: Quirk = async (path, session, there) => {
    await handlers["STOR"]?.(path, session, there);
    session.control.end();
    return true;
  };
  await using server = await startQuirkyServer({ files, quirks: { STOR } });
  await using client = await connectTo(server);
  const behindFile = async <T>(call: () => Promise<T>): Promise<T> =>
    (await Promise.all([client.upload(Buffer.from("x"), "x"), call()]))[1];
  await behindFile(() => client.mkdir("made"));
  expect(server.stored.has("/made/")).toBe(true);
  await behindFile(() => client.rename("x", "y"));
  expect(server.stored.get("/y")).toBe("x");
  await behindFile(() => client.remove("sub/b"));
  expect(server.stored.has("/sub/b")).toBe(false);
  expect((await behindFile(() => client.listText("sub"))).join()).toContain("deep er");
  expect(await behindFile(() => client.size("y"))).toBe(1);
});
