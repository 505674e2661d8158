// The pictures of the documentation: files by name.
import { figureFile } from "./figure.ts";
import { drawWideNetwork } from "./network/draw-network.ts";
import { heading, type ShownScenario, ways } from "./page/shown.ts";
import { drawSequence, sequenceWidths } from "./sequence/draw-sequence.ts";
import { withPrograms } from "./sequence/participants.ts";

/** `S08-plain-network.svg` and so on: each scenario's figures, without and with Sallyport. */
export function picturesOf(shown: ShownScenario): ReadonlyMap<string, string> {
  const { number, title, topology } = shown;
  const foldsLogin = number !== "S01";
  return new Map(
    ways.flatMap((way) => {
      const { evidence } = shown[way.key];
      const titled = withPrograms(topology, evidence, way.gateway);
      const label = `${number}, ${heading(title)}: ${way.title.toLowerCase()}`;
      const sequence = { gateway: way.gateway, width: sequenceWidths.wide, foldsLogin };
      return [
        [`${number}-${way.key}-network.svg`, figureFile(drawWideNetwork(titled, evidence), label)],
        [`${number}-${way.key}-sequence.svg`, figureFile(drawSequence(topology, evidence, sequence), label)],
      ] as const;
    }),
  );
}
