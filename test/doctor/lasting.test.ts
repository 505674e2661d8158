// Sessions that last, and files that are written: in the simulation's time.
import { expect, it } from "vitest";
import { judge } from "../../src/doctor/judge.ts";
import { observationsOf } from "../../src/doctor/observations.ts";
import * as topologies from "../../src/lab/scenarios/topologies.ts";
import type { RunningProgram } from "../../src/lab/stage.ts";
import type { Topology } from "../../src/lab/topology.ts";
import { watchResources } from "../support/resources.ts";
import { plain, toServer } from "./planted.ts";
import { diagnose } from "./simulated.ts";

watchResources();

const { openTopology, clientNatTopology, serverAddress } = topologies;
const write = { path: "/pub/of-the-doctor" };
const modes = ["PASV"] as const;

const forgetting = (idleMs: number): Topology => ({
  ...clientNatTopology,
  routers: clientNatTopology.routers.map((router) => (router.name === "nat" ? { ...router, idleMs } : router)),
});

const visit = { topology: openTopology, plant: plain(), server: toServer, modes, timeoutMs: 3_600_000 };

it("a session that lives in silence, and one that lives while data flow", async () => {
  const { findings, facts } = await diagnose({ ...visit, idleMs: 200_000, write });
  expect(findings).toEqual([]);
  expect(facts.idle?.map(({ during }) => during)).toEqual(["silence", "transfer"]);
  expect(observationsOf(facts)).toContain("The control connection, directly, lives after 200 s while data flowed.");
});

it("a NAT that forgets the control connection, in silence and while data flow", async () => {
  const { findings, facts } = await diagnose({ ...visit, topology: forgetting(60_000), idleMs: 200_000, write });
  expect(findings.map(({ id }) => id)).toEqual(["D48"]);
  expect(facts.idle?.map(({ during, error }) => [during, error?.code])).toEqual([
    ["silence", "NET_TIMEOUT"],
    ["transfer", "NET_TIMEOUT"],
  ]);
});

it("through SSH, whose connection is kept alive by data, only the server counts", async () => {
  const { findings } = await diagnose({ ...visit, idleMs: 20_000, via: serverAddress });
  expect(findings).toEqual([]);
});

it("a server that ends an idle session says so, and is no NAT", async () => {
  const { findings } = await diagnose({ ...visit, idleMs: 1_000_000 });
  expect(findings).toMatchObject([{ id: "D40", way: "direct", severity: "warning" }]);
});

it("a file comes back as it went in each mode that works, in ASCII it does not, and it is gone afterwards", async () => {
  const sent: string[] = [];
  const { findings, facts } = await diagnose({
    ...visit,
    modes: ["EPSV", "PASV", "EPRT", "PORT"],
    write,
    onCommand: (line) => sent.push(line),
  });
  expect(findings).toEqual([]);
  expect(facts.written).toMatchObject(
    ["EPSV", "PASV", "EPRT", "PORT"].map((mode) => ({ mode, isEqual: true, isLeft: false })),
  );
  expect(facts.written?.every(({ asciiBytes = 0 }) => asciiBytes > 0)).toBe(true);
  const changing = sent.filter((line) => /^(?:STOR|DELE|MKD|RMD|RNFR|SITE|APPE)/.test(line));
  expect(changing).toEqual(
    ["EPSV", "PASV", "EPRT", "PORT"].flatMap((mode) => [
      `STOR ${write.path}-direct-${mode}`,
      `DELE ${write.path}-direct-${mode}`,
    ]),
  );
});

it("nothing that changes anything is sent without being asked for", async () => {
  const sent: string[] = [];
  await diagnose({ ...visit, modes: ["EPSV", "PORT"], idleMs: 5000, onCommand: (line) => sent.push(line) });
  const verbs = [...new Set(sent.map((line) => line.split(" ")[0]))].sort();
  expect(verbs).toEqual(["EPSV", "FEAT", "LIST", "NOOP", "OPTS", "PASS", "PORT", "SYST", "TYPE", "USER"]);
});

it("where the password would go in the clear nobody logs in, waits or writes, and that is said", async () => {
  const sent: string[] = [];
  const { findings, facts } = await diagnose({
    ...visit,
    greetingOnly: true,
    idleMs: 5000,
    write,
    onCommand: (line) => sent.push(line),
  });
  expect({ findings, sent, left: facts.notLookedAt }).toEqual({ findings: [], sent: [], left: [] });
  expect(observationsOf(facts).join("\n")).toContain("nobody logged in, since the password would be readable");
});

it("an upload that is refused is no matter of the way", async () => {
  const { findings, verdict } = await diagnose({ ...visit, write: { path: "/nowhere/at-all" } });
  expect(findings).toMatchObject([{ id: "D51", severity: "warning" }]);
  expect(findings[0]?.evidence.join()).toMatch(/STOR \/nowhere\/at-all-direct-PASV, PASV: 55\d/);
  expect(verdict.health).toBe("warnings");
});

it("an examination that is ended in the middle of an upload removes its file, and says what it has not looked at", async () => {
  const sent: string[] = [];
  const { facts } = await diagnose({
    ...visit,
    idleMs: 100_000,
    write,
    timeoutMs: 150_000,
    onCommand: (line) => sent.push(line),
  });
  expect(sent.filter((line) => /^(?:STOR|DELE) .*long/.test(line))).toEqual([
    `STOR ${write.path}-direct-long`,
    `DELE ${write.path}-direct-long`,
  ]);
  expect(facts.notLookedAt).toEqual(["a transfer that takes long, directly"]);
  expect(judge(facts)).toEqual([]);
});

it("a server that goes away in the middle of a long transfer is no NAT that forgets", async () => {
  let server: RunningProgram | undefined;
  const { findings } = await diagnose({
    ...visit,
    plant: async (stage) => {
      server = await stage.ftpServer("server");
    },
    idleMs: 5000,
    write,
    onCommand: (line) => /^STOR .*-long$/.test(line) && void server?.vanish(),
  });
  expect(findings.map(({ id }) => id)).toContain("D20");
  expect(findings.map(({ id }) => id)).not.toContain("D48");
});
