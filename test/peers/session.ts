// One FTP session of a real client with a bit of everything, and what must be true afterwards, byte for byte. The same for
// a server reached directly and through a tunnel.
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import {
  type FrontMode,
  type FtpClient,
  type FtpTarget,
  modeCommand,
  type Operation,
  type SessionResult,
} from "../support/clients/ftp-client.ts";
import type { RunOptions } from "../support/clients/run-client.ts";
import type { FtpServer } from "../support/ftp-servers.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

/** A server to compare with, and the address to use it by (its own, or a tunnel's). */
export interface Place {
  readonly server: FtpServer;
  readonly target: FtpTarget;
}

export function directly(server: FtpServer): Place {
  return { server, target: { ...server, host: server.address } };
}

const binary = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * index + (index >> 8)) & 255));
const text = "first line\nsecond line\n\nlast line\n";

/** Each case: what lies there before, what to do, what must hold after. Names are unique, so that all fit into one session. */
interface Case {
  readonly operation: (here: TempDir) => Operation;
  readonly before?: (here: TempDir, server: FtpServer) => void;
  readonly after: (here: TempDir, server: FtpServer, result: SessionResult) => void;
}

const local = (here: TempDir, name: string): Buffer => readFileSync(here.file(name));

function download(name: string, content: Buffer): Case {
  return {
    before: (_here, server) => server.place(name, content),
    operation: (here) => ({ do: "get", remote: name, local: here.file(name) }),
    after: (here) => expectSameBytes(local(here, name), content, name),
  };
}

function upload(name: string, content: Buffer): Case {
  return {
    before: (here) => writeFileSync(here.file(name), content),
    operation: (here) => ({ do: "put", local: here.file(name), remote: name }),
    after: (_here, server) => expectSameBytes(server.content(name), content, name),
  };
}

const cases: readonly Case[] = [
  {
    before: (_here, server) => server.place("listed.txt", "x"),
    operation: () => ({ do: "list" }),
    after: (_here, _server, result) => expect(result.stdout).toMatch(/^-rw.* listed\.txt\r?$/m),
  },
  download("get", binary),
  download("get-0", Buffer.alloc(0)),
  download("get-1", Buffer.from("x")),
  upload("put", binary),
  upload("put-0", Buffer.alloc(0)),
  upload("put-1", Buffer.from("x")),
  {
    before: (here, server) => {
      writeFileSync(here.file("appended"), "two");
      server.place("append", "one ");
    },
    operation: (here) => ({ do: "append", local: here.file("appended"), remote: "append" }),
    after: (_here, server) => expect(server.content("append").toString()).toBe("one two"),
  },
  {
    before: (here, server) => {
      writeFileSync(here.file("reget"), binary.subarray(0, 30_000));
      server.place("reget", binary);
    },
    operation: (here) => ({ do: "resume-get", remote: "reget", local: here.file("reget") }),
    after: (here) => expectSameBytes(local(here, "reget"), binary, "resumed download"),
  },
  {
    before: (here, server) => {
      writeFileSync(here.file("reput"), binary);
      server.place("reput", binary.subarray(0, 30_000));
    },
    operation: (here) => ({ do: "resume-put", local: here.file("reput"), remote: "reput", from: 30_000 }),
    after: (_here, server) => expectSameBytes(server.content("reput"), binary, "resumed upload"),
  },
  {
    before: (_here, server) => server.place("get.txt", text),
    operation: (here) => ({ do: "get-ascii", remote: "get.txt", local: here.file("get.txt") }),
    after: (here) => expect(local(here, "get.txt").toString()).toBe(text),
  },
  {
    before: (here) => writeFileSync(here.file("put.txt"), text),
    operation: (here) => ({ do: "put-ascii", local: here.file("put.txt"), remote: "put.txt" }),
    after: (_here, server) => expect(server.content("put.txt").toString()).toBe(text),
  },
  {
    before: (_here, server) => server.place("deleted", "x"),
    operation: () => ({ do: "delete", remote: "deleted" }),
    after: (_here, server) => expect(() => server.content("deleted")).toThrow(/ENOENT/),
  },
];

/** Runs all cases that the client knows in one session. */
export async function expectWholeSession(
  client: FtpClient,
  mode: FrontMode,
  place: Place,
  options?: RunOptions,
): Promise<SessionResult> {
  const here = makeTempDir("session");
  try {
    const todo = cases.filter((one) => client.operations.includes(one.operation(here).do));
    for (const one of todo) one.before?.(here, place.server);
    const operations = todo.map((one) => one.operation(here));
    const result = await client.run(place.target, mode, operations, options);
    expect(result.exit, result.stderr + result.stdout).toBe(0);
    for (const one of todo) one.after(here, place.server, result);
    expectMode(result, mode, operations);
    return result;
  } finally {
    here.remove();
  }
}

/** The client did what its mode says before every transfer, and nothing else. */
export function expectMode(result: SessionResult, mode: FrontMode, operations: readonly Operation[]): void {
  const used = result.commands
    .map((line) => line.split(" ")[0])
    .filter((verb) => /^(EPSV|PASV|EPRT|PORT)$/.test(verb ?? ""));
  const transfers = operations.filter((operation) => operation.do !== "delete").length;
  expect(new Set(used), result.stderr + result.stdout).toEqual(new Set([modeCommand[mode]]));
  expect(used.length).toBeGreaterThanOrEqual(transfers);
}

/** Like toEqual, without printing two big buffers. */
export function expectSameBytes(actual: Buffer, wanted: Buffer, what: string): void {
  if (actual.equals(wanted)) return;
  const at = actual.findIndex((byte, index) => byte !== wanted[index]);
  expect.fail(`${what}: ${actual.length} bytes instead of ${wanted.length}, first difference at ${at}`);
}
