import type { TrainEncoderOptions } from '../protocol/options';
import type { Store } from '../store/store';
import { findLearningRate, type LearningRateCurve } from '../training/learningRateFinder';
import { prepareEncoder } from './encoderJob';
import type { Task } from './tasks';

/**
 * The losses over ever higher learning rates of the training that these options describe, as it begins. Nothing is
 * saved.
 * @throws {UlmfitError} what is wrong with the input, or `cancelled`
 */
export async function findEncoderRate(
  store: Store,
  options: TrainEncoderOptions,
  task: Task,
): Promise<LearningRateCurve> {
  const job = await prepareEncoder(store, options, (done, total) => {
    task.report(done, total);
  });
  try {
    task.check();
    const [first] = job.phases;
    if (first) job.learner.freezeTo(first.freezeTo);
    const { report: onStep, shouldStop, check } = task;
    const curve = await findLearningRate(job.learner, { onStep, shouldStop });
    check();
    return curve;
  } finally {
    job.dispose();
  }
}
