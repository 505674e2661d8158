import { expect, test } from "vitest";
import { replyError } from "../../src/protocol/client/reply-error.ts";

test("a 553, which servers say of any file that they cannot create, is not blamed on the name alone", () => {
  const error = replyError('could not upload "new/x"', { code: 553, lines: ["553 Could not create file."] });
  expect(error).toMatchObject({ code: "FTP_REPLY_PERMANENT", details: { reply: 553 } });
  expect(error.hint).toMatch(/name.*directory.*may do/);
});
