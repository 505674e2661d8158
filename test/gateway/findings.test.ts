// The gateway's own 425s say what the table of findings says: what helps, and the number to look up.
import { expect, test } from "vitest";
import type { Network } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { findingRows } from "../../src/protocol/findings/findings.ts";
import { adviceOn, hintFor, hintOf } from "../../src/protocol/findings/hint.ts";
import { channelRefused } from "../../src/ssh/refusals.ts";
import { watchResources } from "../support/resources.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { TestClient } from "../support/test-client.ts";
import { startGateway } from "./gateway-harness.ts";
import { recordingNetwork } from "./recording-network.ts";

watchResources();

const dataPort = 50_004;

/** Reaches the control port, and its sshd refuses the data port for `reason` (RFC 4254 section 5.1). */
function refusing(reason: number): Network {
  const network = recordingNetwork();
  return {
    ...network,
    connect: (options) =>
      options.port === dataPort
        ? Promise.reject(channelRefused(`${options.host}:${options.port}`, reason, "open failed"))
        : network.connect(options),
  };
}

test.each([
  [1, "D26"],
  [2, "D15"],
] as const)("a data channel that sshd refuses for reason %i is %s", async (reason, id) => {
  await using server = await startScriptedServer(async (control) => {
    await control.login();
    await control.expect("EPSV");
    await control.reply(`229 ok (|||${dataPort}|)`);
    await control.expect("PASV");
    await control.reply("500 no");
  });
  await using gateway = await startGateway({
    target: server,
    upstreamMode: "passive",
    backNetwork: refusing(reason),
  });
  await using client = await TestClient.loggedIn(gateway);
  await client.passiveAddress();
  const reply = await client.ask("RETR f", 425);
  expect(reply).toContain("the SSH server refused to connect to ");
  expect(reply).toContain(`sallyport explain ${id}`);
  if (id === "D26") expect(reply).toContain(hintOf("D26"));
});

test("hints and advice are rows of the table", () => {
  expect(channelRefused("h:21", 1, "")).toMatchObject({ hint: hintOf("D26"), details: { finding: "D26" } });
  expect(hintOf("D26")).toContain(findingRows.D26.remedies[0]?.[1]);
  expect(adviceOn("D30")).toMatch(
    /^the FTP server cannot connect .*GatewayPorts clientspecified.*sallyport explain D30/,
  );
});

test("a hint of the table gives way to that of the finding, another one keeps its words", () => {
  expect(hintFor(channelRefused("h:21", 2, ""), "D15")).toBe(hintOf("D15"));
  const own = new SallyportError("SSH_CHANNEL_REFUSED", "no", { hint: "Do it; more: sallyport explain D27" });
  expect(hintFor(own, "D15")).toBe("Do it; more: sallyport explain D27; more: sallyport explain D15");
});
