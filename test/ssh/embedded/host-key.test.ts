// Host keys against a real sshd: no connection without one that is known.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { hostKey, makeSshKey } from "../../support/ssh-keys.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { failureOf, openTo, witness } from "./open.ts";

watchResources();

const line = (sshd: Sshd, publicKey: string, marker = ""): string =>
  `${marker}[${sshd.address}]:${sshd.port} ${publicKey.split(" ").slice(0, 2).join(" ")}\n`;
const ask = { options: ["StrictHostKeyChecking=ask"] };

describePeers(["sshd"], "host key", () => {
  test("one that is known lets the connection be made", async () => {
    await using sshd = await startSshd();
    await using connection = await openTo(sshd);
    expect(connection.serverAddress).toBe("127.0.0.1");
    expect(connection.target).toBe(sshd.hostAlias);
    expect(connection.isOpenSsh).toBe(true);
  });

  test("an unknown one is refused when nobody can be asked", async () => {
    await using sshd = await startSshd();
    writeFileSync(sshd.files.knownHosts, "");
    expect(await failureOf(openTo(sshd, ask))).toMatchObject({ code: "SSH_HOST_KEY" });
  });

  test("an unknown one is asked about, recorded, and known the next time", async () => {
    await using sshd = await startSshd();
    writeFileSync(sshd.files.knownHosts, "");
    const first = witness(["yes"]);
    await (await openTo(sshd, { options: [...ask.options, "HashKnownHosts=yes"] }, first))[Symbol.asyncDispose]();
    const shown = execFileSync("ssh-keygen", ["-l", "-f", "-"], { input: hostKey().publicKey, encoding: "utf8" });
    expect(first.asked[0]?.text).toContain(shown.split(" ")[1]);
    expect(readFileSync(sshd.files.knownHosts, "utf8")).toMatch(/^\|1\|/);
    const second = witness([]);
    await (await openTo(sshd, ask, second))[Symbol.asyncDispose]();
    expect(second.asked).toEqual([]);
  });

  test("a hashed entry is found", async () => {
    await using sshd = await startSshd();
    execFileSync("ssh-keygen", ["-H", "-f", sshd.files.knownHosts], { stdio: "ignore" });
    await using connection = await openTo(sshd);
    expect(connection.transport).toBe("embedded");
  });

  test("a changed one is refused, and tells file and line", async () => {
    await using sshd = await startSshd();
    writeFileSync(sshd.files.knownHosts, `# mine\n${line(sshd, makeSshKey().publicKey)}`);
    const failure = await failureOf(openTo(sshd, { options: ["StrictHostKeyChecking=no"] }, witness(["yes"])));
    expect(failure).toMatchObject({ code: "SSH_HOST_KEY" });
    expect(failure.message).toContain(`${sshd.files.knownHosts}:2`);
  });

  test("a revoked one is refused", async () => {
    await using sshd = await startSshd();
    const { publicKey } = hostKey();
    writeFileSync(sshd.files.knownHosts, line(sshd, publicKey) + line(sshd, publicKey, "@revoked "));
    expect((await failureOf(openTo(sshd))).message).toMatch(/revoked/);
  });

  test("one that only a certificate authority vouches for is refused with the way out", async () => {
    await using sshd = await startSshd();
    writeFileSync(sshd.files.knownHosts, line(sshd, makeSshKey().publicKey, "@cert-authority "));
    expect((await failureOf(openTo(sshd))).hint).toContain("--ssh openssh");
  });

  test("HostKeyAlias is what known_hosts is searched for", async () => {
    await using sshd = await startSshd();
    writeFileSync(sshd.files.knownHosts, `farm ${hostKey().publicKey}`);
    expect((await failureOf(openTo(sshd))).code).toBe("SSH_HOST_KEY");
    await using connection = await openTo(sshd, { options: ["HostKeyAlias=farm"] });
    expect(connection.transport).toBe("embedded");
  });

  test("of a server with several keys the known one is asked for", async () => {
    const rsa = makeSshKey("rsa");
    await using sshd = await startSshd({ hostKey: rsa, lines: [] });
    await using both = await startSshd({
      lines: [`HostKey ${sshd.files.serverConfig.replace("sshd_config", "host_key")}`],
    });
    writeFileSync(both.files.knownHosts, line(both, rsa.publicKey));
    await using connection = await openTo(both);
    expect(connection.transport).toBe("embedded");
  });

  test("UserKnownHostsFile and GlobalKnownHostsFile are both looked at", async () => {
    await using sshd = await startSshd();
    const options = [`GlobalKnownHostsFile=${sshd.files.knownHosts}`, "UserKnownHostsFile=/dev/null"];
    await using connection = await openTo(sshd, { options });
    expect(connection.transport).toBe("embedded");
  });
});
