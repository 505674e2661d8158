// Round trips to the FTP server for small files one after the other, in virtual time.
import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { ftpFilesOf } from "../../src/bridge/ftp-files.ts";
import { openClient } from "../../src/client/client-calls.ts";
import type { FtpClient } from "../../src/client/ftp-client.ts";
import { type FileSystem, MemoryFileSystem } from "../../src/index.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import { definedProps } from "../../src/protocol/defined-props.ts";
import { Host } from "../../src/simulation/host/host.ts";
import { Wire } from "../../src/simulation/links/wire.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import { serveSftp } from "../../src/ssh/sftp/server/serve-sftp.ts";
import { openFlags, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { type Request, requests } from "../../src/ssh/sftp/wire/requests.ts";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { clientParts } from "../support/client-parts.ts";
import { runOurServer, usualPolicy } from "../swarm/our-server.ts";
import { Program } from "../swarm/program.ts";

const { ok, endOfFile } = statusCodes;
const { read, write, create, truncate } = openFlags;
const roundTripMs = 50;
const files = 20;

/** A client of those files, with no way between. */
async function sftpTo(files: FileSystem, clock: Clock): Promise<SftpClient> {
  const [near, far] = duplexPair();
  const end = { host: "", port: 0 };
  void serveSftp(far, { files, now: () => 0 }).then(() => far.end());
  const connection = new StreamConnection({
    stream: near,
    local: end,
    remote: end,
    clock,
    breakOff: () => near.destroy(),
  });
  return await SftpClient.open({ connection, clock, signal: new AbortController().signal });
}

/** Round trips that `work` takes for each of the files, with what is behind the first two of them. */
async function roundTripsEach(
  work: (sftp: SftpClient, name: string, there: MemoryFileSystem) => Promise<void>,
): Promise<number> {
  const simulation = new Simulation({ seed: 1 });
  const wire = new Wire(simulation, "wire", { latencyMs: roundTripMs / 2 });
  const [bridge, ftp] = ["192.0.2.1", "192.0.2.2"].map(
    (address) => new Host(simulation, address, { attached: [{ wire, address: `${address}/24` }] }),
  ) as [Host, Host];
  const there = new MemoryFileSystem({ now: () => 0 });
  for (let index = 0; index < files; index += 1) await put(there, `/file-${index}`, "small");
  return await simulation.run(async () => {
    const server = await runOurServer({
      program: new Program(ftp.network(), simulation.clock),
      host: ftp,
      port: 21,
      policy: {
        ...usualPolicy,
        // Of a server that is known to read commands in order; at others the size of an upload is asked for a round trip later.
        greeting: "Sallyport FTP server.",
        authenticate: async () => ({ fileSystem: there }),
        active: true,
        atomicUploads: false,
        tls: undefined,
        dataStallMs: 300_000,
      },
      emit: () => {},
      fault: () => {},
    });
    const program = new Program(bridge.network(), simulation.clock);
    const environment = { network: program, clock: program.clock, now: () => 0, emit: () => {} };
    const connect = (signal?: AbortSignal): Promise<FtpClient> =>
      openClient({ host: "192.0.2.2", user: "me", encoding: "latin1", ...definedProps({ signal }) }, environment, {
        ...clientParts,
        openAnother: (call) => connect(call.signal),
      });
    await using behind = await ftpFilesOf(await connect(), "/");
    await using sftp = await sftpTo(behind, program.clock);
    await work(sftp, "/file-0", there);
    await work(sftp, "/file-1", there);
    const startMs = simulation.nowMs;
    for (let index = 2; index < files; index += 1) await work(sftp, `/file-${index}`, there);
    const tripsEach = (simulation.nowMs - startMs) / (files - 2) / roundTripMs;
    await server[Symbol.asyncDispose]();
    return tripsEach;
  });
}

async function status(sftp: SftpClient, request: Request<"status">): Promise<number> {
  return (await sftp.ask(request).reply).code;
}

async function opened(sftp: SftpClient, path: string, flags: number): Promise<Uint8Array> {
  const reply = await sftp.ask(requests.open(path, flags)).reply;
  if (reply.type !== "handle") throw new Error(`status ${reply.code}`);
  return reply.handle;
}

test("a small file is read in two round trips", async () => {
  const trips = await roundTripsEach(async (sftp, name) => {
    const file = await opened(sftp, name, read);
    const first = await sftp.ask(requests.read(file, 0, 32_768)).reply;
    expect(first.type === "data" && Buffer.from(first.bytes).toString()).toBe("small");
    expect(await sftp.ask(requests.read(file, 5, 32_768)).reply).toMatchObject({ code: endOfFile });
    expect(await status(sftp, requests.close(file))).toBe(ok);
  });
  expect(trips).toBe(2);
});

test("behind an upload the next one into its directory is expected to be taken; where it is refused, its close says so", async () => {
  const signal = new AbortController().signal;
  await roundTripsEach(async (sftp, name, there) => {
    const isRefused = name === "/file-9";
    if (isRefused) await there.mkdir(`${name}.new`, { signal });
    const file = await opened(sftp, `${name}.new`, write | create | truncate);
    await status(sftp, requests.write(file, 0, [Buffer.from("text")]));
    expect((await status(sftp, requests.close(file))) === ok).toBe(!isRefused);
  });
});

test("a small file is written in no more than two round trips", async () => {
  const trips = await roundTripsEach(async (sftp, name, there) => {
    const file = await opened(sftp, `${name}.new`, write | create | truncate);
    expect(await status(sftp, requests.write(file, 0, [Buffer.from("text")]))).toBe(ok);
    expect(await status(sftp, requests.close(file))).toBe(ok);
    expect(await get(there, `${name}.new`)).toBe("text");
  });
  expect(trips).toBeLessThanOrEqual(2);
});
