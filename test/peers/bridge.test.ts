// Both bridges with real programs: FTP clients in front of sshd, SFTP clients in front of real FTP servers.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFtpFileSystem, openSftpFileSystem, type SftpFileSystem } from "../../src/index.ts";
import { systemTime } from "../../src/network/system-clock.ts";
import { runClient } from "../support/clients/run-client.ts";
import { ftpClients } from "../support/clients.ts";
import { startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { type OwnServer, openOwnServer } from "./own-server.ts";
import { expectSameBytes, expectWholeSession } from "./session.ts";

watchResources();

for (const transport of ["openssh", "embedded"] as const) {
  describePeers(["sshd", "ssh", "curl", "lftp", "tnftp", "inetutils-ftp"], `FTP in front of sshd, ${transport}`, () => {
    let home: TempDir;
    let sshd: Awaited<ReturnType<typeof startSshd>>;
    let files: SftpFileSystem;
    let own: OwnServer;
    beforeAll(async () => {
      home = makeTempDir("behind");
      sshd = await startSshd({ lines: ["Subsystem sftp internal-sftp"] });
      const ssh = { host: sshd.hostAlias, configFile: sshd.configFile };
      files = await openSftpFileSystem({ ssh, transport }, { root: home.path });
      own = await openOwnServer(home, { files, opensLate: true });
    });
    afterAll(async () => {
      await own.server.close();
      await files[Symbol.asyncDispose]();
      await sshd.stop();
      home.remove();
    });

    test.each(ftpClients)("$name: the whole session", async (client) => {
      const mode = client.modes[transport === "openssh" ? 0 : client.modes.length - 1];
      if (mode === undefined) throw new Error(`${client.name} has no mode`);
      await expectWholeSession(client, mode, own.place);
    });
  });
}

const binary = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * index + (index >> 8)) & 255));

const paramiko = `
import sys, paramiko
config = paramiko.SSHConfig.from_path(sys.argv[1]).lookup(sys.argv[2])
client = paramiko.SSHClient()
client.load_host_keys(config['userknownhostsfile'])
client.connect(config['hostname'], int(config['port']), username=config['user'], key_filename=config['identityfile'], look_for_keys=False, allow_agent=False)
sftp = client.open_sftp()
sftp.put(sys.argv[3], 'paramiko')
with sftp.open('pipelined', 'wb') as file:
    file.set_pipelined(True)
    data = open(sys.argv[3], 'rb').read()
    for at in range(0, len(data), 32768):
        file.write(data[at:at + 32768])
sftp.get('paramiko', sys.argv[4])
try:
    with sftp.open('paramiko', 'r+b') as file:
        file.write(b'x')
    print('changed')
except IOError as error:
    print('refused')
client.close()
`;

for (const [name, need, start] of [
  ["vsftpd", "vsftpd", startVsftpd],
  ["ProFTPD", "proftpd", startProftpd],
] as const) {
  describePeers([need, "ssh", "lftp", "rclone", "paramiko"], `SFTP in front of ${name}`, () => {
    test("sftp, scp -O and -s, lftp, rclone and paramiko put and get files", async () => {
      await using ftp = await start();
      await using files = await openFtpFileSystem({
        host: ftp.address,
        port: ftp.port,
        user: ftp.user,
        password: ftp.password,
      });
      const ours = await startSshServer({ files: () => files, now: systemTime });
      const here = makeTempDir("front");
      const back = here.file("back");
      writeFileSync(here.file("put"), binary);
      const ssh = ["-F", ours.configFile];
      const same = (file: string): void => {
        expectSameBytes(ftp.content(file), binary, `${file} at the server`);
        expectSameBytes(readFileSync(back), binary, `${file} here`);
      };
      const run = async (program: string, args: readonly string[], input = ""): Promise<string> => {
        const result = await runClient(program, args, { input });
        expect(result.exit, `${program}: ${result.stderr}${result.stdout}`).toBe(0);
        return result.stdout;
      };
      await run("sftp", [...ssh, "-b", "-", ours.hostAlias], `put ${here.file("put")} sftp\nget sftp ${back}\n`);
      same("sftp");
      for (const how of ["-O", "-s"]) {
        // By SFTP it writes over what is there, and cuts it off at the end.
        for (const old of how === "-O" ? [undefined] : ["short", binary.toString("latin1").repeat(2)]) {
          const target = `scp${how}`;
          if (old !== undefined) ftp.place(target, Buffer.from(old, "latin1"));
          await run("scp", [how, ...ssh, here.file("put"), `${ours.hostAlias}:${target}`]);
          await run("scp", [how, ...ssh, `${ours.hostAlias}:${target}`, back]);
          same(target);
        }
      }
      const connect = `set sftp:connect-program "ssh -a -x ${ssh.join(" ")}"`;
      const commands = [
        connect,
        `open sftp://${ours.hostAlias}`,
        `put ${here.file("put")} -o lftp`,
        `get lftp -o ${back}2`,
      ];
      await run("lftp", ["-c", commands.join("; ")]);
      expectSameBytes(readFileSync(`${back}2`), binary, "lftp here");
      const config = readFileSync(ours.configFile, "utf8");
      const setting = (keyword: string): string =>
        new RegExp(`^\\s*${keyword}\\s+"?([^"\\n]+)`, "im").exec(config)?.[1] ?? "";
      const [port, user, key] = [setting("Port"), setting("User"), setting("IdentityFile")];
      const remote = `:sftp,shell_type=none,host=127.0.0.1,port=${port},user=${user},key_file=${key}:`;
      await run("rclone", ["--config", "/dev/null", "copyto", here.file("put"), `${remote}rclone`]);
      await run("rclone", ["--config", "/dev/null", "copyto", `${remote}rclone`, `${back}3`]);
      expectSameBytes(readFileSync(`${back}3`), binary, "rclone here");
      expectSameBytes(ftp.content("rclone"), binary, "rclone at the server");
      const said = await run("/usr/bin/python3", [
        "-c",
        paramiko,
        ours.configFile,
        ours.hostAlias,
        here.file("put"),
        back,
      ]);
      expect(said).toBe("refused\n");
      same("paramiko");
      expectSameBytes(ftp.content("pipelined"), binary, "pipelined at the server");
      await ours.stop();
      here.remove();
    });
  });
}
