import { hostname } from "node:os";
import { expect, test } from "vitest";
import { announceListener } from "../../../src/cli/serve/announce.ts";
import { parseServe } from "../../../src/cli/serve/serve-command.ts";

const here = { url: "ftp://[::1]:2121", host: "::1", port: 2121 };

test.each(["*", "", "0.0.0.0", "::"])(
  "every address (%j) is not called this machine only, and is no loopback URL",
  (asked) => {
    const line = announceListener(here, { asked });
    expect(line).toBe(`ftp://${hostname()}:2121 (every address of this machine: others can connect)`);
    expect(JSON.parse(announceListener(here, { asked, json: true }))).toMatchObject({
      host: "::1",
      reach: "every-address",
    });
  },
);

test.each([undefined, "localhost", "127.0.0.1", "::1"])("loopback (%j) is this machine only", (asked) => {
  expect(announceListener(here, { asked })).toBe("ftp://[::1]:2121 (this machine only unless --listen says otherwise)");
});

test("one address that is not loopback can be reached by others", () => {
  const listener = { url: "ftp://192.0.2.1:2121", host: "192.0.2.1", port: 2121 };
  expect(announceListener(listener, { asked: "192.0.2.1" })).toBe("ftp://192.0.2.1:2121 (others can connect)");
});

test("--implicit-tls adds a listener and takes none away", () => {
  const tls = ["--tls-certificate", "c", "--tls-key", "k"];
  const { options } = parseServe([".", "--anonymous", "--implicit-tls", "990", ...tls]);
  expect(options.listen).toEqual([{}, { host: "127.0.0.1", port: 990, implicitTls: true }]);
});
