import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { UlmfitError } from '../errors';
import { DropoutKeys } from '../model/dropoutKeys';
import type { LayerGroups } from '../model/layerGroups';
import {
  assignVariables,
  type NamedTensors,
  type NamedVariables,
  readVariables,
} from '../model/namedTensors';
import type { TensorMap } from '../store/safetensors';
import { AdamWOptimizer, type AdamWOptimizerOptions } from './adamWOptimizer';
import { firstNonFinite } from './nonFinite';
import { expandLearningRate, type LearningRate, slice } from './learningRate';
import { constantSchedule, type OneCycleOptions, oneCycleSchedule, type Schedule } from './schedule';
import { SmoothedLoss } from './smoothedLoss';

/** What a learner trains: variables in layer groups. */
export interface TrainableModel {
  readonly variables: NamedVariables;
  readonly layerGroups: LayerGroups;
}

/** Batches in an order that is a function of the epoch alone. */
export interface BatchSource<Batch> {
  readonly batchesPerEpoch: number;
  epoch(epochIndex: number, fromBatch?: number): Iterable<Batch>;
}

/** Metrics by their exact names: `valid_loss`, `accuracy`, … */
export type Metrics = Readonly<Record<string, number>>;

export interface LearnerOptions extends AdamWOptimizerOptions {
  /** The run is a function of this. */
  readonly seed?: number;
  /** Factors of AR and TAR; 2 and 1 as in fastai. */
  readonly alpha?: number;
  readonly beta?: number;
}

/** What one training step did. */
export interface StepReport {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Counted from 1. */
  readonly batch: number;
  readonly batches: number;
  /** Counted from 1 over the whole fit. */
  readonly step: number;
  readonly loss: number;
  readonly smoothedLoss: number;
  /** Of the top layer group. */
  readonly lr: number;
  readonly momentum: number;
  /** Tokens read by this step. */
  readonly tokens: number;
}

/** The row of fastai's table. */
export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly trainLoss: number;
  readonly metrics: Metrics;
  readonly seconds: number;
}

/** What happens while a fit runs. */
export interface FitCallbacks {
  onStep?(report: StepReport): void | Promise<void>;
  /** Validation of an epoch begins. */
  onValidate?(epoch: number): void | Promise<void>;
  onEpoch?(report: EpochReport): void | Promise<void>;
  /** Asked after every step and every batch of validation; true ends the fit there. */
  shouldStop?(part: 'training' | 'validation'): boolean;
}

/** Where a fit is: enough, with the weights, to go on as if it had never stopped. */
export interface FitPosition {
  /** Steps done. */
  iteration: number;
  /** The smoothed loss so far. */
  average: number;
  count: number;
  /** All batches of an epoch are done, but it is not validated yet. */
  validating: boolean;
  /** Seconds spent in the epoch so far. */
  epochSeconds: number;
}

export const fitStart: FitPosition = {
  iteration: 0,
  average: 0,
  count: 0,
  validating: false,
  epochSeconds: 0,
};

export interface FitOptions {
  readonly callbacks?: FitCallbacks | undefined;
  /** Goes on from here, with the weights as they are. */
  readonly from?: FitPosition | undefined;
  /** Weight decay and clipping from this fit on. */
  readonly wd?: number;
  readonly clip?: number;
  /** Without validation, epochs end with their training loss only. */
  readonly validate?: boolean;
}

/** The loss of one batch, with the gradient being recorded. */
export interface BatchLoss {
  /** The pure cross-entropy, which is what is reported. */
  crossEntropy: tf.Scalar;
  /** AR and TAR, which only the gradient sees. */
  regularization: tf.Scalar;
  tokens: number;
}

export type FitOutcome = 'completed' | 'stopped';

/**
 * fastai's `Learner` (basic_train.py): a model, its batches and the loop that trains it. A fit is cut into steps that
 * leave the event loop free between them, and can be continued at any step.
 */
export abstract class Learner<Batch> {
  readonly dropoutKeys: DropoutKeys;
  optimizer: AdamWOptimizer;
  /** Epochs begun in all fits; names the order of the data. */
  epochsStarted = 0;
  /** Where the current fit is; between fits, where the last one ended. */
  position: FitPosition = { ...fitStart };
  /** What validation found of the weights as they are; undefined since they changed. */
  validated: Metrics | undefined;
  protected readonly alpha: number;
  protected readonly beta: number;

