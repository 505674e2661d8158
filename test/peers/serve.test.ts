// Real clients with our own server, in all their modes.

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate } from "../support/certificate.ts";
import { curl, modeOptions as curlModes } from "../support/clients/curl.ts";
import { lftp, modeSettings as lftpModes } from "../support/clients/lftp.ts";
import { ftpClients, runCurl, runLftp } from "../support/clients.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { expectInterruptedDownload, expectKilledTransfer, placeHugeFile } from "./aborts.ts";
import { expectBigFile } from "./big-file.ts";
import { expectIacInName, expectOddNames } from "./odd-names.ts";
import { type OwnServer, openOwnServer } from "./own-server.ts";
import { expectParallelSessions } from "./parallel.ts";
import { expectWholeSession, type Place } from "./session.ts";
import { expectThirdParty, thirdParty } from "./third-party.ts";

watchResources();

describePeers(["curl", "lftp", "tnftp", "inetutils-ftp"], "our own server", () => {
  let home: TempDir;
  let servers: OwnServer[];
  let place: Place;
  let roots: string;
  let tlsPort: number;
  let implicitPort: number;
  let lenientPort: number;
  beforeAll(async () => {
    home = makeTempDir("own");
    const { certificateFile, certificate, key } = makeCertificate(home);
    const tls = { certificate, key };
    roots = certificateFile;
    const listen = [{ port: 0 }, { port: 0, implicitTls: true }];
    servers = [
      await openOwnServer(home),
      await openOwnServer(home, { listen, tls: { ...tls, requireReuse: true } }),
      await openOwnServer(home, { tls }),
    ];
    lenientPort = servers[2]?.place.target.port ?? 0;
    place = (servers[0] as OwnServer).place;
    [tlsPort = 0, implicitPort = 0] = servers[1]?.server.listeners.map(({ port }) => port) ?? [];
  });
  afterAll(async () => {
    await Promise.all(servers.map(({ server }) => server.close()));
    home.remove();
  });

  for (const client of ftpClients) {
    test.each(client.modes)(`${client.name} %s: the whole session`, async (mode) => {
      await expectWholeSession(client, mode, place);
    });
  }

  // Not a passive mode: see direct-extras.test.ts.
  test.each(ftpClients)("$name says odd names", (client) => expectOddNames(client, "port", place));

  test("curl says names with the byte 0xFF", () => expectIacInName(curl, "port", place));

  test("20 curls at the same time upload and download", () => expectParallelSessions(place));

  test("100 MB there and back", () => expectBigFile("epsv", place));

  describe("a transfer that is aborted", () => {
    beforeAll(() => placeHugeFile(place));

    test.each(["tnftp", "inetutils-ftp"] as const)("%s interrupts a download and goes on", async (client) => {
      await expectInterruptedDownload(client, place);
    });

    test.each(["get", "put"] as const)("lftp kills a %s and goes on", async (direction) => {
      await expectKilledTransfer(direction, place);
    });
  });

  test.each([true, false])("lftp copies from one of our servers to another (passive source: %s)", async (passive) => {
    const there = makeTempDir("there");
    const other = await openOwnServer(there);
    const result = await thirdParty(place, other.place, passive);
    expectThirdParty(result, other.place);
    await other.server.close();
    there.remove();
  });

  describe("inside TLS, resumption required", () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) & 255));
    const url = (scheme: string, port: number): string => `${scheme}://alice:secret@127.0.0.1:${port}/there`;

    // curl 7.88 cannot do active mode with TLS, with vsftpd neither: "sa_addr inet_ntop() failed with errno 97".
    test.each(["epsv", "pasv"] as const)(
      "curl %s, explicit and implicit: there and back in one session",
      async (mode) => {
        const here = makeTempDir("curl");
        writeFileSync(here.file("up"), content);
        const flags = ["--ssl-reqd", "--cacert", roots];
        for (const there of [url("ftp", tlsPort), url("ftps", implicitPort)]) {
          const words = ["--upload-file", here.file("up"), there, "--next", "--output", here.file("down"), there];
          // The second transfer is the third connection with the same TLS session.
          const each = [...flags, ...(curlModes[mode] ?? [])];
          const result = await runCurl([
            ...each,
            ...words.flatMap((word) => (word === "--next" ? [word, ...each] : [word])),
          ]);
          expect(result, result.stderr).toMatchObject({ exit: 0 });
          expect(readFileSync(here.file("down")).equals(content)).toBe(true);
        }
        here.remove();
      },
    );

    test.each(lftp.modes)("lftp %s: there and back, and a listing", async (mode) => {
      const here = makeTempDir("lftp");
      writeFileSync(here.file("up"), content);
      const settings = `set ssl:verify-certificate no; set ftp:ssl-force on; set ftp:ssl-protect-data on; ${lftpModes[mode]}`;
      const open = `open -u alice,secret -p ${tlsPort} 127.0.0.1`;
      const script = `${settings}; ${open}; put ${here.file("up")} -o lftp; get lftp -o ${here.file("down")}; cls lftp`;
      const result = await runLftp(script);
      expect(result, result.stderr).toMatchObject({ exit: 0 });
      expect(result.stdout).toContain("lftp");
      expect(readFileSync(here.file("down")).equals(content)).toBe(true);
      here.remove();
    });
  });

  describe("inside TLS, resumption offered", () => {
    const content = Buffer.alloc(3_000_000, "0123456789abcde");

    test.each(["1.2", "1.3"])("curl, TLS %s: there and back", async (version) => {
      const here = makeTempDir("curl");
      writeFileSync(here.file("up"), content);
      const flags = ["--ssl-reqd", "--cacert", roots, "--tls-max", version, `--tlsv${version}`];
      const there = `ftp://alice:secret@127.0.0.1:${lenientPort}/there`;
      const words = [
        ...flags,
        "--upload-file",
        here.file("up"),
        there,
        "--next",
        ...flags,
        "-o",
        here.file("down"),
        there,
      ];
      const result = await runCurl(words);
      expect(result, result.stderr).toMatchObject({ exit: 0 });
      expect(readFileSync(here.file("down")).equals(content)).toBe(true);
      here.remove();
    });

    // It closes without having read the session tickets of TLS 1.3: what is on its way must not be lost.
    test.each(["on", "off"])(
      "lftp, which only writes while it uploads, loses nothing (resumes: %s)",
      async (resumes) => {
        const here = makeTempDir("lftp");
        writeFileSync(here.file("up"), content);
        const settings = `set ssl:verify-certificate no; set ftp:ssl-force on; set ftp:ssl-protect-data on; set ftp:ssl-copy-sid ${resumes}`;
        const puts = [1, 2, 3, 4].map((number) => `put ${here.file("up")} -o whole-${number}`).join("; ");
        const result = await runLftp(`${settings}; open -u alice,secret -p ${lenientPort} 127.0.0.1; ${puts}`);
        expect(result, result.stderr).toMatchObject({ exit: 0 });
        for (const number of [1, 2, 3, 4]) {
          expect(place.server.content(`whole-${number}`).equals(content)).toBe(true);
        }
        here.remove();
      },
    );
  });
});
