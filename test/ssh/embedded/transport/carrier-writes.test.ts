import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { coalesceWrites } from "../../../../src/ssh/embedded/transport/carrier.ts";

test("what is written in one turn leaves together, and the next turn for itself", async () => {
  const written: string[] = [];
  const sink = coalesceWrites(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(String(chunk));
        done();
      },
      writev: (chunks, done) => {
        written.push(chunks.map(({ chunk }) => String(chunk)).join(""));
        done();
      },
    }),
  );
  for (const piece of ["length", "data", "mac"]) sink.write(piece);
  expect(written).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  sink.write("next");
  await new Promise((resolve) => sink.end(resolve));
  expect(written).toEqual(["lengthdatamac", "next"]);
});
