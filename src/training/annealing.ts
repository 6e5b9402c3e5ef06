/** fastai's annealers (callback.py): from `start` to `end` as `fraction` goes from 0 to 1. */
export type Annealing = (start: number, end: number, fraction: number) => number;

export const annealLinear: Annealing = (start, end, fraction) => start + fraction * (end - start);

export const annealExponential: Annealing = (start, end, fraction) => start * (end / start) ** fraction;

export const annealCosine: Annealing = (start, end, fraction) =>
  end + ((start - end) / 2) * (Math.cos(Math.PI * fraction) + 1);
