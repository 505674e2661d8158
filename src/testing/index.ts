// The public API of the conformance suites: `sallyport/testing`.
export type { ConformanceCase, ConformanceSuite } from "./facts.ts";
export type { FileSystemFixture } from "./file-system/subject.ts";
export { fileSystemSuite } from "./file-system-suite.ts";
export type { NetworkCapabilities, NetworkFixture } from "./network/network-fixture.ts";
export { networkSuite } from "./network-suite.ts";
export type {
  OpenedSshHost,
  SshCommands,
  SshHostFixture,
  SshHostTraits,
  SshSubsystems,
  TestedSshHost,
} from "./ssh-host/ssh-host-fixture.ts";
export { sshHostSuite } from "./ssh-host-suite.ts";