  constructor(
    readonly model: TrainableModel,
    protected readonly trainBatches: BatchSource<Batch>,
    protected readonly options: LearnerOptions = {},
  ) {
    this.dropoutKeys = new DropoutKeys(options.seed ?? 0);
    this.optimizer = new AdamWOptimizer(model.layerGroups, 0, options);
    this.alpha = options.alpha ?? 2;
    this.beta = options.beta ?? 1;
  }

  /** The loss of a training batch; called while the gradient is recorded. */
  protected abstract lossOf(batch: Batch): BatchLoss;

  /** Forgets what the model carries from batch to batch. */
  abstract resetState(): void;

  /**
   * Loss and metrics on the validation set, from a zero state; none where there is no such set.
   * @returns undefined where `shouldStop` ended it early
   */
  abstract validate(shouldStop?: () => boolean): Promise<Metrics | undefined>;

  /** What the model carries from batch to batch, by name. */
  readHidden(): NamedTensors {
    return new Map();
  }

  /** @throws {UlmfitError} `corrupt-file` where it is of another model */
  restoreHidden(tensors: TensorMap): void {
    if (tensors.size === 0) return;
    throw new UlmfitError(
      'corrupt-file',
      'There is a state between batches where this model has none.',
      'Use weights that were saved from a model of the same kind.',
    );
  }

  /** Leaves the layer groups from `n` on trainable, and starts a new optimiser; a negative `n` counts from the top. */
  freezeTo(n: number): void {
    this.resetState();
    this.optimizer.dispose();
    this.optimizer = new AdamWOptimizer(this.model.layerGroups, n, this.options);
  }

  /** Trains the top layer group only. */
  freeze(): void {
    this.freezeTo(-1);
  }

  unfreeze(): void {
    this.freezeTo(0);
  }

