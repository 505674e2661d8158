// For tests of commands that transfer: a server of ours with a directory, a home directory here, and the program between them.
import { afterEach, beforeAll, beforeEach } from "vitest";
import { openServer } from "../../../src/serve/open-server.ts";
import type { Server, ServerOptions } from "../../../src/serve/options.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { usersFile } from "../../support/users-file.ts";
import { type BuiltProgram, buildProgram, type RunOptions, run, start } from "./built-program.ts";
import { onTerminal, type Step } from "./on-terminal.ts";

export type Directory = Pick<TempDir, "path" | "file">;
type Ended = Awaited<ReturnType<typeof run>>;

export interface ServedDirectory {
  /** What the server has. */
  readonly there: Directory;
  /** Home and working directory of the program. */
  readonly here: Directory;
  readonly server: Server;
  readonly port: number;
  readonly program: BuiltProgram;
  /** Of a file there; path and user as they are written in a URL. */
  url(path: string): string;
  /** As messages show it: without the password. */
  shown(path: string): string;
  /** Runs the program to its end. */
  sallyport(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Starts it. */
  start(args: readonly string[]): ReturnType<typeof start>;
  /** Runs it on a terminal; all that it showed, and its status. */
  onTerminal(args: readonly string[], steps: readonly Step[], onShown?: (shown: string) => void): Promise<string>;
  /** One more server, until the end of the test. By default for the same directory and user. */
  openServer(options?: Partial<ServerOptions>): Promise<Server>;
}

/** Registers hooks: directories and server are new for every test of the file. */
export function serveDirectory(
  { name, password } = { name: "anna", password: "secret" },
  more: Partial<ServerOptions> = {},
): ServedDirectory {
  let program: BuiltProgram;
  let [there, here]: TempDir[] = [];
  let servers: Server[] = [];
  const open = async (options: Partial<ServerOptions> = {}): Promise<Server> => {
    const passwordFile = usersFile(name, password);
    const usual = { files: rig.there.path, passwordFile, listen: [{ port: 0 }], sync: false };
    const server = await openServer({ ...usual, ...options });
    servers.push(server);
    return server;
  };
  const rig: ServedDirectory = {
    there: current(() => there),
    here: current(() => here),
    get server() {
      return present(servers[0]);
    },
    get port() {
      return rig.server.listeners[0]?.port ?? 0;
    },
    get program() {
      return program;
    },
    url: (path) => `ftp://${encodeURIComponent(name)}:${encodeURIComponent(password)}@127.0.0.1:${rig.port}/${path}`,
    shown: (path) => `ftp://${encodeURIComponent(name)}@127.0.0.1:${rig.port}/${path}`,
    sallyport: (args, options) =>
      run(program.real, args, { ...options, env: { HOME: rig.here.path, ...options?.env } }),
    start: (args) => start(program.real, args, { env: { HOME: rig.here.path } }),
    onTerminal: (args, steps, onShown) =>
      onTerminal({ program: program.real, words: args, steps, home: rig.here.path, onShown }),
    openServer: open,
  };
  beforeAll(() => {
    program = buildProgram();
  });
  beforeEach(async () => {
    there = makeTempDir("there");
    here = makeTempDir("here");
    await open(more);
  });
  afterEach(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
    servers = [];
    there?.remove();
    here?.remove();
  });
  return rig;
}

/** The one of the test that runs. */
const current = (directory: () => TempDir | undefined): Directory => ({
  get path() {
    return present(directory()).path;
  },
  file: (name) => present(directory()).file(name),
});

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("only within a test");
  return value;
}
