import type { ShownScenario } from "../../src/lab/figures/page/shown.ts";
import { branchPlain, branchTopology, natPlain, natSallyport, natTopology, shown } from "../lab/figures/sample.ts";

export async function bookletScenarios(): Promise<ShownScenario[]> {
  return [shown("S10", natTopology, natPlain, natSallyport), shown("S16", branchTopology, branchPlain, branchPlain)];
}
