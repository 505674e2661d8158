import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { describeFileSystem } from "./file-system-suite.ts";

watchResources();

describeFileSystem("memory", async () => ({
  files: new MemoryFileSystem({ now: () => Date.now() }),
  close: async () => {},
}));

describeFileSystem("a directory of this machine", async () => {
  const directory = makeTempDir("files");
  return {
    files: await openLocalFileSystem({ directory: directory.path }),
    close: async () => directory.remove(),
  };
});
