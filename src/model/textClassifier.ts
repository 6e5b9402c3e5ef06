import * as tf from '@tensorflow/tfjs-core';
import { concatPool } from '../engine/ops/concatPool';
import { withoutGradient } from '../engine/ops/kernel';
import type { TimeWindow } from '../engine/ops/window';
import { AwdLstm, type HiddenState } from './awdLstm';
import type { AwdLstmConfig } from './awdLstmConfig';
import type { DropoutKeys } from './dropoutKeys';
import type { LayerGroups } from './layerGroups';
import type { NamedVariables } from './namedTensors';
import { PoolingHead } from './poolingHead';

export interface TextClassifierConfig extends AwdLstmConfig {
  /** Steps per chunk: gradients go back no further than a chunk's start. */
  bptt: number;
  /** How many of a text's last tokens are pooled. */
  maxLen: number;
  linFtrs: readonly number[];
  /** Dropout before each linear layer after the first; the first uses `outputP`. */
  ps: readonly number[];
}

export const classifierHeadDefaults = { bptt: 70, maxLen: 1400, linFtrs: [50], ps: [0.1] } as const;

/** A batch of texts, each padded at its end: int32 `[time, batch]` with each row's true length. */
export interface TextBatch {
  ids: tf.Tensor2D;
  lengths: readonly number[];
}

export interface ClassifierOutput {
  /** `[batch, classes]` */
  logits: tf.Tensor2D;
  /** `[batch, 3·embedding]` */
  pooled: tf.Tensor2D;
  /** The encoder's output over the pooled chunks `[time, batch, embedding]`. */
  output: tf.Tensor3D;
  /** Which of those steps belong to each text. */
  window: TimeWindow;
}

/**
 * AWD-LSTM in chunks with a pooling head on top (fastai's `MultiBatchEncoder` and `PoolingLinearClassifier`).
 * Two deliberate differences: texts are padded at their end and the padding is never pooled, so a text's answer does not
 * depend on its neighbours; and exactly the last `maxLen` tokens are pooled.
 */
export class TextClassifier {
  readonly encoder: AwdLstm;
  readonly head: PoolingHead;

  constructor(
    readonly config: TextClassifierConfig,
    vocabSize: number,
    classes: number,
    seed: number,
  ) {
    this.encoder = new AwdLstm(config, vocabSize, seed);
    this.head = new PoolingHead(
      { width: 3 * config.embSz, linFtrs: config.linFtrs, ps: [config.outputP, ...config.ps], classes },
      seed,
    );
  }

  /** All variables with running statistics; names as fastai's state dict, `0.module.` and `1.` in front. */
  get variables(): NamedVariables {
    return new Map([
      ...prefixed('0.module.', this.encoder.variables),
      ...prefixed('1.', this.head.variables),
    ]);
  }

  /** Embedding, each LSTM layer, head. */
  get layerGroups(): LayerGroups {
    return [
      ...[this.encoder.embeddingVariables, ...this.encoder.layers].map((group) =>
        prefixed('0.module.', group),
      ),
      prefixed('1.', this.head.trainable),
    ];
  }

  /** @param training batch norm by the batch; dropout needs `keys` too */
  forward(batch: TextBatch, training: boolean, keys?: DropoutKeys): ClassifierOutput {
    const { output, firstStep } = this.#encode(batch, keys);
    const ends = batch.lengths.map((length) => length - firstStep);
    const starts = batch.lengths.map((length) => Math.max(length - this.config.maxLen, 0) - firstStep);
    const window = { start: tf.tensor1d(starts, 'int32'), end: tf.tensor1d(ends, 'int32') };
    const pooled = concatPool(output, window);
    return { logits: this.head.forward(pooled, training, keys), pooled, output, window };
  }

  /** Runs all chunks, and keeps the outputs of those that any row pools. */
  #encode({ ids, lengths }: TextBatch, keys?: DropoutKeys): { output: tf.Tensor3D; firstStep: number } {
    const { bptt, maxLen } = this.config;
    const [time, batch] = ids.shape;
    const firstPooled = Math.min(...lengths.map((length) => Math.max(length - maxLen, 0)));
    const firstStep = Math.floor(firstPooled / bptt) * bptt;
    const kept: tf.Tensor3D[] = [];
    let state: HiddenState | undefined;
    for (let step = 0; step < time; step += bptt) {
      const chunk = tf.slice(ids, [step, 0], [Math.min(bptt, time - step), batch]);
      const run = () => this.encoder.forward(chunk, state, keys);
      // What nobody pools needs no gradient: only its state goes on.
      const result = step < firstStep ? withoutGradient(run) : run();
      state = result.state;
      if (step >= firstStep) kept.push(result.output);
    }
    const only = kept.length === 1 ? kept[0] : undefined;
    return { output: only ?? tf.concat(kept, 0), firstStep };
  }

  dispose(): void {
    this.encoder.dispose();
    this.head.dispose();
  }
}

function prefixed(prefix: string, variables: NamedVariables): NamedVariables {
  return new Map([...variables].map(([name, variable]) => [prefix + name, variable]));
}
