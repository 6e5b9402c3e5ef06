/** Shades of the colour that marks words; 0 is none. */
export const colourSteps = 5;

/**
 * The shade for a weight of which the largest is 1: a fifth of the range for each, and none for what is too little to
 * matter, so that a text is not coloured all over.
 */
export function colourStep(weight: number): number {
  if (!Number.isFinite(weight) || weight < 0.1) return 0;
  return Math.min(colourSteps, Math.max(1, Math.ceil(weight * colourSteps)));
}
