// Many sessions at the same time, in all modes, uploads and downloads.

import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { curl } from "../support/clients/curl.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { expectSameBytes, type Place } from "./session.ts";

/** `count` curls at once, each with its own file to upload and download. */
export async function expectParallelSessions(place: Place, count = 20, bytes = 300_000): Promise<void> {
  const here = makeTempDir("parallel");
  try {
    const sessions = Array.from({ length: count }, async (_, index) => {
      const content = randomBytes(bytes);
      const mode = curl.modes[index % curl.modes.length] ?? "epsv";
      const name = `parallel-${index}`;
      writeFileSync(here.file(name), content);
      const result = await curl.run(place.target, mode, [
        { do: "put", local: here.file(name), remote: name },
        { do: "get", remote: name, local: here.file(`${name}.copy`) },
        { do: "list" },
      ]);
      expect(result.exit, `${mode}: ${result.stderr}`).toBe(0);
      expectSameBytes(place.server.content(name), content, `upload ${index} by ${mode}`);
      expectSameBytes(readFileSync(here.file(`${name}.copy`)), content, `download ${index} by ${mode}`);
    });
    await Promise.all(sessions);
  } finally {
    here.remove();
  }
}
