// A client that sends the commands of its next transfer while this one runs: every reply comes in order, and nothing is broken off.
import { afterEach, beforeEach, expect, test } from "vitest";
import { listeningPortsOf } from "../support/listening.ts";
import { watchResources } from "../support/resources.ts";
import { received, type TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
let peer: TestClient;
type Data = Awaited<ReturnType<TestClient["passive"]>>;

beforeEach(async () => {
  rig = await startRig();
  peer = await rig.login();
  await peer.command("TYPE I");
});
afterEach(() => rig[Symbol.asyncDispose]());

const huge = "x".repeat(8_000_000);

/** A download that runs, since nobody reads it. */
async function running(): Promise<Data> {
  await peer.upload("STOR huge", huge);
  const data = await peer.passive();
  data.pause();
  await peer.ask("RETR huge", 150);
  return data;
}

/** The next reply is one to EPSV or PASV: a connection to its port. */
const nextData = async (code: 227 | 229): Promise<Data> => peer.connectData(peer.addressOf(await peer.expect(code)));

const endOf = async (data: Data): Promise<string> => {
  const { bytes, how } = await received(data);
  return `${how} after ${bytes.length}`;
};

test.each([
  ["EPSV", 229],
  ["PASV", 227],
] as const)("SIZE, MDTM, %s and RETR of the next file wait for the end of a download", async (verb, code) => {
  const data = await running();
  peer.send("SIZE huge", "MDTM huge", verb, "RETR huge");
  expect(await endOf(data)).toBe(`end after ${huge.length}`);
  await peer.expect(226, 213, 213);
  const next = await nextData(code);
  expect(await endOf(next)).toBe(`end after ${huge.length}`);
  await peer.expect(150, 226);
});

test("EPSV and STOR of the next file wait for the end of an upload", async () => {
  const first = await peer.passive();
  first.resume();
  await peer.ask("STOR a", 150);
  first.write("one ");
  peer.send("EPSV", "STOR b", "SIZE a");
  first.end("file");
  await peer.expect(226);
  const second = await nextData(229);
  second.resume().end("another");
  await peer.expect(150, 226, 213);
  expect((await peer.download("RETR a")).text).toBe("one file");
  expect((await peer.download("RETR b")).text).toBe("another");
});

test("a whole dialogue of three files in one write: each data port is for one of them", async () => {
  await peer.upload("STOR a", "small");
  peer.send(...["EPSV", "RETR a", "EPSV", "RETR none", "RETR a", "PASV", "RETR a"]);
  expect(await endOf(await nextData(229))).toBe("end after 5");
  await peer.expect(150, 226);
  // The port outlives the refusal, as it does when nothing is pipelined.
  const second = await nextData(229);
  await peer.expect(550);
  expect(await endOf(second)).toBe("end after 5");
  await peer.expect(150, 226);
  expect(await endOf(await nextData(227))).toBe("end after 5");
  await peer.expect(150, 226);
});

test("ABOR behind the next EPSV ends the transfer and not the port: 426, 229, 226", async () => {
  const data = await running();
  peer.send("EPSV", "ABOR");
  await peer.expect(426);
  const next = await nextData(229);
  await peer.expect(226);
  expect(await endOf(data)).toMatch(/^reset/);
  peer.send("RETR huge");
  expect(await endOf(next)).toBe(`end after ${huge.length}`);
  await peer.expect(150, 226);
});

test("EPSV ALL during a transfer counts from then on", async () => {
  const data = await running();
  peer.send("EPSV ALL", "PASV", "EPSV");
  expect(await endOf(data)).toBe(`end after ${huge.length}`);
  await peer.expect(226, 200, 500, 229);
});

test("QUIT behind the next file lets both finish", async () => {
  const data = await running();
  peer.send("EPSV", "RETR huge", "QUIT");
  expect(await endOf(data)).toBe(`end after ${huge.length}`);
  await peer.expect(226);
  expect(await endOf(await nextData(229))).toBe(`end after ${huge.length}`);
  await peer.expect(150, 226, 221);
  await peer.closed();
});

test("a client that goes away leaves no port open that it asked for during a transfer", async () => {
  const before = listeningPortsOf(process.pid).length;
  await running();
  peer.send("EPSV", "RETR huge");
  peer[Symbol.dispose]();
  await until("the session to end", () => rig.server.sessions === 0);
  expect(listeningPortsOf(process.pid).length).toBe(before);
});
