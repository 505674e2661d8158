// Many small files in one session, each asked for while those before it are on their way: what overlaps must not mix.
import { expect } from "vitest";
import type { FtpClient } from "../../src/connect/index.ts";

/** An empty one among them, and one that does not fit into a first buffer. */
const contents = Array.from({ length: 24 }, (_, file) =>
  Buffer.from(
    Array.from({ length: file === 7 ? 200_000 : file * 211 }, (__, at) => (at * (file + 3) + (at >> 8)) & 255),
  ),
);

/** There and back; `contentOf` gives the server's file. A file that is missing in between fails alone. */
export async function manyFiles(client: FtpClient, contentOf: (name: string) => Buffer): Promise<void> {
  const nameOf = (file: number): string => `many-${file}`;
  const sent = await Promise.all(contents.map((content, file) => client.upload(content, nameOf(file))));
  const sizes = contents.map(({ length }) => ({ bytes: length, verified: "size" }));
  expect(sent).toMatchObject(sizes);
  for (const [file, content] of contents.entries()) expect(contentOf(nameOf(file)).equals(content)).toBe(true);
  const missing = collect(client, "many-missing").catch((error: unknown) => error);
  const back = await Promise.all(contents.map((_, file) => collect(client, nameOf(file))));
  expect(back.every((content, file) => content.equals(contents[file] ?? Buffer.of()))).toBe(true);
  expect(await missing).toMatchObject({ details: { reply: 550 } });
  await Promise.all(contents.map((_, file) => client.remove(nameOf(file))));
}

async function collect(client: FtpClient, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client.download(name)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
