import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { it, expect } from "vitest";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startVsftpd } from "../support/vsftpd.ts";
import * as servers from "../support/ftp-servers.ts";
import { startGateway } from "./gateway-harness.ts";
const run = promisify(execFile);
it("curl through gateway", async () => {
  console.log(Object.keys(servers));
  const ftp = await (servers as any).startVsftpd({});
  console.log(ftp);
  await using gw = await startGateway({ target: { host: ftp.host ?? "127.0.0.1", port: ftp.port } });
  const big = "x".repeat(1000000);
  writeFileSync(`${ftp.root}/big`, big);
  for (const flags of [[], ["--disable-epsv"], ["-P", "-"], ["-P", "-", "--disable-eprt"]]) {
    const r = await run("curl", ["-sS", ...flags, `ftp://${ftp.user}:${ftp.password}@127.0.0.1:${gw.port}/big`], { maxBuffer: 1e8 }).catch((e) => e);
    console.log(flags.join(" "), r.stdout?.length, r.stderr);
    const u = await run("curl", ["-sS", ...flags, "-T", `${ftp.root}/big`, `ftp://${ftp.user}:${ftp.password}@127.0.0.1:${gw.port}/up`], { maxBuffer: 1e8 }).catch((e) => e);
    console.log("up", u.stderr);
  }
  for (const e of gw.trace.slice(0, 60)) console.log(JSON.stringify(e));
  await ftp.stop();
});
