// Every way in which FTP can have its data connections, as the demo tries them through a tunnel. The errors are those of real
// servers behind `ssh -L`: vsftpd 3.0.3, ProFTPD 1.3.8, curl 7.88 and OpenSSH 9.2, measured in test/peers/plain-ssh*.test.ts.
import type { Endpoint } from "../../platform/endpoint.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { UpstreamMode } from "../../protocol/relay/messages.ts";
import type { DataMode } from "../args.ts";
import { serverToServer } from "../scenarios/sessions.ts";
import type { LabClient, Stage, TransferResult } from "../stage.ts";
import type { Topology } from "../topology.ts";

export interface LoopbackMode {
  /** At most 17 characters, for a table. */
  readonly name: string;
  /** A few words: the command and who connects to whom. */
  readonly title: string;
  readonly back: UpstreamMode;
  /** How the data connections must have been opened on each side, as `data.open` in the trace has it. */
  readonly ways: { readonly downstream: readonly string[]; readonly upstream: readonly string[] };
  /** Number of the scenario that plain `ssh -L` makes of it, and the words in which that shows. */
  readonly scenario: string;
  readonly error: string;
  /** What this system lacks, if that is what the error means: then the mode is left out, and that is shown. */
  readonly lacking?: (error: SallyportError) => string | undefined;
  /** Does everything, step by step; throws what goes wrong. */
  readonly script: (scene: Scene) => Promise<void>;
}

export interface Scene {
  readonly stage: Stage;
  /** Of the two FTP servers, through the tunnel. */
  readonly entrances: readonly [Endpoint, Endpoint];
  /** Does a step; the check is part of it, and what it resolves to is shown as its result. */
  step(name: string, work: () => Promise<string>): Promise<void>;
}

/** One SSH host with an FTP server, and another FTP server that it reaches. All of them are this machine. */
export const loopbackTopology: Topology = {
  wires: [{ name: "lo", title: "this machine" }],
  hosts: ["client", "server", "other"].map((name) => ({ name, attached: { lo: "127.0.0.1/8" } })),
  routers: [],
};

const sharedPorts = "it lets nobody listen at the end of a connection";

export const loopbackModes: readonly LoopbackMode[] = [
  {
    name: "PASV",
    title: "PASV: the server names an address, the client connects to it",
    back: "auto",
    ways: { downstream: ["passive"], upstream: ["passive"] },
    script: oneSession("PASV", "pasv"),
    scenario: "S08",
    error: "425 Security: Bad IP connecting.",
  },
  {
    name: "EPSV",
    title: "EPSV: the server names a port, the client connects to it",
    back: "auto",
    ways: { downstream: ["passive"], upstream: ["passive"] },
    script: oneSession("EPSV", "epsv"),
    scenario: "S04",
    error: "Connection refused",
  },
  {
    name: "PORT",
    title: "PORT: the client names an address, the server connects to it",
    back: "auto",
    ways: { downstream: ["active"], upstream: ["passive"] },
    script: oneSession("PORT", "port"),
    scenario: "S05",
    error: "500 Illegal PORT command.",
  },
  {
    name: "EPRT",
    title: "EPRT: the same, in the form that IPv6 needs",
    back: "auto",
    ways: { downstream: ["active"], upstream: ["passive"] },
    script: oneSession("EPRT", "eprt"),
    scenario: "S07",
    error: "500 Illegal EPRT command.",
  },
  {
    name: "no command",
    title: "no command at all: the default data ports of RFC 959",
    back: "auto",
    ways: { downstream: ["default-port"], upstream: ["passive"] },
    script: oneSession("default-port", "default"),
    lacking: ({ details }) => (details.system === "EADDRINUSE" ? sharedPorts : undefined),
    scenario: "S17",
    error: "425 Unable to build data connection: Connection refused",
  },
  {
    name: "back active",
    title: "PASV for the client, while the server connects: --back active",
    back: "active",
    ways: { downstream: ["passive"], upstream: ["active"] },
    script: oneSession("PASV", "back-active"),
    scenario: "S03",
    error: "425 Unable to build data connection: Connection refused",
  },
  {
    name: "back default-port",
    title: "PASV for the client, default data ports for the server: --back default-port",
    back: "default-port",
    ways: { downstream: ["passive"], upstream: ["default-port"] },
    script: oneSession("PASV", "back-default"),
    lacking: ({ message }) => (message.includes("needs SO_REUSEADDR") ? sharedPorts : undefined),
    scenario: "S18",
    error: "remote port forwarding failed for listen port",
  },
  {
    name: "third party",
    title: "third party (FXP): a file goes from one server to another",
    back: "auto",
    ways: { downstream: ["joined", "passive"], upstream: ["passive"] },
    script: betweenServers,
    scenario: "S16",
    error: "500 Illegal PORT command.",
  },
];

/** A listing, a download, and an upload that is read back. `name`: of the file that is put, `/from-NAME`. */
function oneSession(front: DataMode, name: string): LoopbackMode["script"] {
  return async ({ stage, entrances, step }) => {
    const user = await logIn(stage, entrances[0], { sharesPort: front === "default-port" });
    await step("list", async () => checked("LIST", await user.list(front), "/file is in it"));
    await step("download", async () => checked("/file", await user.get(front, "/file")));
    await step("upload", async () => {
      const path = `/from-${name}`;
      checked(path, await user.put(front, path));
      return checked(path, await user.get(front, path), "read back, all the same");
    });
    await user.quit();
  };
}

/** Two sessions of one client: the data go from server to server, and the client sees them only when it reads the copy. */
async function betweenServers({ stage, entrances, step }: Scene): Promise<void> {
  const one = await logIn(stage, entrances[0], { name: "at-server" });
  const other = await logIn(stage, entrances[1], { name: "at-other" });
  const copy = async (from: LabClient, to: LabClient): Promise<string> => {
    const result: TransferResult = await serverToServer(from, to);
    return checked("/file to /copy", result, "read back, all the same");
  };
  await step("there", () => copy(one, other));
  await step("and back", () => copy(other, one));
  await Promise.all([one.quit(), other.quit()]);
}

async function logIn(stage: Stage, at: Endpoint, plan: Parameters<Stage["ftpClient"]>[2]): Promise<LabClient> {
  const user = await stage.ftpClient("client", at, plan);
  if (user.login.startsWith("230")) return user;
  checked("login", { works: false, whole: false, reply: user.login });
  return user;
}

// What a transfer of a mode has come to, in words; a wrong one is an error of ours, since every part of it is ours.
const written = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `/file, 46,000 bytes, all the same`. Throws `INTERNAL` when it did not work or a byte is another one. */
export function checked(what: string, result: TransferResult, finding = "all the same"): string {
  const problem = problemOf(result);
  if (problem === undefined) {
    const count = result.bytes === undefined ? "" : ` ${written(result.bytes)} bytes,`;
    return `${what},${count} ${finding}`;
  }
  const { system } = result;
  throw new SallyportError("INTERNAL", `${what}: ${problem}`, system === undefined ? {} : { details: { system } });
}

function problemOf({ works, whole, reply, system, bytes, wrongAt }: TransferResult): string | undefined {
  if (works && whole) return undefined;
  if (wrongAt !== undefined) return `byte ${wrongAt} is different`;
  if (system !== undefined) return [system, reply].join(" ").trim();
  if (reply.startsWith("2")) return `${written(bytes ?? 0)} bytes came, which is not all`;
  return reply === "" ? "no reply came" : `the server replied ${reply}`;
}
