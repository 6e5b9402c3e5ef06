import * as v from 'valibot';
import { trainClassifierOptions } from '../../options/classifier';
import { trainEncoderOptions } from '../../options/languageModel';
import type { RunFile } from '../../store/runs';
import type { Task } from '../../options/taskFile';

/**
 * The task that the latest run carried out; of a classifier together with the language model that made its encoder, if
 * that was trained here.
 *
 * @param runs the latest first
 */
export function latestTask(runs: readonly RunFile[]): Task | undefined {
  const [latest, ...before] = runs;
  if (!latest) return undefined;
  if (latest.kind === 'encoder') {
    const languageModel = encoderOf(latest);
    return languageModel ? { languageModel } : latestTask(before);
  }
  const checked = v.safeParse(trainClassifierOptions, latest.options);
  if (!checked.success) return latestTask(before);
  const classifier = checked.output;
  const maker = before.find(({ kind, name }) => kind === 'encoder' && name === classifier.encoder);
  const languageModel = maker && encoderOf(maker);
  return languageModel ? { languageModel, classifier } : { classifier };
}

function encoderOf({ options }: RunFile) {
  const checked = v.safeParse(trainEncoderOptions, options);
  return checked.success ? checked.output : undefined;
}
