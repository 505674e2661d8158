import { beforeAll, expect, test } from "vitest";
import { makeTempDir } from "../support/tempdir.ts";
import { type BuiltProgram, buildProgram, start } from "./support/built-program.ts";

let program: BuiltProgram;

beforeAll(() => {
  program = buildProgram();
});

/** In the program: at SIGUSR2 it makes objects that live on, and says how large V8's space for young ones was before and is then. */
const probe = `data:text/javascript,${encodeURIComponent(`
  import { getHeapSpaceStatistics } from "node:v8";
  const young = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space").space_size;
  const kept = [];
  process.on("SIGUSR2", () => {
    const before = young();
    for (let i = 0; i < 500_000; i++) kept.push({ i });
    console.error("young:", before, young());
  });
`)}`;

test("the space for young objects, which V8 enlarges when many live on, keeps its size where sessions are served", async () => {
  await using dir = makeTempDir("served");
  const args = ["serve", dir.path, "--listen", "0", "--anonymous"];
  await using server = start(program.real, args, { nodeOptions: ["--import", probe] });
  await server.sees(/^ftp:\/\//m);
  server.kill("SIGUSR2");
  const [, before, after] = await server.sees(/young: (\d+) (\d+)/);
  expect(after).toBe(before);
  server.kill("SIGTERM");
  expect(await server.ended).toBe("exit 0");
});
