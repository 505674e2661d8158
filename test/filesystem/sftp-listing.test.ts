// A server whose directory has no end.
import { expect, test } from "vitest";
import type { SftpCalls } from "../../src/filesystem/sftp/sftp-calls.ts";
import { listDirectory } from "../../src/filesystem/sftp/sftp-listing.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { NamedAttributes, Reply } from "../../src/ssh/sftp/wire/replies.ts";

/** Gives the same batch for ever. */
function endless(names: readonly NamedAttributes[]): SftpCalls {
  const reply: Reply<"names"> = { type: "names", names };
  const session: Pick<SftpCalls, "openDirectory" | "answer"> & { readonly client: unknown } = {
    openDirectory: async () => ({ id: new Uint8Array(1), [Symbol.asyncDispose]: async () => {} }) as never,
    answer: async (answer) => (await answer) as never,
    client: { ask: () => ({ reply: Promise.resolve(reply) }) },
  };
  return session as SftpCalls;
}

async function countOf(session: SftpCalls): Promise<number> {
  let count = 0;
  const entries = listDirectory(session, "/d", new AbortController().signal);
  try {
    for await (const _ of entries) count += 1;
  } catch (error) {
    expect(error).toMatchObject({ code: "LIMIT_LISTING", message: expect.stringContaining("/d has more than") });
    expect(error).toMatchObject({ message: expect.stringMatching(/(1000000 files|268435456 bytes), the most/) });
  }
  return count;
}

const named = (name: string): NamedAttributes => ({ name, line: name, attributes: {} });

test("an endless SFTP listing ends after as many entries as one of FTP", async () => {
  expect(await countOf(endless(Array.from({ length: 10_000 }, () => named("x"))))).toBe(limits.listedEntriesMax);
});

test("an endless SFTP listing of long names ends after as many bytes as one of FTP", async () => {
  const name = "x".repeat(100_000);
  const count = await countOf(endless(Array.from({ length: 1000 }, () => named(name))));
  expect(count).toBe(Math.floor(limits.listingBytesMax / 200_000));
});
