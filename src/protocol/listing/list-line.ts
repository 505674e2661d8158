// A line of LIST, as `ls -l` writes it: no RFC defines it, and every client reads this form.
import { isSayable } from "../file-path.ts";
import type { FileEntry, FileFacts, FileType } from "./file-facts.ts";

const letters: Readonly<Record<FileType, string>> = { file: "-", directory: "d", link: "l", other: "s" };
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const halfYearMs = 15_778_800_000;

/** Without a line end. `nowMs` decides between clock time and year, as ls does; all times are UTC. */
export function listLine({ name, facts }: FileEntry, nowMs: number): string {
  const columns = [
    letters[facts.type] + modeLetters(facts.mode),
    String(facts.links ?? 1).padStart(4),
    ownerColumn(facts.owner),
    ownerColumn(facts.group),
    String(facts.size).padStart(12),
    dateColumn(facts.modifiedMs, nowMs),
    name + arrow(facts),
  ];
  return columns.join(" ");
}

/** As OpenSSH's sftp-server writes it (ls_file in sftp-common.c): clients show it, and scripts take it apart. */
export function longName({ name, facts }: FileEntry, nowMs: number): string {
  const columns = [
    `${letters[facts.type]}${modeLetters(facts.mode)} `,
    String(facts.links ?? 1).padStart(3),
    ownerColumn(facts.owner),
    ownerColumn(facts.group),
    String(facts.size).padStart(8),
    dateColumn(facts.modifiedMs, nowMs),
    name,
  ];
  return columns.join(" ");
}

/** `rwxr-xr-x`, with s and t for set-user-id, set-group-id and sticky. */
function modeLetters(mode: number): string {
  const triple = (shift: number, special: number, mark: string): string => {
    const bits = mode >> shift;
    const execute = (bits & 1) !== 0;
    const last = (mode & special) === 0 ? (execute ? "x" : "-") : execute ? mark : mark.toUpperCase();
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  };
  return triple(6, 0o4000, "s") + triple(3, 0o2000, "s") + triple(0, 0o1000, "t");
}

/** A space in a column would move the name. */
function ownerColumn(owner = "ftp"): string {
  return owner.replace(/[^!-~\x80-\xff]/g, "_").padEnd(8);
}

function dateColumn(timeMs: number, nowMs: number): string {
  const date = new Date(timeMs);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const recent = timeMs <= nowMs + 3_600_000 && timeMs > nowMs - halfYearMs;
  const last = recent ? `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}` : ` ${date.getUTCFullYear()}`;
  return `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${last}`;
}

function arrow({ type, target }: FileFacts): string {
  return type === "link" && target !== undefined && isSayable(target) ? ` -> ${target}` : "";
}
