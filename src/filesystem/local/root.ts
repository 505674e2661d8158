// Confinement: how a path of a client becomes something that lies below the root, against `..`, links and races.
//
// Linux: the kernel itself says where a descriptor leads (/proc/self/fd). A path is opened with O_PATH, which touches
// nothing, its real place is read back and compared with the root's, and all that follows goes through that descriptor. So
// whatever is renamed or linked again in between, the thing that was judged is the thing that is used.
// Elsewhere: realpath and the same comparison; somebody with rights on this machine could swap a directory in between.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  open,
  openSync,
  readlinkSync,
  type Stats,
  statSync,
} from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { promisify } from "node:util";
import type { Soon } from "../../platform/soon.ts";
import { nameOf, parentOf } from "../../protocol/file-path.ts";
import { fsError, translateFsError, translating } from "../fs-error.ts";
import type { ShortCalls } from "./short-calls.ts";

/** Not in node:constants; the same on every Linux that Node runs on (asm-generic/fcntl.h). */
const O_PATH = 0o10000000;

/** Bytes, or text that is the same in them: that takes half of what making bytes of it does. */
export type SystemPath = string | Buffer;

/** `latin1`: a character for each byte. */
function systemPath(latin1: string): SystemPath {
  return isAscii.test(latin1) ? latin1 : Buffer.from(latin1, "latin1");
}

const isAscii = /^[\x01-\x7f]*$/;

/** A place below the root that has been judged. `real` is usable until it is disposed. */
export interface Place extends Disposable {
  /** What the system is to be given. */
  readonly real: SystemPath;
  /** Of what is there, links followed: the kernel knows it. */
  stats(): Stats;
}

export interface Root {
  /** Its real path. */
  readonly path: Buffer;
  /** What the path leads to, links followed. Throws `FS_NOT_FOUND`, `FS_OUTSIDE`. */
  find(path: string): Place | Promise<Place>;
  /** A name in a directory that exists; whether the name does is not asked, and if it is a link it is not followed. */
  findName(path: string): Place | Promise<Place>;
  /** What has the name now, links followed, wherever that is: not judged, so good for nothing but to be compared with what was. */
  look(path: string): Soon<Stats | undefined>;
}

/** `directory` must exist. */
export async function openRoot(directory: string, calls: ShortCalls): Promise<Root> {
  const real = await realpath(directory, { encoding: "buffer" });
  const hasDescriptors = process.platform === "linux" && existsSync("/proc/self/fd");
  return hasDescriptors ? new DescriptorRoot(real, calls) : new NamedRoot(real, calls);
}

/** Paths as latin1 strings: a character for each byte, and compared faster than buffers. */
function isBelow(root: string, real: string): boolean {
  return root === "/" || real === root || real.startsWith(`${root}/`);
}

/** The client's path below the root, not judged yet. */
function below(root: string, path: string): SystemPath {
  return systemPath(root + path);
}

/** `directory`: latin1. */
function inside(directory: string, path: string): SystemPath {
  const name = nameOf(path);
  // On Windows `\` and `:` lead elsewhere (CVE-2020-26299).
  if (process.platform === "win32" && /[\\:]/.test(path)) throw fsError("FS_NAME_INVALID", path);
  return systemPath(name === "" ? directory : `${directory}/${name}`);
}

function lookAt(asked: SystemPath, calls: ShortCalls): Soon<Stats | undefined> {
  const inThread = (): Promise<Stats | undefined> => stat(asked).catch(() => undefined);
  try {
    return calls.run(() => statSync(asked, { throwIfNoEntry: false }), inThread);
  } catch {
    return undefined;
  }
}

class DescriptorRoot implements Root {
  readonly path: Buffer;
  readonly #text: string;
  readonly #calls: ShortCalls;

  constructor(root: Buffer, calls: ShortCalls) {
    this.path = root;
    this.#text = root.toString("latin1");
    this.#calls = calls;
  }

  find(path: string): Place | Promise<Place> {
    return this.#open(path);
  }

  findName(path: string): Place | Promise<Place> {
    return this.#open(parentOf(path), path);
  }

  look(path: string): Soon<Stats | undefined> {
    return lookAt(below(this.#text, path), this.#calls);
  }

  /** Only the first step may have to wait for a disk; the others ask the kernel what it knows. `named`: a name in the directory that is opened. */
  #open(path: string, named?: string): Place | Promise<Place> {
    const asked = below(this.#text, path);
    try {
      const opened = this.#calls.run(
        () => openSync(asked, O_PATH),
        () => openPath(asked, O_PATH),
      );
      if (typeof opened === "number") return this.#judged(opened, path, named);
      return translating(path, async () => this.#judged(await opened, path, named));
    } catch (error) {
      throw translateFsError(error, path);
    }
  }

  /** The descriptor is the place's, unless it leads outside. */
  #judged(descriptor: number, path: string, named: string | undefined): Place {
    try {
      const link = `/proc/self/fd/${descriptor}`;
      const real = readlinkSync(link, "latin1");
      if (!isBelow(this.#text, real)) throw fsError("FS_OUTSIDE", path);
      return new OpenPlace(descriptor, link, named);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }
}

const openPath: (path: SystemPath, flags: number) => Promise<number> = promisify(open);

class OpenPlace implements Place {
  readonly #descriptor: number;
  readonly #link: string;
  readonly #named: string | undefined;
  #isOpen = true;

  constructor(descriptor: number, link: string, named: string | undefined) {
    this.#descriptor = descriptor;
    this.#link = link;
    this.#named = named;
  }

  get real(): SystemPath {
    return this.#named === undefined ? this.#link : inside(this.#link, this.#named);
  }

  stats(): Stats {
    return this.#named === undefined ? fstatSync(this.#descriptor) : statSync(this.real);
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}

const placeAt = (real: SystemPath): Place => ({
  real,
  stats: () => statSync(real),
  [Symbol.dispose]: () => {},
});

class NamedRoot implements Root {
  readonly path: Buffer;
  readonly #text: string;
  readonly #calls: ShortCalls;

  constructor(root: Buffer, calls: ShortCalls) {
    this.path = root;
    this.#text = root.toString("latin1");
    this.#calls = calls;
  }

  async find(path: string): Promise<Place> {
    return placeAt(systemPath(await this.#real(path)));
  }

  async findName(path: string): Promise<Place> {
    return placeAt(inside(await this.#real(parentOf(path)), path));
  }

  look(path: string): Soon<Stats | undefined> {
    return lookAt(below(this.#text, path), this.#calls);
  }

  /** Latin1. */
  #real(path: string): Promise<string> {
    return translating(path, async () => {
      const real = (await realpath(below(this.#text, path), { encoding: "buffer" })).toString("latin1");
      if (!isBelow(this.#text, real)) throw fsError("FS_OUTSIDE", path);
      return real;
    });
  }
}

/** For opening what has been judged: never a link, and never waiting for the other end of a pipe. */
export const safeFlags: number = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
