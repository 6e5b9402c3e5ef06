/** What the user did in a step: answered, went back, or left the wizard. */
export type StepOutcome = 'next' | 'back' | 'cancel';

export interface StepPlace {
  /** 1-based. */
  readonly step: number;
  readonly totalSteps: number;
}

/** One question of a wizard; it writes the answer into the draft. */
export interface Step<Ui, Draft> {
  /** Whether the question arises, from what was answered before it; always if absent. */
  readonly applies?: (draft: Draft) => boolean;
  readonly ask: (ui: Ui, draft: Draft, place: StepPlace) => Promise<StepOutcome>;
}

/**
 * Asks one question after the other. Back leads to the question before, past those that do not arise.
 *
 * @returns whether all were answered; if not, nothing was done
 */
export async function runSteps<Ui, Draft>(
  ui: Ui,
  steps: readonly Step<Ui, Draft>[],
  draft: Draft,
): Promise<boolean> {
  const arises = (step: Step<Ui, Draft>) => step.applies?.(draft) ?? true;
  let index = nextIndex(steps, -1, 1, arises);
  while (index < steps.length) {
    const step = steps[index];
    if (!step) break;
    const place = {
      step: steps.slice(0, index + 1).filter(arises).length,
      totalSteps: steps.filter(arises).length,
    };
    const outcome = await step.ask(ui, draft, place);
    if (outcome === 'cancel') return false;
    const towards = nextIndex(steps, index, outcome === 'next' ? 1 : -1, arises);
    // Nothing comes before the first question: it is asked again.
    if (towards >= 0) index = towards;
  }
  return true;
}

function nextIndex<Ui, Draft>(
  steps: readonly Step<Ui, Draft>[],
  from: number,
  direction: 1 | -1,
  arises: (step: Step<Ui, Draft>) => boolean,
): number {
  let index = from + direction;
  for (let step = steps[index]; step && !arises(step); step = steps[index]) index += direction;
  return index;
}
