// The program itself: `sallyport lab run --real`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

const program = fileURLToPath(new URL("../../bin/sallyport.js", import.meta.url));

function lab(words: readonly string[], before: readonly string[] = []): { status: number | null; text: string } {
  const [file = "", ...rest] = [...before, process.execPath, program, "lab", ...words];
  const { status, stdout, stderr } = spawnSync(file, rest, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, text: stdout + stderr };
}

describePeers(["sshd", "vsftpd", "proftpd", "nft", "netns", "tcpdump"], "sallyport lab run --real", () => {
  test("shows a scenario with the words of the real programs", () => {
    const { status, text } = lab(["run", "S08", "--real"]);
    expect(status).toBe(0);
    expect(text).toContain("  425 Security: Bad IP connecting.");
    expect(text).toContain("as expected: fails, 425, data beside SSH");
    expect(text).toContain("as expected: works, 226");
    expect(text).toMatch(/forwarded data 203\.0\.113\.3:\d+ to 203\.0\.113\.3:\d+: made/);
  });

  test("explains where a real network is not like the simulated one", () => {
    const { status, text } = lab(["run", "17", "--real"]);
    expect(status).toBe(0);
    expect(text.replaceAll(/\s+/g, " ")).toContain("Not as in the simulated network: Linux opens a connection again");
  });

  test("says without root what is missing, before anything is done", () => {
    const { status, text } = lab(["run", "S08", "--real"], ["setpriv", "--reuid", "65534", "--clear-groups"]);
    expect(status).not.toBe(0);
    expect(text).toMatch(/^sallyport: --real .*root/);
    expect(text).toContain("sudo");
  });
});
