// What every FileSystem does, as facts: this machine's, in memory, over SFTP, and yours.
import { type ConformanceSuite, makeSuite } from "./facts.ts";
import { directoriesFacts, namesFacts, renamingFacts } from "./file-system/directories.ts";
import { readingFacts } from "./file-system/reading.ts";
import { type FileSystemFixture, FileSystemSubject } from "./file-system/subject.ts";
import { updatingFacts, writingFacts } from "./file-system/writing.ts";

/**
 * The facts about a {@link FileSystem}: reading, writing, directories, renaming, names. `open` gives an empty one for each fact. What it
 * cannot do beside that (`setModified`, `openUpdate`) is not asked of it, where the method is not there.
 *
 * @example
 * const suite = fileSystemSuite(async () => ({ files: new MemoryFileSystem({ now: Date.now }), close: async () => {} }));
 */
export function fileSystemSuite(open: () => Promise<FileSystemFixture>): ConformanceSuite {
  const subject = new FileSystemSubject(open);
  return makeSuite(subject, (facts) => {
    readingFacts(facts, subject);
    writingFacts(facts, subject);
    updatingFacts(facts, subject);
    directoriesFacts(facts, subject);
    renamingFacts(facts, subject);
    namesFacts(facts, subject);
  });
}
