// Every public member of every entry has a docstring: what it is, in which unit, what it throws; each call with an example.
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { typescriptBelow } from "./source-files.ts";

const read = (path: string): string => readFileSync(new URL(`../../src/${path}`, import.meta.url), "utf8");

interface Member {
  /** `FtpClient.list`, `openTunnel`. */
  readonly name: string;
  /** The comment above it; empty where there is none. */
  readonly doc: string;
  readonly isCall: boolean;
  /** Its first line. */
  readonly code: string;
  /** From its name to the end of its type. */
  readonly signature: string;
}

/** What callers bring along: its methods are called by us, and an example of such a call would help nobody. */
const brought = [
  ...["Network", "Connection", "Listener", "FileSystem", "FileReader", "FileWriter"],
  ...[
    "SetsModes",
    "SetsTimes",
    "TellsSpace",
    "FileUpdater",
    "UpdatesFiles",
    "MakesLinks",
    "NetworkFixture",
    "FileSystemFixture",
    "OpenedSshHost",
    "SshHostFixture",
  ],
];

/** All names that an entry exports, with the file that declares each. */
function exportsOf(entry: string): [string, string][] {
  const beside = (path: string): string => posix.normalize(posix.join(posix.dirname(entry), path));
  const text = read(entry);
  const named = Array.from(text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm)).flatMap(
    ([, names = "", path = ""]) =>
      names
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .map((name): [string, string] => [name, beside(path)]),
  );
  const all = Array.from(text.matchAll(/^export \* from "([^"]+)";/gm), ([, path = ""]) => exportsOf(beside(path)));
  return [...named, ...all.flat()];
}

/** The docstring that ends right before `at`. */
function docBefore(text: string, at: number): string {
  const before = text.slice(0, at).trimEnd();
  return before.endsWith("*/") ? before.slice(before.lastIndexOf("/**")) : "";
}

/** Without its body, and without comments. */
function signatureAt(text: string, at: number): string {
  const end = /;\n| \{\n|\{\}\n|;$/.exec(text.slice(at));
  return text.slice(at, at + (end?.index ?? 0)).replaceAll(/\/\*\*.*?\*\/| implements \w+| = new .*/gs, "");
}

/** The declaration itself, and what stands in its body. */
function membersOf(name: string, text: string): Member[] {
  const found = new RegExp(`^export (?:abstract |async )?(function|interface|class|type|const) ${name}\\b.*`, "m").exec(
    text,
  );
  if (found === null)
    return [{ name, doc: "", isCall: false, code: "not declared where it is exported from", signature: "" }];
  const [code, kind] = found;
  const itself = {
    name,
    doc: docBefore(text, found.index),
    isCall: kind === "function",
    code,
    signature: signatureAt(text, found.index),
  };
  // What a class has by an interface is documented there.
  if (kind !== "interface" && !(kind === "class" && !code.includes(" implements "))) return [itself];
  const end = text.indexOf("\n}", found.index);
  const body = text.slice(0, /\{\}$/.test(code) ? found.index : end);
  const members = Array.from(
    body.matchAll(
      /^ {2}(?:readonly |async |static |get |override )*(\[?[A-Za-z][\w.]*\]?)(\??(?:<[^>\n]*>)?\(|\??:).*/gm,
    ),
  );
  const inside = members
    .filter(({ index, 1: member = "" }) => index > found.index && !/^\[|^constructor$|^Symbol/.test(member))
    .map(({ index, 0: line, 1: member = "", 2: mark = "" }) => ({
      name: `${name}.${member}`,
      doc: docBefore(body, index),
      isCall: mark.endsWith("("),
      code: line.trim(),
      signature: signatureAt(body, index),
    }));
  return [itself, ...inside];
}

const entries = ["index.ts", "connect/index.ts", "testing/index.ts"];
/** `FtpClient` is a type of another name there. */
const aliases: [string, string][] = [["FtpClient", "client/ftp-client.ts"]];
const members = [...new Map([...entries.flatMap(exportsOf), ...aliases])].flatMap(([name, path]) =>
  membersOf(name, read(path)),
);
const without = (chosen: readonly Member[], good: (doc: string) => boolean): string[] =>
  chosen.filter(({ doc }) => !good(doc)).map(({ name, code }) => `${name}: ${code}`);

describe("of what the entries export", () => {
  test("every name and every member is found", () => {
    expect(members.length).toBeGreaterThan(250);
    expect(members.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "openTunnel",
        "FtpClient.list",
        "ServerSession.rename",
        "Network.connect",
        "networkSuite",
      ]),
    );
  });

  test("none is for us alone: callers would see it in the types", () => {
    expect(without(members, (doc) => !doc.includes("@internal"))).toEqual([]);
  });

  test("every one has a docstring", () => {
    expect(without(members, (doc) => doc !== "")).toEqual([]);
  });

  test("every call has an example", () => {
    const calls = members.filter(({ name, isCall }) => isCall && !brought.includes(name.split(".")[0] ?? ""));
    expect(calls.length).toBeGreaterThan(50);
    expect(without(calls, (doc) => doc.includes("@example"))).toEqual([]);
  });

  test("every call that is asynchronous names its errors, or says that it has none", () => {
    const calls = members.filter(
      ({ name, isCall, code, signature }) =>
        isCall && /Promise<|AsyncIterable</.test(code + signature) && !/Suite$|Fixture\./.test(name),
    );
    expect(calls.length).toBeGreaterThan(50);
    expect(without(calls, (doc) => /@throws|\b(?:[Tt]hrows|[Rr]ejects)\b/.test(doc))).toEqual([]);
  });

  test("every number of bytes, milliseconds and seconds names its unit", () => {
    const units = [
      [/(?:\.ms|Ms)$/, /milliseconds/i],
      [/(?:\.(?:size|bytes|offset)|Bytes|bytesMax)$/, /\bbytes?\b/i],
      [/Seconds$/, /\bseconds\b/i],
    ] as const;
    for (const [name, unit] of units) {
      const numbers = members.filter((member) => name.test(member.name) && /\??: number\b/.test(member.code));
      expect(numbers.length).toBeGreaterThan(0);
      expect(without(numbers, (doc) => unit.test(doc))).toEqual([]);
    }
  });

  test("every type that is named can be imported from the same entry", () => {
    const ours = new Set(
      typescriptBelow("src").flatMap(({ text }) =>
        Array.from(text.matchAll(/^export (?:abstract )?(?:interface|class|type) (\w+)/gm), ([, name = ""]) => name),
      ),
    );
    const missing = ["index.ts", "connect/index.ts"].flatMap((entry) => {
      const exported = new Map([...exportsOf(entry), ...(entry.startsWith("connect") ? aliases : [])]);
      return [...exported]
        .flatMap(([name, path]) => membersOf(name, read(path)))
        .flatMap(({ name, signature }) =>
          (signature.match(/\b[A-Z]\w+\b/g) ?? [])
            .filter((word) => ours.has(word) && !exported.has(word))
            .map((word) => `${entry}: ${name} names ${word}`),
        );
    });
    expect(missing).toEqual([]);
  });
});
