// This machine's network passes the conformance suite, over IPv4 and over IPv6.
import { networkInterfaces } from "node:os";
import { watchResources } from "../support/resources.ts";
import { describeNetwork } from "./network-suite.ts";
import { openSystemFixture } from "./system-fixture.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));

watchResources();
describeNetwork("this machine", () => openSystemFixture());
describeNetwork("this machine, IPv6", () => openSystemFixture("::1"), hasIpv6 ? {} : { skip: "no ::1 here" });
