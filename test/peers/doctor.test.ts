// The doctor at real servers: each setting that it names is planted, found, and gone when it is set as advised.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { DoctorReport } from "../../src/doctor/report.ts";
import type { RemedyAt } from "../../src/protocol/findings/finding.ts";
import { type BuiltProgram, buildProgram, run, start } from "../cli/support/built-program.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSallyport } from "../support/sallyport.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { startTlsServer } from "./tls-servers.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

interface Visit {
  readonly status: string;
  readonly report: DoctorReport;
  readonly found: readonly string[];
}

async function visit({ user, password, port }: FtpServer, ...words: readonly string[]): Promise<Visit> {
  const url = `ftp://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  const { ended, stdout } = await run(program.real, ["doctor", "--json", ...words, url]);
  const report = JSON.parse(stdout) as DoctorReport;
  expect(stdout).not.toContain(password);
  return { status: ended, report, found: report.findings.map(({ id, way }) => `${id} ${way}`) };
}

/** All vsftpds that run now share port 20, and the doctor tells when it is in use. */
const quiet = { lines: ["connect_from_port_20=NO"] };

const all = ["EPSV", "PASV", "EPRT", "PORT"];

/** Settings as the remedies of these findings spell them. */
function advised({ findings }: DoctorReport, at: RemedyAt, setting: RegExp): readonly string[] {
  const remedies = findings.flatMap((finding) => finding.remedies.filter((remedy) => remedy.at === at));
  return remedies.flatMap(({ do: what }) => setting.exec(what)?.[0] ?? []);
}

describePeers(["sshd", "vsftpd"], "the doctor, vsftpd, and sshd as it comes", () => {
  let server: FtpServer;
  let sshd: Sshd;
  beforeAll(async () => {
    [server, sshd] = await Promise.all([ftpServers.vsftpd(quiet), startSshd()]);
  });
  afterAll(() => Promise.all([server.stop(), sshd.stop()]));

  test.each(["openssh", "embedded"])("all is well, directly and through SSH (%s)", async (transport) => {
    const via = ["--ssh", transport, "-F", sshd.configFile, "--via", sshd.hostAlias];
    const { report, found, status } = await visit(server, ...via);
    expect(found).toEqual([]);
    expect(report).toMatchObject({ health: "well", complete: true, working: { direct: all, ssh: all } });
    expect(status).toBe("exit 0");
  });
});

describePeers(["sshd", "vsftpd"], "the doctor at a running tunnel", () => {
  test("tells what the tunnel has learned of the server", async () => {
    await using server = await ftpServers.vsftpd(quiet);
    await using sshd = await startSshd();
    const forward = ["-F", sshd.configFile, "-L", `0:127.0.0.1:${server.port}`, sshd.hostAlias];
    // Where the doctor, as the tests start it, looks for what a tunnel has learned.
    await using tunnel = await startSallyport(forward, { env: { XDG_RUNTIME_DIR: inject("runDirectory") } });
    const port = Number(/^ftp:\/\/127\.0\.0\.1:(\d+)/m.exec(tunnel.log())?.[1]);
    // The first visit is what the second one is told of.
    await visit({ ...server, port });
    const { report, found } = await visit({ ...server, port });
    expect(found).toEqual([]);
    const learned = report.learned?.join("\n");
    expect(learned).toMatch(/^It has had \d+ sessions and 1 SSH connections\.$/m);
    expect(learned).toMatch(/^A round trip to the server took \d+ ms at best/m);
    expect(learned).toMatch(/^Data connections towards the server: passive\./m);
  });
});

describePeers(["sshd", "vsftpd"], "the doctor and an sshd that forwards nothing", () => {
  test("PermitOpen to another host is D26; without it the next visit is clean", async () => {
    await using server = await ftpServers.vsftpd(quiet);
    await using strict = await startSshd({ lines: ["PermitOpen 127.0.0.1:9"] });
    const ill = await visit(server, "-F", strict.configFile, "--via", strict.hostAlias);
    expect(ill.found).toEqual(["D26 ssh"]);
    expect(ill.report).toMatchObject({ health: "warnings", working: { direct: all, ssh: [] } });
    expect(ill.status).toBe("exit 1");
    await using mended = await startSshd({ lines: ["PermitOpen 127.0.0.1:*"] });
    expect((await visit(server, "-F", mended.configFile, "--via", mended.hostAlias)).found).toEqual([]);
  });

  test("PermitListen none is D28, and passive modes work; with the one that is advised the next visit is clean", async () => {
    await using server = await ftpServers.vsftpd(quiet);
    await using sshd = await startSshd({ lines: ["PermitListen none"] });
    const { found, report } = await visit(server, "-F", sshd.configFile, "--via", sshd.hostAlias);
    expect(found).toContain("D28 ssh");
    expect(new Set(found)).toEqual(new Set(["D28 ssh"]));
    expect(report.working).toEqual({ direct: all, ssh: ["EPSV", "PASV"] });
    const lines = advised(report, "sshd_config", /PermitListen [\w.]+:\S+/);
    expect(lines).toHaveLength(1);
    await using mended = await startSshd({ lines });
    const via = ["-F", mended.configFile, "--via", mended.hostAlias];
    expect((await visit(server, ...via)).found).toEqual([]);
  });
});

describePeers(["sshd", "vsftpd"], "the doctor and an sshd that carries connections only, for everybody", () => {
  test("GatewayPorts yes is D53, MaxSessions 0 is D54, both are notes, and with what is advised the next visit is clean", async () => {
    await using server = await ftpServers.vsftpd(quiet);
    await using sshd = await startSshd({ lines: ["GatewayPorts yes", "MaxSessions 0"] });
    const via = ["--mode", "PASV", "-F", sshd.configFile, "--via", sshd.hostAlias];
    const { found, report, status } = await visit(server, ...via);
    expect(found).toEqual(["D53 ssh", "D54 ssh"]);
    expect({ health: report.health, status }).toEqual({ health: "well", status: "exit 0" });
    const lines = advised(report, "sshd_config", /^(?:GatewayPorts no|MaxSessions \d+)/);
    expect(lines).toHaveLength(2);
    await using mended = await startSshd({ lines });
    const next = await visit(server, "--mode", "PASV", "-F", mended.configFile, "--via", mended.hostAlias);
    expect(next.found).toEqual([]);
  });
});

describePeers(["vsftpd"], "the doctor and vsftpd in TLS", () => {
  test("D19 without it; with it all works, and that it wants sessions resumed is a note", async () => {
    await using keys = makePublicCertificate();
    await using server = await startTlsServer("vsftpd", keys, "explicit");
    const plain = await visit(server, "--mode", "PASV");
    expect({ found: plain.found, status: plain.status }).toEqual({ found: ["D19 direct"], status: "exit 2" });
    const secured = await visit(server, "--mode", "PASV", "--tls", "--tls-ca", keys.certificateFile);
    expect(secured.found).toEqual(["D39 direct"]);
    expect(secured.report).toMatchObject({ health: "well", findings: [{ severity: "note" }] });
    expect(secured.report.observations.join("\n")).toMatch(
      /TLSv1\.\d, a certificate for DNS:localhost, .* valid until/,
    );
  });
});

test("Ctrl-C prints what is known so far, and what was not looked at", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  await using doctor = start(program.real, ["doctor", "--mode", "PASV", `127.0.0.1:${port}`]);
  const [client] = (await once(silent, "connection")) as [Socket];
  client.on("error", () => {});
  doctor.kill("SIGINT");
  expect(await doctor.ended).toBe("exit 130");
  expect(doctor.stdout()).toMatch(
    /could not be found out .*Not looked at: the FTP session, directly; PASV, directly\./s,
  );
  client.destroy();
  silent.close();
});

describePeers(["vsftpd"], "what the doctor writes", () => {
  test("a file goes to vsftpd and comes back, and nothing is left of it", async () => {
    await using server = await ftpServers.vsftpd(quiet);
    const { found, report } = await visit(server, "--write", ".");
    expect(found).toEqual([]);
    expect(report.observations).toContain("A file that came back as it went, directly: EPSV, PASV, EPRT, PORT.");
    const log = server.log();
    expect(log.match(/OK UPLOAD/g)).toHaveLength(4);
    expect(log.match(/OK DELETE/g)).toHaveLength(4);
  });
});

describePeers(["vsftpd"], "the doctor and vsftpd's settings", () => {
  test.each([
    ["D22", ["pasv_enable=NO"]],
    ["D07", ["port_enable=NO"]],
    ["D14", ["port_promiscuous=YES"]],
  ])("%s: %s, and with what is advised the next visit is clean", async (id, lines) => {
    await using ill = await ftpServers.vsftpd({ lines });
    const { found, report } = await visit(ill);
    expect(found).toEqual([`${id} direct`]);
    // Each is a remedy by itself.
    const [first = ""] = advised(report, "vsftpd", /^[a-z_]+(?:_20)?=[A-Z]+/);
    await using mended = await ftpServers.vsftpd({ lines: [...lines, first] });
    expect((await visit(mended)).found).toEqual([]);
  });
});
