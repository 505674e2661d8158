// Names that break careless parsers, there and back with each client that can say them.
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import type { FrontMode, FtpClient, Operation } from "../support/clients/ftp-client.ts";
import type { RunOptions } from "../support/clients/run-client.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { expectSameBytes, type Place } from "./session.ts";

interface OddName {
  readonly what: string;
  readonly name: string;
  /** The clients that have no way to say it. */
  readonly not?: readonly FtpClient["name"][];
}

export const oddNames: readonly OddName[] = [
  { what: "spaces", name: "two  spaces and one" },
  { what: "an apostrophe", name: "it's" },
  { what: "a double quote", name: 'dou"ble', not: ["tnftp", "inetutils-ftp"] },
  { what: "a backslash", name: "back\\slash" },
  { what: "UTF-8", name: "grüße-日本語" },
  { what: "digits that look like a host-port", name: "(127,0,0,1,4,1)" },
  { what: "a reply code", name: "226 Transfer complete." },
];

/** Uploads, lists, downloads and deletes each name in one session. */
export async function expectOddNames(client: FtpClient, mode: FrontMode, place: Place, o?: RunOptions): Promise<void> {
  const here = makeTempDir("names");
  try {
    const names = oddNames.filter((odd) => !odd.not?.includes(client.name)).map((odd) => odd.name);
    writeFileSync(here.file("source"), "content\n");
    const steps = names.flatMap((remote, index): Operation[] => [
      { do: "put", local: here.file("source"), remote },
      { do: "put", local: here.file("source"), remote: `${remote}.kept` },
      { do: "get", remote, local: here.file(`copy-${index}`) },
      { do: "delete", remote },
    ]);
    const result = await client.run(place.target, mode, [...steps, { do: "list" }], o);
    expect(result.exit, result.stderr).toBe(0);
    const listing = Buffer.from(result.stdout, "latin1").toString();
    for (const [index, name] of names.entries()) {
      expectSameBytes(readFileSync(here.file(`copy-${index}`)), Buffer.from("content\n"), `copy of ${name}`);
      expectSameBytes(place.server.content(`${name}.kept`), Buffer.from("content\n"), name);
      expect(() => place.server.content(name)).toThrow(/ENOENT/);
      expect(listing).toContain(` ${name}.kept`);
    }
  } finally {
    here.remove();
  }
}

/**
 * The byte 0xFF, which Telnet calls IAC. No client here doubles it, as RFC 959 would have it. vsftpd knows nothing of
 * Telnet in names: one stays one, two stay two. ProFTPD keeps a single one and makes one of two.
 */
export async function expectIacInName(client: FtpClient, mode: FrontMode, place: Place): Promise<void> {
  const here = makeTempDir("iac");
  try {
    writeFileSync(here.file("source"), "content\n");
    const said = (name: string): string => (client.name === "curl" ? name.replaceAll("\xff", "%FF") : name);
    const one: Operation[] = [
      { do: "put", local: here.file("source"), remote: said("one-\xff-end") },
      { do: "get", remote: said("one-\xff-end"), local: here.file("copy") },
      { do: "put", local: here.file("source"), remote: said("two-\xff\xff-end") },
    ];
    const result = await client.run(place.target, mode, one);
    expect(result.exit, result.stderr).toBe(0);
    expectSameBytes(readFileSync(here.file("copy")), Buffer.from("content\n"), "copy");
    expectSameBytes(place.server.content(Buffer.from("one-\xff-end", "latin1")), Buffer.from("content\n"), "one");
    const kept = place.server.kind === "vsftpd" ? "two-\xff\xff-end" : "two-\xff-end";
    expectSameBytes(place.server.content(Buffer.from(kept, "latin1")), Buffer.from("content\n"), "two");
  } finally {
    here.remove();
  }
}
