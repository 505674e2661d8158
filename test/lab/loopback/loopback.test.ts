// The loopback stage plays a scenario's own script, and says what it cannot do.
import { describe, expect, test } from "vitest";
import { realParts } from "../../../src/demo/real-parts.ts";
import { LoopbackStage } from "../../../src/lab/loopback/loopback-stage.ts";
import { checked } from "../../../src/lab/loopback/modes.ts";
import { isAsExpected, runOnStage } from "../../../src/lab/run-scenario.ts";
import { s04 } from "../../../src/lab/scenarios/forwarded-ports.ts";
import type { OpenStage, TransferResult } from "../../../src/lab/stage.ts";
import { watchResources } from "../../support/resources.ts";

watchResources();

const options = {
  parts: realParts,
  credentials: { user: "me", password: "secret" },
  signal: new AbortController().signal,
};
const open: OpenStage = async (topology) => new LoopbackStage(topology, options);

test("a scenario's script with Sallyport comes out as on the other stages, with the client's dialogue", async () => {
  const evidence = await runOnStage(s04.topology, s04.sallyport, open);
  expect(isAsExpected(evidence, s04.sallyport)).toBe(true);
  const said = evidence.events.flatMap((event) => (event.type === "line" ? [event.text] : []));
  expect(said).toContain("PASS XXXX");
  expect(said.filter((line) => line.startsWith("226 "))).toHaveLength(2);
});

test("plain ssh and servers with settings need hosts of their own: NET_UNSUPPORTED, never something else instead", async () => {
  await using stage = new LoopbackStage(s04.topology, options);
  await expect(stage.ssh()).rejects.toMatchObject({ code: "NET_UNSUPPORTED" });
  await expect(stage.ftpServer("server", { demandsTls: true })).rejects.toMatchObject({ code: "NET_UNSUPPORTED" });
  await expect(runOnStage(s04.topology, s04.plain, open)).rejects.toMatchObject({ code: "NET_UNSUPPORTED" });
});

test("a client that is under way ends with the signal", async () => {
  const end = new AbortController();
  await using stage = new LoopbackStage(s04.topology, { ...options, signal: end.signal });
  await stage.ftpServer("server");
  const user = await stage.ftpClient("client", { host: "server", port: 21 });
  const asked = user.get("PASV", "/big", { afterBytes: 1000, happens: async () => end.abort(new Error("stop")) });
  expect(await asked).toMatchObject({ works: false });
});

describe("what came is judged", () => {
  const result = (more: Partial<TransferResult>): TransferResult => ({
    works: false,
    whole: false,
    reply: "226 Transfer complete.",
    ...more,
  });

  test("whole and confirmed: in words", () => {
    expect(checked("/file", result({ works: true, whole: true, bytes: 46_000 }))).toBe(
      "/file, 46,000 bytes, all the same",
    );
  });

  test.each([
    ["byte 5000 is different", result({ bytes: 46_000, wrongAt: 5000 })],
    ["12 bytes came, which is not all", result({ bytes: 12 })],
    ["EADDRINUSE", result({ reply: "", system: "EADDRINUSE" })],
    ["no reply came", result({ reply: "" })],
    ["the server replied 425 No.", result({ reply: "425 No." })],
    ["45 bytes came, which is not all", result({ works: true, whole: false, bytes: 45 })],
  ])("%s", (problem, one) => {
    expect(() => checked("/file", one)).toThrow(`/file: ${problem}`);
  });
});
