import * as tf from '@tensorflow/tfjs-core';
import { dropout, dropoutMask } from '../engine/ops/dropout';
import { embedding } from '../engine/ops/embedding';
import { lstmLayer } from '../engine/ops/lstmLayer';
import { detach } from '../engine/ops/kernel';
import { RandomStream } from '../random';
import { type AwdLstmConfig, layerWidths } from './awdLstmConfig';
import type { DropoutKeys } from './dropoutKeys';
import { uniformVariable } from './initialize';
import { disposeVariables, type NamedVariables } from './namedTensors';

/** What one LSTM layer carries from step to step: both `[batch, width]`. */
export interface LayerState {
  h: tf.Tensor2D;
  c: tf.Tensor2D;
}

/** The hidden state of all layers, from the first to the last. */
export type HiddenState = readonly LayerState[];

export interface EncoderOutput {
  /** The last layer's output at every step `[time, batch, embedding]`; no dropout follows it (fastai's `raw_outputs[-1]`). */
  output: tf.Tensor3D;
  /** The state after the last step, without history: no gradient goes back across calls. */
  state: HiddenState;
}

/**
 * The encoder of ULMFiT: embedding and a stack of LSTM layers with the dropouts of AWD-LSTM (Merity et al. 2017;
 * fastai text/models/awd_lstm.py). Inside the engine time comes first, so that a step is one block of memory.
 */
export class AwdLstm {
  readonly embeddingWeight: tf.Variable<tf.Rank.R2>;
  /** Each layer's variables under fastai's names. */
  readonly layers: readonly NamedVariables[];

  constructor(
    readonly config: AwdLstmConfig,
    readonly vocabSize: number,
    seed: number,
  ) {
    const random = RandomStream.named(seed, 'encoder weights');
    const table = uniformVariable([vocabSize, config.embSz], 0.1, random);
    this.embeddingWeight = table as tf.Variable<tf.Rank.R2>;
    this.#clearPadRow();
    this.layers = Array.from({ length: config.nLayers }, (_, layer) => {
      const { input, output } = layerWidths(config, layer);
      const bound = 1 / Math.sqrt(output);
      return new Map([
        [`rnns.${layer}.weight_hh_l0_raw`, uniformVariable([4 * output, output], bound, random)],
        [`rnns.${layer}.module.weight_ih_l0`, uniformVariable([4 * output, input], bound, random)],
        [`rnns.${layer}.module.bias_ih_l0`, uniformVariable([4 * output], bound, random)],
        [`rnns.${layer}.module.bias_hh_l0`, uniformVariable([4 * output], bound, random)],
      ]);
    });
  }

  /** All variables under the names of fastai's `save_encoder`. */
  get variables(): NamedVariables {
    return new Map([this.embeddingVariables, ...this.layers].flatMap((group) => [...group]));
  }

  get embeddingVariables(): NamedVariables {
    return new Map([['encoder.weight', this.embeddingWeight]]);
  }

  /**
   * Runs the layers over a stretch of text.
   * @param ids int32 `[time, batch]`
   * @param state where the stretch before ended; zeros where it is left out or has another batch size
   * @param keys makes the dropout masks of training; leave it out to evaluate
   */
  forward(ids: tf.Tensor2D, state?: HiddenState, keys?: DropoutKeys): EncoderOutput {
    const { embedP, padToken } = this.config;
    const rowScale =
      keys && embedP > 0 ? tf.tensor1d(dropoutMask(this.vocabSize, embedP, keys.next())) : undefined;
    return this.forwardEmbedded(
      embedding({ ids, weight: this.embeddingWeight, rowScale, padId: padToken }),
      state,
      keys,
    );
  }

  /** As `forward`, from embedding vectors `[time, batch, embedding]` instead of ids (fastai's `from_embeddings`). */
  forwardEmbedded(embedded: tf.Tensor3D, state?: HiddenState, keys?: DropoutKeys): EncoderOutput {
    const { hiddenP, inputP, nLayers } = this.config;
    const batch = embedded.shape[1];
    let output = variationalDropout(embedded, inputP, keys);
    const after: LayerState[] = [];
    for (let layer = 0; layer < nLayers; layer++) {
      const result = this.#layer(layer, output, carriedState(state?.[layer], batch), keys);
      after.push({ h: detach(result.h), c: detach(result.c) });
      output = layer === nLayers - 1 ? result.output : variationalDropout(result.output, hiddenP, keys);
    }
    return { output, state: after };
  }

  #layer(layer: number, input: tf.Tensor3D, state: LayerState | undefined, keys?: DropoutKeys) {
    const width = layerWidths(this.config, layer).output;
    const zeros = () => tf.zeros<tf.Rank.R2>([input.shape[1], width]);
    const raw = this.#variable<tf.Rank.R2>(layer, 'weight_hh_l0_raw');
    const rate = this.config.weightP;
    return lstmLayer({
      input,
      h0: state?.h ?? zeros(),
      c0: state?.c ?? zeros(),
      weightIh: this.#variable<tf.Rank.R2>(layer, 'module.weight_ih_l0'),
      weightHh:
        keys && rate > 0 ? dropout<tf.Tensor2D>(raw, { rate, key: keys.next(), period: raw.size }) : raw,
      biasIh: this.#variable<tf.Rank.R1>(layer, 'module.bias_ih_l0'),
      biasHh: this.#variable<tf.Rank.R1>(layer, 'module.bias_hh_l0'),
    });
  }

  #variable<R extends tf.Rank>(layer: number, name: string): tf.Variable<R> {
    const variable = this.layers[layer]?.get(`rnns.${layer}.${name}`);
    if (!variable) throw new Error(`Layer ${layer} has no ${name}.`);
    return variable as tf.Variable<R>;
  }

  #clearPadRow(): void {
    const values = this.embeddingWeight.dataSync<'float32'>().slice();
    values.fill(0, this.config.padToken * this.config.embSz, (this.config.padToken + 1) * this.config.embSz);
    const cleared = tf.tensor2d(values, this.embeddingWeight.shape);
    this.embeddingWeight.assign(cleared);
    cleared.dispose();
  }

  dispose(): void {
    disposeVariables(this.variables);
  }
}

/** fastai's RNNDropout: one mask for each sequence, shared by all its steps. */
export function variationalDropout(x: tf.Tensor3D, rate: number, keys?: DropoutKeys): tf.Tensor3D {
  if (!keys || rate === 0) return x;
  const [, batch, features] = x.shape;
  return dropout(x, { rate, key: keys.next(), period: batch * features });
}

/** fastai zeroes the state where the batch size changes. */
function carriedState(state: LayerState | undefined, batch: number): LayerState | undefined {
  return state?.h.shape[0] === batch ? state : undefined;
}

export function keepState(state: HiddenState): HiddenState {
  for (const { h, c } of state) {
    tf.keep(h);
    tf.keep(c);
  }
  return state;
}

export function disposeState(state: HiddenState | undefined): void {
  for (const { h, c } of state ?? []) {
    h.dispose();
    c.dispose();
  }
}
