import { UlmfitError } from '../errors';
import { assignVariables, type NamedTensors, readVariables } from '../model/namedTensors';
import type { TensorMap } from '../store/safetensors';
import type { FitPosition, Learner } from './learner';

/** The numbers, besides tensors, that make a learner go on exactly where it was. */
export interface LearnerCounters {
  freezeTo: number;
  optimizerStep: number;
  /** Dropout masks made so far. */
  dropoutKeys: number;
  epochsStarted: number;
  position: FitPosition;
}

export interface LearnerState {
  /** `model/…`, `optimizer/…`, `hidden/…` */
  tensors: NamedTensors;
  counters: LearnerCounters;
}

export function readLearnerState<Batch>(learner: Learner<Batch>): LearnerState {
  return {
    tensors: new Map([
      ...prefixed('model/', readVariables(learner.model.variables)),
      ...prefixed('optimizer/', learner.optimizer.readMoments()),
      ...prefixed('hidden/', learner.readHidden()),
    ]),
    counters: {
      freezeTo: learner.optimizer.freezeTo,
      optimizerStep: learner.optimizer.step,
      dropoutKeys: learner.dropoutKeys.counter,
      epochsStarted: learner.epochsStarted,
      position: { ...learner.position },
    },
  };
}

/**
 * Sets weights, optimiser, hidden state and counters. The fit that was going on continues with
 * `from: counters.position`.
 * @throws {UlmfitError} `corrupt-file` where they do not fit the learner's model; its weights are then as before
 */
export function restoreLearnerState<Batch>(
  learner: Learner<Batch>,
  tensors: TensorMap,
  counters: LearnerCounters,
): void {
  const groups = learner.model.layerGroups.length;
  if (Math.abs(counters.freezeTo) > groups) {
    throw new UlmfitError(
      'corrupt-file',
      `It trains from layer group ${counters.freezeTo} on, and there are ${groups}.`,
      'Use weights that were saved from a model of the same sizes and the same vocabulary.',
    );
  }
  // It takes a new optimiser and forgets the hidden state, so it comes first. The weights come last.
  learner.freezeTo(counters.freezeTo);
  learner.optimizer.restoreMoments(withoutPrefix('optimizer/', tensors));
  learner.restoreHidden(withoutPrefix('hidden/', tensors));
  restoreWeights(learner, tensors);
  learner.optimizer.step = counters.optimizerStep;
  learner.dropoutKeys.counter = counters.dropoutKeys;
  learner.epochsStarted = counters.epochsStarted;
  learner.position = { ...counters.position };
}

/** Sets the weights alone. */
export function restoreWeights<Batch>(learner: Learner<Batch>, tensors: TensorMap): void {
  assignVariables(learner.model.variables, withoutPrefix('model/', tensors));
  learner.validated = undefined;
}

function prefixed(prefix: string, tensors: TensorMap): NamedTensors {
  return new Map([...tensors].map(([name, tensor]) => [prefix + name, tensor]));
}

function withoutPrefix(prefix: string, tensors: TensorMap): NamedTensors {
  const chosen = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(chosen.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
