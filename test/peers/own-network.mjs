// A program of a user: some facts about a network of his own, with node:test and the package as it is published.
import { after, test } from "node:test";
import { systemNetwork } from "sallyport/client";
import { networkSuite } from "sallyport/testing";

const network = { name: "mine", connect: (o) => systemNetwork.connect(o), listen: (o) => systemNetwork.listen(o) };
const capabilities = { chooseLocalEnd: true, knowsRemoteAddress: true, resetReachesPeer: true, seesPeerReset: true };
const suite = networkSuite(async () => ({
  network,
  peer: systemNetwork,
  loopback: "127.0.0.1",
  capabilities,
  close: async () => {},
}));
for (const { name, run } of suite.cases) if (name.startsWith("half-close")) test(name, run);
after(() => suite[Symbol.asyncDispose]());
