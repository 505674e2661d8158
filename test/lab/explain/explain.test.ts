import { describe, expect, test } from "vitest";
import { explain } from "../../../src/lab/explain/explain.ts";
import { scenarioOf } from "../../../src/lab/explain/signs.ts";
import { type ErrorCode, SallyportError } from "../../../src/protocol/error.ts";

const error = (code: ErrorCode, message: string, reply?: number, cause?: unknown): SallyportError =>
  new SallyportError(code, message, { ...(reply === undefined ? {} : { details: { reply } }), cause });

describe("--explain", () => {
  test.each([
    ["S03", error("FTP_REPLY_TRANSIENT", "425 Can't build data connection: Cannot assign requested address", 425)],
    ["S07", error("FTP_REPLY_PERMANENT", "could not list: 500 Illegal PORT command.", 500)],
    ["S08", error("FTP_REPLY_TRANSIENT", "425 Security: Bad IP connecting.", 425)],
    ["S09", error("NET_TIMEOUT", "active mode: nobody came")],
    ["S12", error("NET_REFUSED", "the server's 227 names 10.0.3.7, a private address")],
    ["S17", error("NET_ADDRESS_IN_USE", "the default data port is taken")],
    ["S18", error("NET_UNSUPPORTED", "it is not known from which port the SSH host reached the server")],
    [
      "S18",
      error("SSH_FORWARD_REFUSED", "the SSH server cannot listen on 10.0.0.1:4242, the end of the control connection"),
    ],
    ["S19", error("FTP_LOGIN", "530 Non-anonymous sessions must use encryption.", 530)],
    ["S20", error("FTP_TRANSFER", "the data ended without a confirmation")],
    [undefined, error("FTP_REPLY_PERMANENT", '550 "PORT" may not be deleted', 550)],
    [undefined, error("FS_PERMISSION", "permission denied")],
  ])("%s", (scenario, one) => {
    expect(scenarioOf(one)).toBe(scenario);
    const heads = explain(one).map((line) => line.split(": ", 1)[0]);
    const story = scenario === undefined ? [] : [scenario, "Why", "What Sallyport does", "What to do"];
    expect(heads).toEqual(["Code", ...story]);
  });

  test("tells the causes that the message does not tell", () => {
    const cause = error("NET_RESET", "the connection was reset", undefined, new Error("ECONNRESET"));
    const lines = explain(error("FTP_TRANSFER", "it broke (the connection was reset)", undefined, cause));
    expect(lines.slice(0, 2)).toEqual(["Code: FTP_TRANSFER (docs/reference/errors.md)", "Because: ECONNRESET"]);
  });
});
