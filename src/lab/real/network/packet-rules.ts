// What a router does with packets, in the language of nft(8).

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SallyportError } from "../../../protocol/error.ts";
import type { RouterPlan, Topology } from "../../topology.ts";
import { deviceOf } from "./plan.ts";

const ftpPort = 21;

/** Conntrack comes at priority -200 in `prerouting`, so what needs it comes later. */
export function packetRules(topology: Topology, router: RouterPlan): string {
  const device = (wire: string): string => `"${deviceOf(topology, wire)}"`;
  return [
    "table ip lab {",
    ...(router.ftpHelper === true ? helper : []),
    ...(router.masquerade === undefined ? [] : masquerade(device(router.masquerade))),
    ...(router.forwards === undefined ? [] : forwards(router, router.forwards, device)),
    ...(router.keepsOut === undefined ? [] : filter(device(router.keepsOut), router.admits ?? [])),
    "}",
  ].join("\n");
}

/** nf_conntrack_ftp, and nf_nat_ftp where addresses are translated. Since Linux 4.7 it must be asked for. */
const helper: readonly string[] = [
  '  ct helper ftp-helper { type "ftp" protocol tcp; }',
  "  chain helped {",
  "    type filter hook prerouting priority 0; policy accept;",
  `    tcp dport ${ftpPort} ct helper set "ftp-helper"`,
  "  }",
];

function masquerade(device: string): readonly string[] {
  return [
    "  chain leaving {",
    "    type nat hook postrouting priority 100; policy accept;",
    `    oifname ${device} masquerade`,
    "  }",
  ];
}

function forwards(
  router: RouterPlan,
  plans: NonNullable<RouterPlan["forwards"]>,
  device: (wire: string) => string,
): readonly string[] {
  const rules = plans.map(({ wire, ports, to }) => {
    const own = router.attached[wire]?.split("/")[0] ?? "";
    const target = ports.first === ports.last ? `${to.host}:${to.port}` : to.host; // a range keeps its ports
    const range = ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`;
    return `    iifname ${device(wire)} ip daddr ${own} tcp dport ${range} dnat to ${target}`;
  });
  return ["  chain arriving {", "    type nat hook prerouting priority -100; policy accept;", ...rules, "  }"];
}

/** A filter with memory: what belongs to a connection that is known passes, expected data connections (`related`) too. */
function filter(device: string, admits: readonly number[]): readonly string[] {
  const rules = [
    "    ct state established,related accept",
    "    ct status dnat accept",
    ...(admits.length === 0 ? [] : [`    iifname ${device} tcp dport { ${admits.join(", ")} } accept`]),
    `    iifname ${device} drop`,
  ];
  return [
    "  chain through {",
    "    type filter hook forward priority 0; policy accept;",
    ...rules,
    "  }",
    "  chain own {",
    "    type filter hook input priority 0; policy accept;",
    ...rules,
    "  }",
  ];
}

// Can this kernel help FTP through NAT? It is a module, or built in, or not there.
const modules = ["nf_conntrack_ftp", "nf_nat_ftp"] as const;

/** Throws `NET_UNSUPPORTED` when it cannot: then the scenarios that need it are left out, and no others. */
export function checkFtpHelper(): void {
  if (isThere()) return;
  try {
    execFileSync("modprobe", ["-q", "-a", ...modules], { stdio: "ignore" });
  } catch {
    // No such module, or no such program: the kernel's symbols show it.
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
