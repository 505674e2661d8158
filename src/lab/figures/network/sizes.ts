// Font sizes of the network figures, and what a lane's label needs.
import { textWidth } from "../text-width.ts";

/** CSS pixels in the figure's own scale. */
export const sizes = { name: 14, title: 12, address: 11.5, label: 12, number: 11.5 } as const;

/** Room for the number of a lane, before its label. */
export const numberRoom = 28;

export function labelWidth(text: string): number {
  return numberRoom + textWidth(text, sizes.label, "mono");
}
