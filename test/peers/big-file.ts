// A big file there and back, compared by digest.
import { createHash, randomFillSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { curl } from "../support/clients/curl.ts";
import type { FrontMode } from "../support/clients/ftp-client.ts";
import { makeTempDir } from "../support/tempdir.ts";
import type { Place } from "./session.ts";

/** Many times what windows and buffers hold on the way. */
const bigBytes = 32_000_000;
let big: Buffer | undefined;

/** Random, made once per process. */
function bigContent(): Buffer {
  big ??= randomFillSync(Buffer.allocUnsafe(bigBytes));
  return big;
}

const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

/** Uploads and downloads it in one session of curl. */
export async function expectBigFile(mode: FrontMode, place: Place): Promise<void> {
  const here = makeTempDir("big");
  try {
    writeFileSync(here.file("big"), bigContent());
    const result = await curl.run(place.target, mode, [
      { do: "put", local: here.file("big"), remote: "big" },
      { do: "get", remote: "big", local: here.file("copy") },
      { do: "delete", remote: "big" },
    ]);
    expect(result.exit, result.stderr).toBe(0);
    // What came back is what was sent, so what lay at the server in between was it too.
    expect(digest(readFileSync(here.file("copy")))).toBe(digest(bigContent()));
  } finally {
    here.remove();
  }
}
