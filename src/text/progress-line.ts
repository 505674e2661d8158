// The line that shows how a transfer goes, and the one behind it. Pure.
import { formatBytes, formatDuration } from "./format.ts";
import { textWidth } from "./text-columns.ts";

export interface ProgressState {
  /** Safe to show. */
  readonly name: string;
  readonly bytes: number;
  readonly size: number | undefined;
  /** Bytes in a second; `undefined`: not known yet. */
  readonly rate: number | undefined;
  readonly elapsedMs: number;
}

const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
/** Below it a bar shows nothing. */
const barMin = 10;
const nameMin = 12;

/** Three digits and a unit: `999 B`, `1.17 KiB`, `45.1 MiB`. */
export function shortBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.floor(bytes)} B`;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `0:07`, `59:59`, `1:00:00`; days as hours. */
export function shortTime(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** At most `columns - 1` wide, so that no terminal wraps it; parts are left out, the bar first. */
export function progressLine(state: ProgressState, columns: number): string {
  const width = Math.max(0, columns - 1);
  const share = state.size === undefined || state.size === 0 ? undefined : Math.min(1, state.bytes / state.size);
  const percent = share === undefined ? "" : `${String(Math.floor(share * 100)).padStart(3)}% `;
  const rate = state.rate === undefined ? "" : `${shortBytes(state.rate)}/s`;
  const figures = ` ${shortBytes(state.bytes).padStart(8)} ${rate.padStart(10)} ${timeLeft(state).padStart(11)}`;
  const room = width - percent.length - figures.length;
  const nameWidth = Math.min(textWidth(state.name), Math.max(nameMin, room - barMin - 3));
  const name = fitStart(state.name, Math.max(0, Math.min(nameWidth, room)));
  const barWidth = room - textWidth(name) - 3;
  const line = `${name}${share === undefined || barWidth < barMin ? "" : ` ${bar(share, barWidth)}`}${figures}`;
  return fitEnd(`${percent}${line}`, width);
}

function timeLeft({ bytes, size, rate, elapsedMs }: ProgressState): string {
  if (rate !== undefined && rate < 1) return "stalled";
  if (size === undefined || bytes > size) return shortTime(elapsedMs);
  return rate === undefined ? "--:-- left" : `${shortTime(((size - bytes) / rate) * 1000)} left`;
}

function bar(share: number, width: number): string {
  const filled = Math.floor(share * width);
  return `[${"=".repeat(filled)}${" ".repeat(width - filled)}]`;
}

/** The end of a name shows more than its beginning. */
function fitStart(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  for (const character of Array.from(text).reverse()) {
    if (textWidth(character + kept) > width - 3) break;
    kept = character + kept;
  }
  return `...${kept}`.slice(0, width);
}

function fitEnd(text: string, width: number): string {
  let kept = "";
  for (const character of text) {
    if (textWidth(kept + character) > width) break;
    kept += character;
  }
  return kept.trimEnd();
}

/** `1,170 bytes received in 12 ms (95.2 KiB/s)`; no rate for what was too fast to measure. */
export function summaryLine(direction: "received" | "sent", bytes: number, elapsedMs: number): string {
  const rate = elapsedMs < 1 ? "" : ` (${shortBytes((bytes * 1000) / elapsedMs)}/s)`;
  return `${formatBytes(bytes)} ${direction} in ${formatDuration(elapsedMs)}${rate}`;
}
