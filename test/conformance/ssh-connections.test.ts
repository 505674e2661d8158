// Every way to have an SSH connection passes its suite: both transports, at sshd, at our own server, at a scripted one.
import { connectSsh } from "../../src/connect/ssh-host.ts";
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import type { EmbeddedConnection } from "../../src/ssh/embedded/embedded-connection.ts";
import type { OpenSshConnection } from "../../src/ssh/openssh/openssh-connection.ts";
import type { OpenedSshHost } from "../../src/testing/ssh-host/ssh-host-fixture.ts";
import { openTo } from "../ssh/embedded/open.ts";
import { connectTo } from "../ssh/openssh/environment.ts";
import { missing } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startScriptedSshServer } from "../support/scripted-ssh-server.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { startSshd } from "../support/sshd.ts";
import { ScriptedSessions, scriptedTraits } from "./ssh-connection/scripted-sessions.ts";
import { describeSshConnection, type SshConnectionFixture, type SshConnectionTraits } from "./ssh-connection-suite.ts";

type Target = Parameters<typeof openTo>[0];
type Connect = (target: Target) => Promise<OpenedSshHost>;

const transports: Readonly<Record<"embedded" | "openssh", Connect>> = {
  embedded: async (target) => {
    const connection: EmbeddedConnection = await openTo(target);
    return { host: connection, leftovers: () => connection.open };
  },
  openssh: async (target) => {
    const connection: OpenSshConnection = await connectTo(target);
    return { host: connection, leftovers: () => connection.leftovers };
  },
};

const sshdTraits: SshConnectionTraits = {
  commands: {
    succeeds: "printf out",
    fails: "printf out; exit 3",
    isKilled: "printf out; kill -TERM $$",
    closesOutputFirst: "printf out; exec >&- 2>&-; sleep 0.2",
    readsInput: "cat; printf out",
    writesErrors: "head -c 40000000 /dev/zero >&2; printf out",
    writes: (bytes) => `head -c ${bytes} /dev/zero`,
    says: (text) => `printf %s '${text}'`,
    runsOn: "tail -f --pid=$PPID /dev/null", // ends with sshd at the latest
  },
  subsystems: { echoes: "echo", isRefused: "no-such" },
};

async function sshd(connect: Connect): Promise<SshConnectionFixture> {
  const server = await startSshd({ lines: ["Subsystem echo /bin/cat"] });
  return { connect: () => connect(server), breakConnections: () => server.killConnections(), close: server.stop };
}

/** It has no commands but those that stand for nothing. */
const ourTraits: SshConnectionTraits = { commands: {}, subsystems: { isRefused: "no-such" } };

async function ours(connect: Connect): Promise<SshConnectionFixture> {
  const files = new MemoryFileSystem({ now: () => 0 });
  const server = await startSshServer({ files: () => files });
  return { connect: () => connect(server), breakConnections: async () => {}, close: server.stop };
}

async function scripted(connect: Connect): Promise<SshConnectionFixture> {
  const rules = new ScriptedSessions();
  const server = await startScriptedSshServer(rules.onOpen);
  return {
    connect: () => connect(server),
    breakConnections: async () => server.breakConnections(),
    rules,
    signals: rules.signals,
    close: async () => await server[Symbol.asyncDispose](),
  };
}

/** As the library gives it: connected again when it was lost. */
async function kept(target: Target): Promise<OpenedSshHost> {
  const { hostAlias, configFile } = target;
  return { host: await connectSsh({ ssh: { host: hostAlias, configFile }, transport: "embedded" }) };
}

watchResources();

for (const [transport, connect] of Object.entries(transports)) {
  const absent = missing(transport === "openssh" ? ["sshd", "ssh"] : ["sshd"]);
  const skip = absent.length === 0 ? {} : { skip: `no ${absent.join(", no ")}` };
  describeSshConnection(`${transport}, sshd`, { ...sshdTraits, ...skip }, () => sshd(connect));
  describeSshConnection(`${transport}, our own server`, { ...ourTraits, ...skip }, () => ours(connect));
  describeSshConnection(`${transport}, a server with a script`, { ...scriptedTraits, ...skip }, () =>
    scripted(connect),
  );
}

const withoutSshd = missing(["sshd"]).length === 0 ? {} : { skip: "no sshd" };
describeSshConnection("connectSsh, sshd", { ...sshdTraits, reconnects: true, ...withoutSshd }, () => sshd(kept));
