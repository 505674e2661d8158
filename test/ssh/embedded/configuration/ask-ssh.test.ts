import { expect, test } from "vitest";
import { askSsh } from "../../../../src/ssh/embedded/configuration/read-config.ts";
import { describePeers } from "../../../support/missing.ts";

describePeers(["ssh"], "ssh -G", () => {
  test("a bad option is named by ssh's own line", async () => {
    const options = { host: "h", options: ["NoSuchOption=yes"] };
    await expect(askSsh(options, new AbortController().signal)).rejects.toMatchObject({
      code: "SSH_CONFIG",
      message: expect.stringMatching(/bad configuration option: nosuchoption/i),
    });
  });
});
