// ssh2's native add-ons are optional: without a compiler everything works, and nothing is printed.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { collect, randomPayload, sendAll } from "../../../src/testing/network/traffic.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { startSshd } from "../../support/sshd.ts";

watchResources();

interface Resolver {
  _resolveFilename(request: string, ...rest: unknown[]): string;
}

/** From now on the add-ons are not installed. Before ssh2 is loaded. */
function hideAddons(): void {
  const resolver = Module as unknown as Resolver;
  const resolve = resolver._resolveFilename.bind(resolver);
  resolver._resolveFilename = (request, ...rest) => {
    if (/cpu-features|sshcrypto/.test(request)) {
      throw Object.assign(new Error(`Cannot find module '${request}'`), { code: "MODULE_NOT_FOUND" });
    }
    return resolve(request, ...rest);
  };
}

describePeers(["sshd"], "without native add-ons", () => {
  test.each(["aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr"])(
    "%s carries data",
    async (cipher) => {
      hideAddons();
      const printed = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
      const { never, openTo } = await import("./open.ts");
      const { systemNetwork } = await import("../../../src/network/system-network.ts");
      const crypto = createRequire(import.meta.url)("ssh2/lib/protocol/crypto.js") as { bindingAvailable: boolean };
      expect(crypto.bindingAvailable).toBe(false);
      await using sshd = await startSshd();
      await using connection = await openTo(sshd, { options: [`Ciphers=${cipher}`] });
      await using listener = await systemNetwork.listen({
        host: "127.0.0.1",
        ports: { first: 0, last: 0 },
        signal: never,
      });
      const near = await connection.network.connect({ host: "127.0.0.1", port: listener.endpoint.port, signal: never });
      const far = await listener.accept({ signal: never });
      far.stream.pipe(far.stream);
      const payload = randomPayload(2_000_000);
      const [echo] = await Promise.all([collect(near.stream), sendAll(near.stream, payload)]);
      expect(echo.equals(payload)).toBe(true);
      await near.closed;
      // Vitest itself writes nothing, now and then.
      const texts = printed.flatMap(({ mock }) => mock.calls.map(([text]) => Buffer.from(text).toString()));
      for (const spy of printed) spy.mockRestore();
      expect(texts.join("")).toBe("");
    },
  );
});

/** Vitest is lenient here: it takes any property of a CommonJS module for a named export. */
test("what is imported from ssh2 by name is a named export to Node itself", () => {
  const folder = fileURLToPath(new URL("../../../src/ssh/embedded", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const names = files.flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const lists = [...text.matchAll(/^import (?!type)(?:\w+, )?\{([^}]*)\} from "ssh2"/gm)].map(
      ([, list = ""]) => list,
    );
    return lists.flatMap((list) => list.split(",").map((item) => item.trim()));
  });
  const values = [...new Set(names.filter((name) => name !== "" && !name.startsWith("type ")))];
  expect(values).toContain("Client");
  const program = `import { ${values.join(", ")} } from "ssh2"; console.log("fine")`;
  const args = ["--input-type=module", "-e", program];
  expect(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" })).toBe("fine\n");
});
