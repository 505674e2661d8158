// The programs of a real run, where they may be, and Debian's packages of them.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SallyportError } from "../../../protocol/error.ts";

export interface NeededProgram {
  readonly name: string;
  readonly debianPackage: string;
  readonly places: readonly string[];
  /** How to get it, where installing the package is not the answer. */
  readonly hint?: string;
}

const systemPlaces = (name: string): readonly string[] =>
  ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map((folder) => `${folder}/${name}`);

const program = (name: string, debianPackage: string): NeededProgram => ({
  name,
  debianPackage,
  places: systemPlaces(name),
});

/** Debian's packages of ProFTPD and vsftpd conflict, so one of them is unpacked somewhere else. */
const unpacked = "/var/tmp/sallyport-peers/proftpd";

export const neededPrograms: readonly NeededProgram[] = [
  program("unshare", "util-linux"),
  program("nsenter", "util-linux"),
  program("setpriv", "util-linux"),
  program("ip", "iproute2"),
  program("ss", "iproute2"),
  program("nft", "nftables"),
  program("tcpdump", "tcpdump"),
  program("ssh", "openssh-client"),
  program("ssh-keygen", "openssh-client"),
  program("sshd", "openssh-server"),
  program("vsftpd", "vsftpd"),
];

type SpecialProgram = "proftpd";

/** Needed by some scenarios only: looked for when they come to it. */
export const specialPrograms: Readonly<Record<SpecialProgram, NeededProgram>> = {
  proftpd: {
    name: "proftpd",
    debianPackage: "proftpd-core",
    places: [...systemPlaces("proftpd"), `${unpacked}/usr/sbin/proftpd`],
    hint: `On Debian, where it cannot be installed beside vsftpd: apt-get download proftpd-core, and dpkg -x proftpd-core_*.deb ${unpacked}`,
  },
};

const find = ({ places }: NeededProgram): string | undefined => places.find((place) => existsSync(place));

/** Throws `CONFIG_INVALID`, with what to do, where a real run is impossible. */
export function checkMachine(platform: NodeJS.Platform, userId: number | undefined): void {
  if (platform !== "linux") {
    throw new SallyportError("CONFIG_INVALID", `--real needs Linux, and this is ${platform}`, {
      hint: "Without --real the same scenario runs in a simulated network, on any machine.",
    });
  }
  if (userId !== 0) {
    throw new SallyportError("CONFIG_INVALID", "--real makes network namespaces, and only root may do that", {
      hint: "Run it with sudo, or without --real in a simulated network.",
    });
  }
  const missing = neededPrograms.filter((one) => find(one) === undefined);
  if (missing.length > 0) throw missingPrograms(missing);
}

/** Path of a program that only some scenarios need. Throws `CONFIG_INVALID` when it is missing. */
export function specialProgram(name: SpecialProgram): string {
  const path = find(specialPrograms[name]);
  if (path === undefined) throw missingPrograms([specialPrograms[name]]);
  return path;
}

/** Where ProFTPD's modules are, given its program. */
export function proftpdModules(path: string): string {
  return path.replace(/\/sbin\/proftpd$/, "/lib/proftpd");
}

function missingPrograms(missing: readonly NeededProgram[]): SallyportError {
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))];
  return new SallyportError("CONFIG_INVALID", `missing: ${missing.map(({ name }) => name).join(", ")}`, {
    hint: missing[0]?.hint ?? `On Debian: apt-get install ${packages.join(" ")}`,
  });
}

/** This module's depth in src, and in dist/ where modules are put together, differ: so it looks for the top. */
function inPackage(path: string): string {
  let folder = new URL(".", import.meta.url);
  while (!existsSync(new URL("package.json", folder)) && folder.pathname !== "/") folder = new URL("..", folder);
  return fileURLToPath(new URL(path, folder));
}

/** This package's own, as processes: the program, and the scripted FTP client (agent/main.ts, compiled). */
export const realPrograms: { readonly sallyport: string; readonly agent: string } = {
  sallyport: inPackage("bin/sallyport.js"),
  agent: inPackage("dist/lab/real/agent/main.js"),
};
