import { expect, test } from "vitest";
import { fillArgs, tunnelEnvironment } from "../../../src/cli/run/run-command.ts";

const forward = (port: number) => ({
  url: `ftp://127.0.0.1:${port}`,
  host: "127.0.0.1",
  port,
  target: "ftp-host:21",
  through: "h",
});

test("host, port and url are replaced, wherever and however often they stand; other braces stay", () => {
  const words = ["lftp", "-e", "mirror {a,b} {url}/{url}", "{host}:{port}", "{HOST} {} {user}"];
  expect(fillArgs(words, forward(2001))).toEqual([
    "lftp",
    "-e",
    "mirror {a,b} ftp://127.0.0.1:2001/ftp://127.0.0.1:2001",
    "127.0.0.1:2001",
    "{HOST} {} {user}",
  ]);
});

test("the environment has the first forward, and the others by number", () => {
  expect(tunnelEnvironment([forward(2001), forward(2002)])).toEqual({
    SALLYPORT_HOST: "127.0.0.1",
    SALLYPORT_PORT: "2001",
    SALLYPORT_URL: "ftp://127.0.0.1:2001",
    SALLYPORT_HOST_2: "127.0.0.1",
    SALLYPORT_PORT_2: "2002",
    SALLYPORT_URL_2: "ftp://127.0.0.1:2002",
  });
});
