/** A phase as the `started` event of a run plans it. */
export interface PlannedPhase {
  /** Peak rate of each group, the lowest first. */
  readonly lr: readonly number[];
  readonly steps: number;
}

export interface SchedulePoint {
  /** 1-based, over the whole run. */
  readonly step: number;
  /** Of the highest layer group. */
  readonly lr: number;
  readonly momentum: number;
}

/** Share of a phase on which the rate rises, peak over first and over last rate, β1 at the ends and at the peak. */
const [rising, firstDivisor, lastDivisor, momentumEnds, momentumPeak] = [0.3, 25, 25e4, 0.8, 0.7];

/**
 * Learning rate and momentum as planned, at no more than about `most` steps with every phase's first, peak and last.
 * The one-cycle policy as fastai 1.0.61 runs it (callbacks/one_cycle.py): a cosine from peak/25 to the peak over the
 * first 30 % of a phase, then a cosine to peak/250,000; β1 from .8 to .7 and back.
 */
export function scheduleCurve(phases: readonly PlannedPhase[], most = 600): SchedulePoint[] {
  const total = phases.reduce((sum, { steps }) => sum + steps, 0);
  const stride = Math.max(Math.ceil(total / most), 1);
  const points: SchedulePoint[] = [];
  let before = 0;
  for (const { lr, steps } of phases) {
    const peak = lr.at(-1) ?? 0;
    const [up, down] = parts(steps);
    for (let i = 0; i < steps; i++) {
      if (i % stride === 0 || i === up || i === steps - 1) {
        points.push({ step: before + i + 1, ...atIteration(i, peak, up, down) });
      }
    }
    before += steps;
  }
  return points;
}

/** Iterations up and down; fastai gives an empty part one step. */
function parts(steps: number): [number, number] {
  const first = Math.floor(steps * rising);
  return [Math.max(first, 1), Math.max(steps - first, 1)];
}

function atIteration(i: number, peak: number, up: number, down: number): Omit<SchedulePoint, 'step'> {
  if (i <= up) {
    const share = i / up;
    return {
      lr: cosine(peak / firstDivisor, peak, share),
      momentum: cosine(momentumEnds, momentumPeak, share),
    };
  }
  const share = (i - up) / down;
  return { lr: cosine(peak, peak / lastDivisor, share), momentum: cosine(momentumPeak, momentumEnds, share) };
}

/** From `start` to `end` along half a cosine. */
function cosine(start: number, end: number, share: number): number {
  return end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1);
}
