import * as tf from '@tensorflow/tfjs-core';
import { hasNativeKernel, runKernelWithOutputs } from './kernel';

export const lstmLayerKernel = 'UlmfitLstmLayer';

export interface LstmLayerInputs {
  /** `[time, batch, input]` */
  input: tf.Tensor3D;
  /** Hidden state before the first step `[batch, hidden]`. */
  h0: tf.Tensor2D;
  /** Cell state before the first step `[batch, hidden]`. */
  c0: tf.Tensor2D;
  /** `[4·hidden, input]`; rows are the gates i, f, g, o in PyTorch's order. */
  weightIh: tf.Tensor2D;
  /** `[4·hidden, hidden]` */
  weightHh: tf.Tensor2D;
  /** `[4·hidden]` */
  biasIh: tf.Tensor1D;
  /** `[4·hidden]` */
  biasHh: tf.Tensor1D;
}

export interface LstmLayerOutputs {
  /** The hidden state after each step `[time, batch, hidden]`. */
  output: tf.Tensor3D;
  /** The hidden state after the last step `[batch, hidden]`. */
  h: tf.Tensor2D;
  /** The cell state after the last step `[batch, hidden]`. */
  c: tf.Tensor2D;
}

/**
 * One layer of PyTorch's `nn.LSTM` over a whole sequence:
 * `c' = σ(f)·c + σ(i)·tanh(g)`, `h' = σ(o)·tanh(c')`.
 */
export function lstmLayer(inputs: LstmLayerInputs): LstmLayerOutputs {
  if (!hasNativeKernel(lstmLayerKernel)) return lstmLayerReference(inputs);
  const { input, h0, c0, weightIh, weightHh, biasIh, biasHh } = inputs;
  const [output, h, c] = runKernelWithOutputs(lstmLayerKernel, {
    input,
    h0,
    c0,
    weightIh,
    weightHh,
    biasIh,
    biasHh,
  });
  return { output: output as tf.Tensor3D, h: h as tf.Tensor2D, c: c as tf.Tensor2D };
}

export function lstmLayerReference(inputs: LstmLayerInputs): LstmLayerOutputs {
  const { input, weightIh, weightHh, biasIh, biasHh } = inputs;
  const [time, batch, width] = input.shape;
  const hidden = inputs.h0.shape[1];
  return tf.tidy(() => {
    const bias = tf.add(biasIh, biasHh);
    const projected = tf.matMul(tf.reshape(input, [time * batch, width]), weightIh, false, true);
    const gatesOfInput = tf.reshape(tf.add(projected, bias), [time, batch, 4 * hidden]);
    let h = inputs.h0;
    let c = inputs.c0;
    const outputs: tf.Tensor2D[] = [];
    for (let t = 0; t < time; t++) {
      const fromInput = tf.reshape(tf.slice(gatesOfInput, [t, 0, 0], [1, batch, 4 * hidden]), [
        batch,
        4 * hidden,
      ]);
      const gates = tf.add(fromInput, tf.matMul(h, weightHh, false, true));
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) =>
        tf.slice(gates, [0, gate * hidden], [batch, hidden]),
      ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
      h = tf.mul(tf.sigmoid(o), tf.tanh(c));
      outputs.push(h);
    }
    return { output: tf.stack(outputs) as tf.Tensor3D, h, c };
  });
}