  /** Trains at constant rates. */
  fit(epochs: number, lr: LearningRate = slice(3e-3), options: FitOptions = {}): Promise<FitOutcome> {
    return this.run(epochs, constantSchedule(this.#rates(lr)), options);
  }

  /** Trains by the one-cycle policy; `maxLr` is its peak. */
  fitOneCycle(
    epochs: number,
    maxLr: LearningRate = slice(3e-3),
    options: FitOptions & OneCycleOptions = {},
  ): Promise<FitOutcome> {
    const iterations = epochs * this.trainBatches.batchesPerEpoch;
    return this.run(epochs, oneCycleSchedule(iterations, this.#rates(maxLr), options), options);
  }

  get batchesPerEpoch(): number {
    return this.trainBatches.batchesPerEpoch;
  }

  #rates(lr: LearningRate): number[] {
    return expandLearningRate(lr, this.model.layerGroups.length);
  }

  /** Trains by any schedule. */
  async run(epochs: number, schedule: Schedule, options: FitOptions = {}): Promise<FitOutcome> {
    const { callbacks = {}, from = fitStart, validate = true, wd, clip } = options;
    if (wd !== undefined) this.optimizer.wd = wd;
    if (clip !== undefined) this.optimizer.clip = clip;
    this.position = { ...from };
    const smoothed = new SmoothedLoss(from.average, from.count);
    while (this.position.validating || this.position.iteration < epochs * this.batchesPerEpoch) {
      if (!this.position.validating) {
        const outcome = await this.#trainEpoch(epochs, schedule, smoothed, callbacks);
        if (outcome === 'stopped') return outcome;
      }
      const epoch = this.position.iteration / this.batchesPerEpoch;
      const started = performance.now();
      await callbacks.onValidate?.(epoch);
      const metrics = validate
        ? await this.validate(() => callbacks.shouldStop?.('validation') ?? false)
        : {};
      if (metrics === undefined) return 'stopped';
      if (validate) this.validated = metrics;
      this.position.validating = false;
      this.resetState();
      const seconds = this.position.epochSeconds + (performance.now() - started) / 1000;
      this.position.epochSeconds = 0;
      await callbacks.onEpoch?.({ epoch, epochs, trainLoss: smoothed.value, metrics, seconds });
      if (callbacks.shouldStop?.('training')) return 'stopped';
    }
    return 'completed';
  }

  /** The batches of one epoch, from where the fit is. */
  async #trainEpoch(
    epochs: number,
    schedule: Schedule,
    smoothed: SmoothedLoss,
    callbacks: FitCallbacks,
  ): Promise<FitOutcome> {
    const batches = this.batchesPerEpoch;
    const epoch = Math.floor(this.position.iteration / batches) + 1;
    let batch = this.position.iteration % batches;
    if (batch === 0) {
      this.epochsStarted++;
      this.resetState();
    }
    let mark = performance.now();
    for (const data of this.trainBatches.epoch(this.epochsStarted - 1, batch)) {
      batch++;
      const { lr, momentum } = schedule(this.position.iteration);
      const { loss, tokens } = this.#step(data, { lr, momentum }, epoch, batch);
      smoothed.add(loss);
      const now = performance.now();
      this.position = {
        iteration: this.position.iteration + 1,
        average: smoothed.average,
        count: smoothed.count,
        validating: batch === batches,
        epochSeconds: this.position.epochSeconds + (now - mark) / 1000,
      };
      mark = now;
      await callbacks.onStep?.({
        epoch,
        epochs,
        batch,
        batches,
        step: this.position.iteration,
        loss,
        smoothedLoss: smoothed.value,
        lr: lr[lr.length - 1] ?? 0,
        momentum,
        tokens,
      });
      // Lets messages in, a request to stop among them.
      await setImmediate();
      if (callbacks.shouldStop?.('training')) return 'stopped';
    }
    return 'completed';
  }

  /**
   * Forward and backward of a batch with every layer learning, to see whether there is memory for it; changes nothing.
   * @throws whatever the engine throws where memory runs out
   */
  tryStep(): void {
    const { counter } = this.dropoutKeys;
    const learning = this.model.layerGroups.flatMap((group) => [...group.values()]);
    // A batch norm counts what it sees.
    const buffers = new Map([...this.model.variables].filter(([, variable]) => !learning.includes(variable)));
    const before = readVariables(buffers);
    for (const batch of this.trainBatches.epoch(0)) {
      const { value, grads } = tf.variableGrads(() => {
        const { crossEntropy, regularization } = this.lossOf(batch);
        return tf.add(crossEntropy, regularization);
      }, learning);
      value.dataSync();
      tf.dispose([value, grads]);
      break;
    }
    assignVariables(buffers, before);
    this.dropoutKeys.counter = counter;
    this.resetState();
  }

  /**
   * Forward, backward and optimiser step of one batch.
   * @throws {UlmfitError} `loss-not-finite` before anything was changed
   */
  #step(batch: Batch, hyper: { lr: readonly number[]; momentum: number }, epoch: number, number: number) {
    let crossEntropy: tf.Scalar | undefined;
    let tokens = 0;
    this.validated = undefined;
    const { value, grads } = tf.variableGrads(() => {
      const result = this.lossOf(batch);
      crossEntropy = tf.keep(result.crossEntropy);
      tokens = result.tokens;
      return tf.add(result.crossEntropy, result.regularization);
    }, [...this.optimizer.trainable.values()]);
    // Read together: each reading waits until a graphics card has done all it was given.
    const [loss = NaN, total = NaN] = tf.tidy(() => tf.stack([crossEntropy ?? value, value]).dataSync());
    crossEntropy?.dispose();
    value.dispose();
    try {
      if (!Number.isFinite(total)) throw this.#lossNotFinite(grads, epoch, number);
      this.optimizer.apply(grads, hyper);
    } finally {
      tf.dispose(grads);
    }
    return { loss, tokens };
  }

  #lossNotFinite(grads: tf.NamedTensorMap, epoch: number, batch: number): UlmfitError {
    const layer = firstNonFinite(this.model.variables, grads);
    return new UlmfitError(
      'loss-not-finite',
      `The loss is not a number at batch ${batch} of epoch ${epoch} (step ${this.position.iteration + 1})` +
        (layer === undefined ? '.' : `; the first layer with a number that is not finite is ${layer}.`),
      'Train with a lower learning rate, or clip the gradients.',
    );
  }
}
