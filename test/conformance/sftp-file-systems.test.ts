// The file-system suite over SFTP.
import { afterAll, beforeAll } from "vitest";
import { makeSftpFileSystem } from "../../src/filesystem/sftp/sftp-file-system.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type OpenSftpPlace, sftpPlaces } from "../support/sftp.ts";
import { describeFileSystem } from "./file-system-suite.ts";

watchResources();

// Each server and each transport once; test/ssh/sftp has all four pairs.
for (const place of [sftpPlaces[0], sftpPlaces[3]]) {
  if (place === undefined) throw new Error("no such place");
  describePeers(place.needs, place.name, () => {
    let opened: OpenSftpPlace;
    beforeAll(async () => {
      opened = await place.open();
    });
    afterAll(() => opened[Symbol.asyncDispose]());

    describeFileSystem("over SFTP", async () => {
      const session = await opened.session();
      const { client, root } = session;
      return { files: makeSftpFileSystem({ client, root }), close: async () => session[Symbol.asyncDispose]() };
    });
  });
}
