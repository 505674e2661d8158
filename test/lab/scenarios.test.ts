// All scenarios on the simulated stage: without Sallyport they come out as in the field, with it as they must.
import { describe, expect, it } from "vitest";
import type { Evidence, LabEvent } from "../../src/lab/evidence.ts";
import { isAsExpected, runOnStage, variantsOf } from "../../src/lab/run-scenario.ts";
import { scenarioNumbers } from "../../src/lab/scenario.ts";
import { scenarios } from "../../src/lab/scenarios.ts";
import { simulatedStage } from "../../src/lab/simulated/simulated-stage.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

const seen = new Map<string, Evidence>();

/** Evidence of a variant, made once. */
async function evidenceOf(name: string): Promise<Evidence> {
  const known = seen.get(name);
  if (known !== undefined) return known;
  const scenario = scenarios.find(({ number }) => name.startsWith(number));
  const variant = scenario && variantsOf(scenario).find((one) => one.name === name);
  if (scenario === undefined || variant === undefined) throw new Error(`there is no variant ${name}`);
  const evidence = await runOnStage(scenario.topology, variant.run, simulatedStage());
  seen.set(name, evidence);
  return evidence;
}

it("their numbers are those that the command line takes", () => {
  expect(scenarios.map(({ number }) => number)).toEqual(scenarioNumbers);
});

const eventsOf = async <T extends LabEvent["type"]>(
  name: string,
  type: T,
): Promise<readonly Extract<LabEvent, { type: T }>[]> => {
  const isOfType = (event: LabEvent): event is Extract<LabEvent, { type: T }> => event.type === type;
  return (await evidenceOf(name)).events.filter(isOfType);
};

const connections = async (name: string): Promise<readonly string[]> =>
  (await eventsOf(name, "connection"))
    .filter(({ role }) => role === "data")
    .map(({ fromHost, toHost, result, stoppedAt }) => [fromHost, toHost, result, stoppedAt ?? ""].join(" ").trim());

const repliesOf = async (name: string): Promise<string> =>
  (await eventsOf(name, "line"))
    .filter(({ party, from }) => party !== "ftp-server" && from === "server")
    .map(({ text }) => text)
    .join("\n");

describe.each(scenarios)("$number $name", (scenario) => {
  it.each(variantsOf(scenario))("$name comes out as expected", async ({ name, run }) => {
    expect((await evidenceOf(name)).outcome).toEqual(run.expected);
  });
});

describe("with Sallyport", () => {
  const names = scenarios
    .flatMap((one) => variantsOf(one).map(({ name }) => name))
    .filter((name) => /sallyport$/.test(name));

  it.each(names)("%s: only SSH crosses the client's wires", async (name) => {
    const own = (await eventsOf(name, "connection")).filter(
      ({ fromHost, clear, result }) => fromHost === "client" && clear && result === "made",
    );
    expect(own).toEqual([]);
  });
});

