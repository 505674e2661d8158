// Can this kernel help FTP through NAT? It is a module, or built in, or not there.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SallyportError } from "../../../protocol/error.ts";

const modules = ["nf_conntrack_ftp", "nf_nat_ftp"] as const;

/** Throws `NET_UNSUPPORTED` when it cannot: then the scenarios that need it are left out, and no others. */
export function checkFtpHelper(): void {
  if (isThere()) return;
  try {
    execFileSync("modprobe", ["-q", "-a", ...modules], { stdio: "ignore" });
  } catch {
    // No such module, or no such program: the kernel's symbols tell.
  }
  if (isThere()) return;
  throw new SallyportError("NET_UNSUPPORTED", `this kernel has no ${modules.join(" and ")}`, {
    hint: "They are modules of most kernels: modprobe nf_nat_ftp, on the host if this is a container.",
  });
}

/** Each has a function of its own name or with it as a prefix: built in or loaded. */
function isThere(): boolean {
  const symbols = readFileSync("/proc/kallsyms", "latin1");
  return ["nf_ct_ftp_from_nlattr", "nf_nat_ftp"].every((name) => new RegExp(`\\b${name}\\b`).test(symbols));
}
