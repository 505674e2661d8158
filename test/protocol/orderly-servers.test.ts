// Whose next commands may follow the end of the data at once.
import { expect, test } from "vitest";
import { readsInOrder } from "../../src/protocol/client/orderly-servers.ts";
import { makeReply } from "../../src/protocol/reply.ts";

test.each([
  ["(vsFTPd 3.0.3)", true],
  ["Sallyport FTP server.", true],
  ["Welcome to Sallyport FTP server.", false],
  ["ProFTPD Server (Debian)", false],
  ["Microsoft FTP Service", false],
  ["", false],
])("%j: %s", (greeting, known) => {
  expect(readsInOrder(makeReply(220, greeting))).toBe(known);
});
