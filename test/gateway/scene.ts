// A client at a gateway at a server that follows a script: what most tests of the gateway need.
import { type MiniFtpServer, startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";
import { TestClient } from "../support/test-client.ts";
import { type GatewayHarness, type HarnessOptions, startGateway } from "./gateway-harness.ts";

export interface Scene extends AsyncDisposable {
  readonly client: TestClient;
  readonly gateway: GatewayHarness;
  readonly server: ScriptedServer;
}

/** Connected, nothing said. Disposal fails with the first error of the script. */
export async function meet(script: Script, options: Partial<HarnessOptions> = {}): Promise<Scene> {
  const server = await startScriptedServer(script);
  const gateway = await startGateway({ target: server, ...options });
  const client = await TestClient.connect(gateway);
  const dispose = async (): Promise<void> => {
    await client[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await server.stop();
  };
  return { client, gateway, server, [Symbol.asyncDispose]: dispose };
}

/** Greeted and logged in; the script has to say `login`. */
export async function meetLoggedIn(script: Script, options: Partial<HarnessOptions> = {}): Promise<Scene> {
  const scene = await meet(script, options);
  await scene.client.expect(220);
  await scene.client.ask("USER me", 331);
  await scene.client.ask("PASS secret", 230);
  return scene;
}

export interface HonestScene extends AsyncDisposable {
  readonly client: TestClient;
  readonly gateway: GatewayHarness;
  readonly server: MiniFtpServer;
}

/** A logged-in client at a gateway at a server that does everything right and has these files. */
export async function meetHonest(
  files: Readonly<Record<string, Buffer | string>> = {},
  options: Partial<HarnessOptions> = {},
): Promise<HonestScene> {
  const server = await startMiniFtpServer();
  for (const [name, content] of Object.entries(files)) server.files.set(name, Buffer.from(content));
  const gateway = await startGateway({ target: server, ...options });
  const client = await TestClient.loggedIn(gateway);
  const dispose = async (): Promise<void> => {
    await client[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await server.stop();
  };
  return { client, gateway, server, [Symbol.asyncDispose]: dispose };
}
