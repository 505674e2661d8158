// A tree as tasks: each directory is one that brings its files and the directories in it.
import { lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { translateFsError } from "../filesystem/fs-error.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import type { ListedEntry } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";
import { makeDirectoryThere } from "./directories.ts";
import { kindOf, makeDirectory, pathOf } from "./local-tree.ts";
import { joinPath, readTree, type TreeFindings, type TreeLevel, topLevel } from "./tree.ts";
import type { Task, TaskContext } from "./worker-pool.ts";

/** What is reported of a tree while it is walked. */
export interface TreeEvents {
  /** The sizes of files that are to come. */
  expected(sizes: readonly (number | undefined)[]): void;
  /** A name that is left out, and is no failure. */
  leftOut(path: string, why: string): void;
  /** What makes the tree incomplete, and ends no task. */
  failed(path: string, error: SallyportError): void;
}

export type Listed = Pick<ListedEntry, "size" | "modified">;

export interface TreeDownload<Server> extends TreeEvents {
  readonly server: Server;
  /** A task's name. */
  nameOf(path: string): string;
  fetch(context: TaskContext<Server>, path: string, target: string, listed: Listed): Promise<void>;
}

/** A directory of a server into one of this machine, which is made. */
export function downloadTree<Server>(
  tree: TreeDownload<Server>,
  path: string,
  target: string,
  level: TreeLevel = topLevel,
): Task<Server> {
  return {
    name: tree.nameOf(path),
    run: async ({ session, signal }) => {
      const { files, directories, below, ...rest } = await readTree(await session(tree.server), path, level, signal);
      tree.expected(files.map(({ size }) => size));
      await makeDirectory(target, level.depth === 0 ? "top" : "below");
      announce(tree, path, rest);
      const inside = (name: string, task: (from: string, to: string) => Task<Server>): Task<Server>[] => {
        try {
          return [task(joinPath(path, name), pathOf(target, name))];
        } catch (error) {
          if (!isSallyportError(error)) throw error;
          tree.failed(path, error);
          return [];
        }
      };
      return [
        ...files.flatMap((file) => inside(file.name, (from, to) => downloadFileTask(tree, from, to, file))),
        ...directories.flatMap(({ name }) => inside(name, (from, to) => downloadTree(tree, from, to, below))),
      ];
    },
  };
}

/** One file, whose place was not named by the user: what stands there and is no file is not written to. */
export function downloadFileTask<Server>(
  tree: TreeDownload<Server>,
  path: string,
  target: string,
  listed: Listed,
): Task<Server> {
  return {
    name: tree.nameOf(path),
    run: async (context) => {
      if (kindOf(target) === "other") {
        throw new SallyportError("FS_NOT_FILE", `${target} is in the way, and is not a file`, { hint: "Remove it." });
      }
      await tree.fetch(context, path, target, listed);
      return undefined;
    },
  };
}

export interface TreeUpload<Server> extends TreeEvents {
  readonly server: Server;
  store(context: TaskContext<Server>, source: string, path: string): Promise<void>;
}

/** A directory of this machine into one of a server, which is made. Symbolic links are left out. */
export function uploadTree<Server>(tree: TreeUpload<Server>, source: string, path: string): Task<Server> {
  return {
    name: source,
    run: async ({ session, signal }) => {
      if (path !== "") await makeDirectoryThere(await session(tree.server), path, signal);
      const entries = await readdir(source, { withFileTypes: true }).catch((error: unknown) => {
        throw translateFsError(error, source);
      });
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      const files = entries.filter((entry) => entry.isFile());
      tree.expected(files.map(({ name }) => lstatSync(join(source, name), { throwIfNoEntry: false })?.size));
      const tasks: Task<Server>[] = [];
      for (const entry of entries) {
        const [from, to] = [join(source, entry.name), joinPath(path, entry.name)];
        // Node shows bytes that are no UTF-8 as U+FFFD, and cannot open the file by that name.
        if (entry.name.includes("\ufffd")) tree.failed(from, notUtf8(entry.name));
        else if (entry.isDirectory()) tasks.push(uploadTree(tree, from, to));
        else if (entry.isFile()) tasks.push(uploadFileTask(tree, from, to));
        else tree.leftOut(from, entry.isSymbolicLink() ? "a symbolic link" : "neither file nor directory");
      }
      return tasks;
    },
  };
}

function uploadFileTask<Server>(tree: TreeUpload<Server>, source: string, path: string): Task<Server> {
  return {
    name: source,
    run: async (context) => {
      await tree.store(context, source, path);
      return undefined;
    },
  };
}

export interface TreeCopy<Server> extends TreeEvents {
  readonly source: Server;
  readonly destination: Server;
  /** A task's name. */
  nameOf(path: string): string;
  /** The task of one file. */
  copy(from: string, to: string): Task<Server>;
}

/** A directory of a server into one of another, which is made. */
export function copyTree<Server>(
  tree: TreeCopy<Server>,
  from: string,
  to: string,
  level: TreeLevel = topLevel,
): Task<Server> {
  return {
    name: tree.nameOf(from),
    run: async ({ session, signal }) => {
      const { files, directories, below, ...rest } = await readTree(await session(tree.source), from, level, signal);
      if (to !== "") await makeDirectoryThere(await session(tree.destination), to, signal);
      tree.expected(files.map(({ size }) => size));
      announce(tree, from, rest);
      return [
        ...files.map(({ name }) => tree.copy(joinPath(from, name), joinPath(to, name))),
        ...directories.map(({ name }) => copyTree(tree, joinPath(from, name), joinPath(to, name), below)),
      ];
    },
  };
}

function announce(tree: TreeEvents, path: string, { leftOut, faults }: Pick<TreeFindings, "leftOut" | "faults">): void {
  for (const [name, why] of leftOut) tree.leftOut(joinPath(path, name), why);
  for (const fault of faults) tree.failed(path, fault);
}

function notUtf8(name: string): SallyportError {
  return new SallyportError("FS_NAME_INVALID", `the name "${printable(name, 200)}" is not UTF-8`, {
    hint: "Rename the file.",
  });
}
