// The tree of a memory file system: directories hold nodes by name.
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import { fsError } from "../fs-error.ts";

interface Node {
  readonly id: string;
  modifiedMs: number;
  mode: number;
}

export interface MemoryFile extends Node {
  readonly type: "file";
  /** The first `size` bytes count. */
  bytes: Uint8Array;
  size: number;
}

export interface MemoryDirectory extends Node {
  readonly type: "directory";
  readonly children: Map<string, MemoryNode>;
}

export type MemoryNode = MemoryFile | MemoryDirectory;

export class MemoryTree {
  readonly root: MemoryDirectory;
  readonly #now: () => number;
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.root = this.newDirectory();
  }

  newDirectory(): MemoryDirectory {
    return { type: "directory", ...this.#node(0o755), children: new Map() };
  }

  newFile(): MemoryFile {
    return { type: "file", ...this.#node(0o644), bytes: new Uint8Array(0), size: 0 };
  }

  /** Throws `FS_NOT_FOUND` or `FS_NOT_DIRECTORY`. */
  find(path: string): MemoryNode {
    let node: MemoryNode = this.root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      if (node.type !== "directory") throw fsError("FS_NOT_DIRECTORY", path);
      const child = node.children.get(name);
      if (child === undefined) throw fsError("FS_NOT_FOUND", path);
      node = child;
    }
    return node;
  }

  findFile(path: string): MemoryFile {
    const node = this.find(path);
    if (node.type === "directory") throw fsError("FS_IS_DIRECTORY", path);
    return node;
  }

  findDirectory(path: string): MemoryDirectory {
    const node = this.find(path);
    if (node.type !== "directory") throw fsError("FS_NOT_DIRECTORY", path);
    return node;
  }

  /** The directory in which the path's last name is or would be. */
  parent(path: string): { readonly directory: MemoryDirectory; readonly name: string } {
    if (path === "/") throw fsError("FS_PERMISSION", path);
    const at = path.lastIndexOf("/");
    return { directory: this.findDirectory(path.slice(0, at) || "/"), name: path.slice(at + 1) };
  }

  touch(node: MemoryNode): void {
    node.modifiedMs = this.#now();
  }

  #node(mode: number): Node {
    this.#lastId += 1;
    return { id: `m${this.#lastId}`, modifiedMs: this.#now(), mode };
  }
}

export function factsOfNode(node: MemoryNode): FileFacts {
  const { type, modifiedMs, mode, id } = node;
  return { type, size: node.type === "file" ? node.size : 0, modifiedMs, mode, id };
}
