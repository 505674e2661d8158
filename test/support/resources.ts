// The leak check: after each test nothing is left of what it opened. One call at the top of a test file.
import { chmodSync, readdirSync, readlinkSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { patienceMs } from "./patience.ts";
import { childrenOf, commandLineOf } from "./processes.ts";
import { describeSockets } from "./socket-table.ts";
import { makeTempDir, type TempDir } from "./tempdir.ts";

/** What this process holds at one moment, as readable lines. */
export interface Resources {
  /** Open descriptors by number and what they lead to: sockets, pipes, files. */
  readonly descriptors: ReadonlyMap<string, string>;
  /** Active handles and requests of libuv by type (process.getActiveResourcesInfo), with their count. */
  readonly handles: ReadonlyMap<string, number>;
  readonly children: readonly number[];
  /** Names in the directory for temporary files. */
  readonly tempFiles: readonly string[];
}

export function takeResources(): Resources {
  return { descriptors: descriptors(), handles: handles(), children: childrenOf(process.pid), tempFiles: tempFiles() };
}

/** What is there now and was not there before, one line each; empty when all is well. */
export function leftSince(before: Resources): string[] {
  const now = takeResources();
  const known = new Set(before.descriptors.values());
  const open = [...now.descriptors].filter(([, target]) => !known.has(target));
  // The tables of sockets are long: only when there is something to look up.
  const sockets = open.length === 0 ? undefined : describeSockets();
  return [
    ...open.map(([number, target]) => `descriptor ${number}: ${sockets?.get(target) ?? target}`),
    ...[...now.handles]
      .filter(([type, count]) => count > (before.handles.get(type) ?? 0))
      .map(([type, count]) => `handle ${type}: ${count}, was ${before.handles.get(type) ?? 0}`),
    ...now.children
      .filter((pid) => !before.children.includes(pid))
      .map((pid) => `child process ${pid}: ${commandLineOf(pid)}`),
    ...now.tempFiles.filter((name) => !before.tempFiles.includes(name)).map((name) => `temporary file ${name}`),
  ];
}

/** Waits until nothing is left; fails with the list after `timeoutMs`. */
export async function expectNothingLeft(before: Resources, timeoutMs = patienceMs): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (let left = leftSince(before); left.length > 0; left = leftSince(before)) {
    if (performance.now() > end) throw new Error(`left over after ${timeoutMs} ms:\n  ${left.join("\n  ")}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Call once at the top of a test file, before any other hook: checks after every test of the file. What `beforeAll`
 * made belongs to the file, not to a test. The file gets a directory for its own temporary files (TMPDIR).
 */
export function watchResources(): void {
  let home: TempDir | undefined;
  let outer: string | undefined;
  // Not before: where every test of the file is skipped, no hook runs, and nothing would remove it.
  beforeAll(() => {
    home = makeTempDir("t");
    chmodSync(home.path, 0o755); // test servers' users have to get to their own directories below
    outer = process.env["TMPDIR"];
    process.env["TMPDIR"] = home.path;
  });
  let before: Resources | undefined;
  beforeEach(() => {
    before = takeResources();
  });
  afterEach(async () => {
    if (before !== undefined) await expectNothingLeft(before);
  });
  afterAll(() => {
    if (outer === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = outer;
    home?.remove();
  });
}

function descriptors(): Map<string, string> {
  const found = new Map<string, string>();
  for (const number of readdirSync("/proc/self/fd")) {
    try {
      const target = readlinkSync(`/proc/self/fd/${number}`);
      if (!target.startsWith("/proc/")) found.set(number, target);
    } catch {
      // The descriptor of this very look.
    }
  }
  return found;
}

function handles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function tempFiles(): string[] {
  const path = process.env["TMPDIR"];
  return path === undefined ? [] : readdirSync(path).sort();
}
