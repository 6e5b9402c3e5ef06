import type { RequestResult } from '../../protocol/requests';
import type { Classification } from '../api';

type Answers = RequestResult<'classify'>;

/** What the trainer answered, the most probable class first. A probability that is no number counts as 0. */
export function classifications(model: string, { classes, predictions }: Answers): Classification[] {
  return predictions.map(({ label, probabilities }) => classification(model, classes, label, probabilities));
}

export function classification(
  model: string,
  classes: readonly string[],
  label: string,
  probabilities: readonly (number | null)[],
): Classification {
  const sorted = classes
    .map((name, index) => ({ label: name, probability: probabilities[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  const probability = sorted.find((each) => each.label === label)?.probability ?? 0;
  return { label, probability, probabilities: sorted, model };
}

/** The same answer with fewer classes, to keep thousands of them. */
export function mostProbable(answer: Classification, classes: number): Classification {
  return answer.probabilities.length <= classes
    ? answer
    : { ...answer, probabilities: answer.probabilities.slice(0, classes) };
}
