import * as tf from '@tensorflow/tfjs-core';
import { linearCrossEntropy, type LinearCrossEntropyOutputs } from '../engine/ops/linearCrossEntropy';
import { AwdLstm, disposeState, type HiddenState, keepState, variationalDropout } from './awdLstm';
import type { AwdLstmConfig } from './awdLstmConfig';
import type { DropoutKeys } from './dropoutKeys';
import { constantVariable } from './initialize';
import type { LayerGroups } from './layerGroups';
import type { NamedVariables } from './namedTensors';

/**
 * AWD-LSTM with a decoder tied to the embedding (fastai's `SequentialRNN(AWD_LSTM, LinearDecoder)`). It carries its
 * hidden state from one call to the next, as consecutive stretches of a text need, until `reset`.
 */
export class LanguageModel {
  readonly encoder: AwdLstm;
  readonly decoderBias: tf.Variable<tf.Rank.R1>;
  #state: HiddenState | undefined;

  constructor(config: AwdLstmConfig, vocabSize: number, seed: number) {
    this.encoder = new AwdLstm(config, vocabSize, seed);
    this.decoderBias = constantVariable([vocabSize], 0) as tf.Variable<tf.Rank.R1>;
  }

  get config(): AwdLstmConfig {
    return this.encoder.config;
  }

  /** All variables: the encoder's names of `save_encoder`, and `decoder.bias` (the decoder's weight is the embedding). */
  get variables(): NamedVariables {
    return new Map([...this.encoder.variables, ...this.#decoderVariables]);
  }

  /** Each LSTM layer, then embedding and decoder together on top. */
  get layerGroups(): LayerGroups {
    return [...this.encoder.layers, new Map([...this.encoder.embeddingVariables, ...this.#decoderVariables])];
  }

  get #decoderVariables(): NamedVariables {
    return new Map([['decoder.bias', this.decoderBias]]);
  }

  get state(): HiddenState | undefined {
    return this.#state;
  }

  /** Replaces the carried state; the model keeps the tensors from now on. */
  set state(state: HiddenState | undefined) {
    if (state) keepState(state);
    disposeState(this.#state);
    this.#state = state;
  }

  reset(): void {
    this.state = undefined;
  }

  /** Carries on with other rows of the batch: row i continues where row `rows[i]` was (fastai's `select_hidden`). */
  selectRows(rows: readonly number[]): void {
    const indices = tf.tensor1d(rows as number[], 'int32');
    this.state = this.#state?.map(({ h, c }) => ({ h: tf.gather(h, indices), c: tf.gather(c, indices) }));
    indices.dispose();
  }

  /**
   * @param ids int32 `[time, batch]`
   * @returns the encoder's output `[time, batch, embedding]`
   */
  forward(ids: tf.Tensor2D, keys?: DropoutKeys): tf.Tensor3D {
    const { output, state } = this.encoder.forward(ids, this.#state, keys);
    this.state = state;
    return output;
  }

  /**
   * The cross-entropy of the next tokens.
   * @param output `[time, batch, embedding]`
   * @param targets int32 `[time·batch]`, in the order of `output`
   */
  crossEntropy(output: tf.Tensor3D, targets: tf.Tensor1D, keys?: DropoutKeys): LinearCrossEntropyOutputs {
    const dropped = variationalDropout(output, this.config.outputP, keys);
    return linearCrossEntropy({
      hidden: tf.reshape(dropped, [-1, this.config.embSz]),
      weight: this.encoder.embeddingWeight,
      bias: this.decoderBias,
      targets,
    });
  }

  /** Logits over the vocab, `[rows, embedding]` → `[rows, vocab]`. */
  logits(output: tf.Tensor2D): tf.Tensor2D {
    return tf.add(tf.matMul(output, this.encoder.embeddingWeight, false, true), this.decoderBias);
  }

  dispose(): void {
    this.reset();
    this.encoder.dispose();
    this.decoderBias.dispose();
  }
}
