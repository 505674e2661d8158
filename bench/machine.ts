// What the figures were measured with, for the line above the table.
import { spawnSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

/** One line a fact. */
export function describeMachine(): string[] {
  const [cpu] = cpus();
  return [
    `${cpus().length} processors (${cpu?.model ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB,` +
      ` shared by client, servers, sshd, ssh and sallyport; load before: ${loadavg()[0]?.toFixed(2)}`,
    [`Node.js ${process.versions.node}`, said("ssh", "-V"), said("curl", "-V"), vsftpdVersion()].join(", "),
  ];
}

/** The first two words of what a program says about its version, wherever it says it. */
function said(program: string, option: string): string {
  const { stdout, stderr } = spawnSync(program, [option], { encoding: "utf8" });
  return `${stdout ?? ""}${stderr ?? ""}`.split(/[\s,]+/, 2).join(" ");
}

function vsftpdVersion(): string {
  const { stdout } = spawnSync("/bin/sh", ["-c", "/usr/sbin/vsftpd -v 0>&1"], { encoding: "utf8" }); // to its input
  return stdout.trim().replace(/: version/, "");
}