describe("the evidence", () => {
  it("tells where a connection ended: refused by the client itself, dropped by the filter, failed on its own host", async () => {
    expect(await connections("S04/plain")).toEqual(["client client refused client"]);
    expect(await connections("S05/plain")).toEqual(["server server refused server"]);
    expect(await connections("S08/plain")).toEqual(["client server made"]);
    expect(await connections("S09/plain")).toEqual(["server client dropped firewall"]);
    expect((await connections("S03/plain"))[0]).toBe("server client failed server");
  });

  it("has the words of the servers", async () => {
    expect(await repliesOf("S03/plain")).toMatch(/^425 .*cannot assign requested address/m);
    expect(await repliesOf("S05/plain")).toMatch(/^425 .*connection refused/m);
    expect(await repliesOf("S07/plain")).toContain("500 Illegal PORT command.");
    expect(await repliesOf("S08/plain")).toMatch(/^425 .*Bad IP connecting/m);
    expect(await repliesOf("S17/plain")).toMatch(/^425 .*TIME_WAIT/m);
    expect(await repliesOf("S19/plain")).toMatch(/^530 .*must use encryption/m);
  });

  it("of TLS ends for who listens at the server with its 234, and the client knows nothing of it", async () => {
    const lines = await eventsOf("S19/sallyport", "line");
    const atServer = lines.filter(({ party }) => party === "ftp-server").map(({ text }) => text);
    expect(atServer.slice(-3)).toEqual([expect.stringMatching(/^530 /), "AUTH TLS", expect.stringMatching(/^234 /)]);
    const atClient = lines.filter(({ party }) => party !== "ftp-server").map(({ text }) => text);
    expect(atClient.filter((text) => /AUTH|PROT|^530|^234/.test(text))).toEqual([]);
  });

  it("shows the calls that failed, and TIME_WAIT at the server's port 20", async () => {
    const calls = await eventsOf("S03/plain", "call");
    expect(calls[0]).toMatchObject({ host: "server", error: "EADDRNOTAVAIL" });
    const [, server] = await eventsOf("S17/plain", "netstat");
    expect(server?.rows.map(({ local, state }) => `${local} ${state}`)).toContain("203.0.113.3:20 TIME_WAIT");
  });

  it.each(["S20/plain", "S20/sallyport"])("%s: who is gone says nothing any more", async (name) => {
    const { events } = await evidenceOf(name);
    const end = events.findIndex((event) => event.type === "note" && event.text === "the FTP server is gone");
    expect(end).toBeGreaterThan(0);
    const after = events.slice(end).filter((event) => event.type === "line" && event.party === "ftp-server");
    expect(after).toEqual([]);
  });

  it("without Sallyport and with it names other ports", async () => {
    const named = async (name: string) => /^227 .*$/m.exec(await repliesOf(name))?.[0];
    expect(await named("S04/plain")).toMatch(/\(127,0,0,1,/);
    expect(await named("S04/sallyport")).toMatch(/\(127,0,0,1,/);
    expect(await named("S04/plain")).not.toBe(await named("S04/sallyport"));
  });

  it("of S18 by hand: the first transfer, TIME_WAIT at the server's port 20, a refusal, and a transfer when it has passed", async () => {
    const name = "S18/sharing-sshd/plain";
    const finals = /^(?:226|425) /gm;
    expect((await repliesOf(name)).match(finals)).toEqual(["226 ", "425 ", "226 "]);
    const tables = (await eventsOf(name, "netstat")).filter(({ host }) => host === "server").slice(0, 5);
    const has = (state: string, pair: RegExp): boolean[] =>
      tables.map(({ rows }) => rows.some((row) => row.state === state && pair.test(`${row.local} ${row.remote}`)));
    expect(has("TIME_WAIT", /^127\.0\.0\.1:20 /)).toEqual([false, false, true, true, false]);
    const port = tables[0]?.rows.find(({ remote }) => remote === "127.0.0.1:21")?.local ?? "none";
    expect(has("LISTEN", new RegExp(`^${port} `))).toEqual([false, true, true, true, true]);
  });

  it("has no password", async () => {
    const text = JSON.stringify((await evidenceOf("S01/plain")).events);
    expect(text).toContain("PASS XXXX");
    expect(text).not.toContain("secret");
  });

  it.each(["S01/sallyport", "S09/plain", "S16/sallyport", "S19/sallyport", "S20/sallyport"])(
    "of %s is the same each time, byte for byte",
    async (name) => {
      const first = JSON.stringify(await evidenceOf(name));
      seen.delete(name);
      expect(JSON.stringify(await evidenceOf(name))).toBe(first);
    },
  );

  it("of another seed has other ports", async () => {
    const [first] = scenarios;
    if (first === undefined) throw new Error("no scenario");
    const other = await runOnStage(first.topology, first.plain, simulatedStage(2));
    expect(other.events).not.toEqual((await evidenceOf("S01/plain")).events);
  });
});

it("an outcome that differs in any field is not as expected", async () => {
  const [first] = scenarios;
  if (first === undefined) throw new Error("no scenario");
  const evidence = await evidenceOf("S01/plain");
  expect(isAsExpected(evidence, first.plain)).toBe(true);
  for (const wrong of [{ works: false }, { reply: 250 }, { system: "ETIMEDOUT" }, { dataBesideSsh: false }]) {
    expect(isAsExpected(evidence, { ...first.plain, expected: { ...first.plain.expected, ...wrong } })).toBe(false);
  }
});
