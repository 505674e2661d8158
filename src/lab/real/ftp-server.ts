// An FTP server on a host: its files, its configuration, and when it is ready.
import { writeFileSync } from "node:fs";
import { type LabFiles, labBytes, labFiles } from "../files.ts";
import type { FtpServerPlan } from "../stage.ts";
import type { Enclosure } from "./enclosure/enclosure.ts";
import type { Program } from "./enclosure/program.ts";
import { bigBytesCount, filesScript } from "./programs/accounts.ts";
import { kindFor } from "./programs/ftp-server-kinds.ts";
import { specialProgram } from "./programs/needed.ts";
import { prepareProftpd } from "./programs/proftpd.ts";
import { prepareVsftpd } from "./programs/vsftpd.ts";
import { untilListening } from "./until-listening.ts";

const ftpPort = 21;
export const labFileSizes: LabFiles = labFiles(bigBytesCount);

const prepare = { vsftpd: prepareVsftpd, ProFTPD: prepareProftpd } as const;

/** Throws `CONFIG_INVALID` when the program that the plan needs is missing or does not come up. */
export async function startFtpServer(enclosure: Enclosure, host: string, plan: FtpServerPlan): Promise<Program> {
  const pattern = `${host}.pattern`;
  writeFileSync(enclosure.outside(pattern), labBytes(Math.max(...Object.values(labFileSizes))));
  await enclosure.script(filesScript(host, labFileSizes, enclosure.inside(pattern)));
  if (plan.demandsTls === true) await enclosure.script(certificateScript(specialProgram("openssl")));
  const program = enclosure.start(host, prepare[kindFor(plan)](enclosure, host, plan));
  await untilListening(enclosure, host, ftpPort, program);
  return program;
}

const certificateScript = (openssl: string): string =>
  `cd /run/lab && ${openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ftp-server -days 2 ` +
  "-keyout tls.key -out tls.crt 2>/dev/null && cat tls.key tls.crt >tls.pem";
