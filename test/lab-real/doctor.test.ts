// The same failures planted among real programs on a real network: the program itself finds them there.
import { describe, expect, test } from "vitest";
import type { DoctorReport } from "../../src/doctor/report.ts";
import { labDirectory } from "../../src/lab/real/enclosure/enclosure.ts";
import { openRealStage, type RunningRealStage } from "../../src/lab/real/open-real-stage.ts";
import { filesOf } from "../../src/lab/real/programs/accounts.ts";
import { realPrograms } from "../../src/lab/real/programs/needed.ts";
import {
  openTopology,
  serverA,
  serverAddress,
  serverB,
  twoServersTopology,
} from "../../src/lab/scenarios/topologies.ts";
import type { Stage } from "../../src/lab/stage.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { forwarded, type Planted, planted } from "../doctor/planted.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

interface Given extends Omit<Planted, "plant"> {
  readonly plant: (stage: Stage, running: RunningRealStage) => Promise<unknown>;
  /** Options beside the modes. */
  readonly words?: readonly string[];
}

async function diagnose({
  scenario,
  topology,
  plant,
  server = forwarded,
  modes,
  words: more = [],
}: Given): Promise<DoctorReport> {
  // Where TCP has time stamps, Linux opens a pair of ports again that is in TIME_WAIT.
  const settings = scenario === "S17" ? { "ipv4/tcp_timestamps": 0 } : {};
  await using running = await openRealStage(topology, "", settings);
  return await running.run(async () => {
    await plant(running.stage, running);
    const url = `ftp://me:secret@${server.host}:${server.port ?? 21}`;
    // How long the pair of ports is kept is measured until the doctor is stopped.
    const time = scenario === "S17" ? ["--timeout", "15"] : [];
    const words = [
      ...time,
      ...more,
      ...modes.flatMap((mode) => ["--mode", mode]),
      "--allow-plaintext-login",
      "--json",
      url,
    ];
    // Its status says that something was found.
    const script = `"${process.execPath}" "${realPrograms.sallyport}" doctor ${words.join(" ")} || true`;
    return JSON.parse(await running.script("client", script)) as DoctorReport;
  });
}

describePeers(["sshd", "vsftpd", "proftpd", "nft", "netns", "tcpdump"], "the doctor on a real network", () => {
  test("S16: servers that refuse each other's address are found as D16, and nothing else", async () => {
    const { findings } = await diagnose({
      scenario: "S16",
      topology: twoServersTopology,
      plant: async (stage) => void (await Promise.all([stage.ftpServer("a"), stage.ftpServer("b")])),
      server: { host: serverA },
      modes: ["PASV"],
      found: "D16",
      words: ["--third-party", serverB],
    });
    expect(findings.map(({ id, way }) => `${id} ${way}`)).toEqual(["D16 direct"]);
  });

  test("S20: a server that goes away in the middle of a transfer is found as D20, and nothing else", async () => {
    const { findings } = await diagnose({
      scenario: "S20",
      topology: openTopology,
      plant: async (stage, running) => {
        const server = await stage.ftpServer("server");
        // When the doctor's long upload is there.
        const isThere = `ls ${labDirectory}/${filesOf("server")}/pub/sallyport-doctor-*-long`;
        const upload = running.script("server", `until ${isThere} >/dev/null 2>&1; do sleep 0.1; done`);
        upload.then(
          () => server.vanish(),
          () => {},
        );
      },
      server: { host: serverAddress },
      modes: ["PASV"],
      found: "D20",
      words: ["--write", "/pub", "--idle", "10"],
    });
    expect(findings.map(({ id }) => id)).toEqual(["D20"]);
  });

  describe.each(planted)("$scenario", (one) => {
    test(`is found as ${one.found}, and nothing else`, async (context) => {
      try {
        const { findings } = await diagnose(one);
        expect(findings.map(({ id, way }) => `${id} ${way}`)).toEqual([`${one.found} direct`]);
      } catch (error) {
        // A kernel without nf_nat_ftp has no helper to be blind.
        if (isSallyportError(error) && error.code === "NET_UNSUPPORTED") context.skip(error.message);
        throw error;
      }
    });
  });
});
