// What lies on the demo's FTP servers, in memory: nothing of this machine is served, and nothing is left behind.
import { MemoryFileSystem } from "../../filesystem/memory/memory-file-system.ts";
import { systemTime } from "../../network/system-time.ts";
import type { FileSystem } from "../../platform/file-system.ts";

const welcome = `You are reading a file that came by FTP, through SSH.

The control connection and this file's data connection were two channels of
one SSH connection. Nothing else was opened.
`;

const castle = `
      |~        |~        |~
    _ |_ _ _____|_____ _ _|_ _
   | | | | | | | | | | | | | | |
   |      _             _      |
   |     |#|           |#|     |
   |            ___            |
   |           /   \\           |   the big gate: closed
   |          |#####|    _     |
   |          |#####|   | |<------ the sally port: small, guarded, open
___|__________|#####|___|_|____|_____
`;

/** Each byte value 64 times: whoever changes line ends or character sets on the way is found out. */
export const everyByte: Uint8Array = Uint8Array.from({ length: 16_384 }, (_, index) => index & 255);

/** The other way, so that an upload cannot be mistaken for a download. */
export const everyByteBackwards: Uint8Array = everyByte.slice().reverse();

export const demoFiles: Readonly<Record<string, Uint8Array>> = {
  "welcome.txt": Buffer.from(welcome),
  "castle.txt": Buffer.from(castle.slice(1)),
  "every-byte.bin": everyByte,
};

/** Room for a user who tries things out. */
const bytesMax = 16_777_216;

/** A file system with these files in its root. */
export async function filesInMemory(
  files: Readonly<Record<string, Uint8Array>>,
  signal: AbortSignal,
): Promise<FileSystem> {
  const fileSystem = new MemoryFileSystem({ now: systemTime, bytesMax });
  for (const [name, bytes] of Object.entries(files)) {
    await using writer = await fileSystem.openWrite(`/${name}`, { start: "exclusive", signal });
    await writer.write([bytes]);
    await writer.finish();
  }
  return fileSystem;
}

/** All of a file, as it lies at the server. */
export async function readStored(fileSystem: FileSystem, path: string, signal: AbortSignal): Promise<Uint8Array> {
  await using reader = await fileSystem.openRead(path, { offset: 0, signal });
  const bytes = new Uint8Array(reader.facts.size);
  for (let filled = 0; filled < bytes.length; ) {
    const count = await reader.read(bytes.subarray(filled));
    if (count === 0) return bytes.subarray(0, filled);
    filled += count;
  }
  return bytes;
}
