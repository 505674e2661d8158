// The lines of scp's own protocol, which came from rcp; no RFC has them. One character per byte.

export type ScpRecord =
  /** Of the file or directory that comes next; seconds since 1970. */
  | { readonly type: "times"; readonly modifiedS: number }
  | { readonly type: "file" | "directory"; readonly mode: number; readonly size: number; readonly name: string }
  /** The directory is over. */
  | { readonly type: "end" }
  /** The other side has a complaint; after a fatal one it goes. */
  | { readonly type: "warning"; readonly words: string }
  | { readonly type: "fatal"; readonly words: string };

export const scpOk: Uint8Array = Uint8Array.of(0);

/** A name that is one name in a directory, and can be sent in a line. */
const name = /^(?!\.{1,2}$)[^/\x00-\x1f\x7f]+$/;
const entry = /^([CD])([0-7]{4,5}) (\d{1,16}) ([\s\S]*)$/;
const times = /^T(\d{1,12}) \d{1,6} \d{1,12} \d{1,6}$/;

/** `line` is without its line feed. A text says what is wrong with it. */
export function parseRecord(line: string): ScpRecord | string {
  if (line.startsWith("\x01")) return { type: "warning", words: line.slice(1) };
  if (line.startsWith("\x02")) return { type: "fatal", words: line.slice(1) };
  if (line === "E") return { type: "end" };
  const [, seconds] = times.exec(line) ?? [];
  if (seconds !== undefined) return { type: "times", modifiedS: Number(seconds) };
  const [, letter, mode = "", size = "", text = ""] = entry.exec(line) ?? [];
  if (letter === undefined) return "protocol error";
  if (!isScpName(text)) return "unexpected file name";
  if (!Number.isSafeInteger(Number(size))) return "size out of range";
  const type = letter === "C" ? "file" : "directory";
  return { type, mode: Number.parseInt(mode, 8) & 0o777, size: Number(size), name: text };
}

export function isScpName(text: string): boolean {
  return name.test(text);
}

export function formatEntry(type: "file" | "directory", mode: number, size: number, text: string): string {
  return `${type === "file" ? "C" : "D"}${(mode & 0o777).toString(8).padStart(4, "0")} ${size} ${text}\n`;
}

export function formatTimes(modifiedMs: number): string {
  const seconds = Math.max(0, Math.floor(modifiedMs / 1000));
  return `T${seconds} 0 ${seconds} 0\n`;
}

/** What a client shows; it goes on behind a warning. Never a second line: that would be taken for a record. */
export function formatComplaint(type: "warning" | "fatal", words: string): string {
  return `${type === "warning" ? "\x01" : "\x02"}scp: ${words.replace(/[\x00-\x1f\x7f]/g, "?")}\n`;
}
