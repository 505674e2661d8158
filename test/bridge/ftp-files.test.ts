// The files of an FTP server as a FileSystem.
import { describe, expect, test } from "vitest";
import { fileSystemSuite } from "../../src/testing/index.ts";
import { watchResources } from "../support/resources.ts";
import { startFtpBehind } from "./ftp-rig.ts";

watchResources();

/** What FTP cannot say: line ends in names, and to cut a file off. */
const beyondFtp: readonly string[] = [
  "a position overwrites from there and cuts off what is behind",
  "every byte but NUL and slash is part of a name, in files",
  "every byte but NUL and slash is part of a name, in directories on the way",
];

describe("file system: an FTP server's", () => {
  const open = async () => {
    const behind = await startFtpBehind();
    return { files: behind.files, close: async () => await behind[Symbol.asyncDispose]() };
  };
  const { cases } = fileSystemSuite(open);
  for (const { name, run } of cases) if (!beyondFtp.some((fact) => name.endsWith(fact))) test(name, run);
  test("lacks nothing else", () =>
    expect(cases.filter(({ name }) => beyondFtp.some((fact) => name.endsWith(fact)))).toHaveLength(3));
});
