// Reads test/protocol/transcripts/*.md: `## name`, a block of wire text, a block of the events that it must give.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { wire } from "./bytes.ts";

export interface Transcript {
  readonly file: string;
  readonly name: string;
  /** `commands`: what a client sends; `replies`: what a server sends. */
  readonly kind: "commands" | "replies";
  readonly bytes: Uint8Array;
  readonly events: readonly string[];
}

const folder = join(import.meta.dirname, "transcripts");
const blocks = /^```(commands|replies|events)\n(.*?)^```$/gms;

/** Line ends of the Markdown mean nothing; those of the wire are written out: `\r` `\n` `\xff` `\\`. */
function fromEscapes(text: string): string {
  return text.replaceAll("\n", "").replace(/\\(?:x([0-9a-f]{2})|(.))/g, (all, hex?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const character = { r: "\r", n: "\n", "\\": "\\", "0": "\0" }[letter ?? ""];
    if (character === undefined) throw new Error(`unknown escape ${all}`);
    return character;
  });
}

function readSection(file: string, section: string): Transcript {
  const name = section.slice(0, section.indexOf("\n")).trim();
  const found = Array.from(section.matchAll(blocks));
  const [input, events] = found;
  const kind = input?.[1];
  if (found.length !== 2 || (kind !== "commands" && kind !== "replies") || events?.[1] !== "events") {
    throw new Error(`${file}, "${name}": one block of commands or replies and one of events is wanted`);
  }
  const lines = (events[2] ?? "").split("\n").filter((line) => line !== "");
  return { file, name, kind, bytes: wire(fromEscapes(input?.[2] ?? "")), events: lines };
}

export function readTranscripts(): Transcript[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".md"));
  return files.sort().flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split(/^## /m)
      .slice(1)
      .map((section) => readSection(basename(file), section)),
  );
}
