import * as tf from '@tensorflow/tfjs-core';
import { isRecordingGradient } from '../../ops/kernel';
import { lstmLayerKernel } from '../../ops/lstmLayer';
import type { Handle } from '../binding';
import { handlesOf, keptTensor } from '../keptHandles';
import type { RawOps } from '../rawOps';
import {
  computeTensor,
  currentBackend,
  type KernelCall,
  registerTensorFlowGradient,
  registerTensorFlowKernel,
  required,
} from './kernel';
import { cudnnLayer, cudnnLayerGradient } from './cudnnLstm';
import { usesCudnn } from './lstmChoice';
import { type LstmSizes, lstmSizesOf } from '../../lstmSizes';

export function registerLstmLayer(): void {
  registerTensorFlowKernel(lstmLayerKernel, (call) =>
    usesCudnn(call.ops.backend) ? cudnnLayer(call) : forward(call),
  );
  registerTensorFlowGradient({
    kernelName: lstmLayerKernel,
    inputsToSave: ['input', 'h0', 'c0', 'weightIh', 'weightHh'],
    outputsToSave: [true, false, false, true],
    gradient: (dys, saved) =>
      usesCudnn(currentBackend()) ? cudnnLayerGradient(dys, saved) : gradient(dys, saved),
  });
}

/**
 * The input's part of the gates is made for as many steps at a time as this many floats hold: memory below 32 MiB is used
 * again, larger blocks come fresh from the system, page by page. The attribute `stepsPerBlock` sets the number of steps.
 */
const floatsPerBlock = 7 * 2 ** 20;

/** What the gradient needs of each step, `[batch, hidden]` each; the gates after their activation. */
const keptNames = ['i', 'f', 'g', 'o', 'c', 'tanhC'] as const;
type KeptStep = Record<(typeof keptNames)[number], Handle>;

/**
 * Step by step, one product a step for all four gates. Measured against `BlockLSTM` it takes a quarter less time: the
 * input's part is one large product, and the weights stay in PyTorch's layout instead of being joined and transposed.
 */
function forward({ ops, input, attributes }: KernelCall): tf.TensorInfo[] {
  const sizes = lstmSizesOf(input('input'), input('h0'));
  const { time, batch, width, hidden } = sizes;
  const wanted = Number(attributes['stepsPerBlock'] ?? Math.floor(floatsPerBlock / (4 * batch * hidden)));
  const stepsPerBlock = Math.min(time, Math.max(1, wanted));
  const keep = isRecordingGradient();
  const rows = ops.reshape(ops.of(input('input')), time * batch, width);
  const bias = ops.add(ops.of(input('biasIh')), ops.of(input('biasHh')));
  // Once for all steps: a product with few rows is a sixth faster on weights that need no turning.
  const weightHh = ops.transpose(ops.of(input('weightHh')));
  const outputs: Handle[] = [];
  const kept: Handle[] = [];
  let h = ops.of(input('h0'));
  let c = ops.of(input('c0'));
  for (let first = 0; first < time; first += stepsPerBlock) {
    const count = Math.min(stepsPerBlock, time - first);
    const part = ops.rows(rows, first * batch, count * batch, 2);
    const projected = ops.matMul(part, ops.of(input('weightIh')), { b: true });
    const biased = ops.run('BiasAdd', [projected, bias]);
    const steps = ops.unpack(ops.reshape(biased, count, batch, 4 * hidden), count);
    ops.release(projected, biased);
    for (const fromInput of steps) {
      const step = cellStep(ops, { fromInput, h, c, weightHh });
      if (keep) kept.push(...keptNames.map((name) => step[name]));
      else ops.release(step.i, step.f, step.g, step.o, step.tanhC, c);
      ({ h, c } = step);
      outputs.push(h);
    }
  }
  return [
    ops.tensor(ops.reshape(ops.concat(outputs, 0), time, batch, hidden), [time, batch, hidden]),
    ops.tensor(ops.run('Identity', [h]), [batch, hidden]),
    ops.tensor(ops.run('Identity', [c]), [batch, hidden]),
    keptTensor(ops, kept),
  ];
}

function cellStep(
  ops: RawOps,
  { fromInput, h, c, weightHh }: Record<'fromInput' | 'h' | 'c' | 'weightHh', Handle>,
): KeptStep & { h: Handle } {
  const product = ops.matMul(h, weightHh);
  const gates = ops.add(product, fromInput);
  const parts = ops.split(gates, 4, 1);
  const [inGate = 0, forgetGate = 0, candidate = 0, outGate = 0] = parts;
  const i = ops.run('Sigmoid', [inGate]);
  const f = ops.run('Sigmoid', [forgetGate]);
  const g = ops.run('Tanh', [candidate]);
  const o = ops.run('Sigmoid', [outGate]);
  const remembered = ops.multiply(f, c);
  const added = ops.multiply(i, g);
  const newC = ops.add(remembered, added);
  const tanhC = ops.run('Tanh', [newC]);
  const newH = ops.multiply(o, tanhC);
  ops.release(product, gates, ...parts, remembered, added, fromInput);
  return { i, f, g, o, c: newC, tanhC, h: newH };
}

/** The gradients of the gates of the layer before, which nobody needs once the next layer's are being made. */
let lastGates: tf.Tensor | undefined;

function gradient(dys: readonly tf.Tensor[], saved: readonly tf.Tensor[]): Record<string, () => tf.Tensor> {
  const [input, h0, c0, weightIh, weightHh, output, kept] = saved;
  if (!input || !h0 || !c0 || !weightIh || !weightHh || !output || !kept) {
    throw new Error('The LSTM layer ran without keeping what its gradient needs.');
  }
  if (lastGates && !lastGates.isDisposed) lastGates.dispose();
  const sizes = lstmSizesOf(input, h0);
  const { time, batch, width, hidden } = sizes;
  const rows = time * batch;
  let [dh, dc]: (tf.Tensor | undefined)[] = [];
  const dGates = computeTensor((ops) => {
    const result = backwardThroughTime(ops, sizes, {
      dOutput: ops.of(required(dys[0], 'dOutput')),
      dh: ops.of(required(dys[1], 'dh')),
      dc: ops.of(required(dys[2], 'dc')),
      c0: ops.of(c0),
      weightHh: ops.of(weightHh),
      kept: handlesOf(kept),
    });
    const asTensor = (handle: Handle) =>
      tf.engine().makeTensorFromTensorInfo(ops.tensor(handle, [batch, hidden]));
    dh = asTensor(result.dh);
    dc = asTensor(result.dc);
    return ops.tensor(result.dGates, [rows, 4 * hidden]);
  });
  lastGates = dGates;

  // Both biases are added to the same gates.
  let dBias: tf.Tensor | undefined;
  const biasGradient = (): tf.Tensor => {
    dBias ??= computeTensor((ops) => {
      // As a product: a sum over rows takes several times as long.
      const sums = ops.matMul(ops.floats(new Float32Array(rows).fill(1), 1, rows), ops.of(dGates));
      return ops.tensor(swapMiddleGates(ops, ops.reshape(sums, 4 * hidden)), [4 * hidden]);
    });
    return tf.clone(dBias);
  };
  const weightGradient = (ops: RawOps, of: Handle, columns: number): tf.TensorInfo =>
    ops.tensor(swapMiddleGates(ops, ops.matMul(ops.of(dGates), of, { a: true })), [4 * hidden, columns]);
  return {
    h0: () => required(dh, 'dh'),
    c0: () => required(dc, 'dc'),
    biasIh: biasGradient,
    biasHh: biasGradient,
    input: () =>
      computeTensor((ops) => {
        const product = ops.matMul(ops.of(dGates), swapMiddleGates(ops, ops.of(weightIh)));
        return ops.tensor(ops.reshape(product, time, batch, width), [time, batch, width]);
      }),
    weightIh: () =>
      computeTensor((ops) => weightGradient(ops, ops.reshape(ops.of(input), rows, width), width)),
    weightHh: () =>
      computeTensor((ops) => {
        // Step 0 read h0, step t the output of step t − 1.
        const before = ops.rows(ops.reshape(ops.of(output), rows, hidden), 0, rows - batch, 2);
        return weightGradient(ops, ops.concat([ops.of(h0), before], 0), hidden);
      }),
  };
}

/**
 * Back through the steps with TensorFlow's `LSTMBlockCellGrad` (its kernels/rnn/lstm_ops.h), one product a step.
 * @returns the gradients of the gates before their activation `[time·batch, 4·hidden]`, in TensorFlow's order, and those of
 * the first state
 */
function backwardThroughTime(
  ops: RawOps,
  { time, batch, hidden }: LstmSizes,
  given: Record<'dOutput' | 'dh' | 'dc' | 'c0' | 'weightHh', Handle> & { kept: readonly Handle[] },
): Record<'dGates' | 'dh' | 'dc', Handle> {
  const weight = swapMiddleGates(ops, given.weightHh);
  // The operation asks for inputs and weights, of which it reads only the sizes: no input, and the weights in another shape.
  const noInput = ops.floats(new Float32Array(0), batch, 0);
  const anyWeight = ops.reshape(weight, hidden, 4 * hidden);
  const peephole = ops.floats(new Float32Array(hidden), hidden);
  const anyBias = ops.floats(new Float32Array(4 * hidden), 4 * hidden);
  const dOutputs = ops.unpack(given.dOutput, time);
  const dGates: Handle[] = [];
  let dh = given.dh;
  let dc = given.dc;
  for (let t = time - 1; t >= 0; t--) {
    const [i = 0, f = 0, g = 0, o = 0, c = 0, tanhC = 0] = given.kept.slice(t * keptNames.length);
    const before = t > 0 ? given.kept[(t - 1) * keptNames.length + keptNames.indexOf('c')] : given.c0;
    const cBefore = required(before, 'the cell state');
    const dhHere = ops.add(dh, required(dOutputs[t], 'dOutput'));
    const peepholes = [peephole, peephole, peephole, anyBias];
    const [dcBefore = 0, dGate = 0, ...unused] = ops.runAll(
      'LSTMBlockCellGrad',
      [noInput, cBefore, dh, anyWeight, ...peepholes, i, c, f, o, g, tanhC, dc, dhHere],
      { use_peephole: false },
      5,
    );
    ops.release(dh, dc, dhHere, ...unused);
    dh = ops.matMul(dGate, weight);
    dc = dcBefore;
    dGates.push(dGate);
  }
  return { dGates: ops.concat(dGates.reverse(), 0), dh, dc };
}

/** Rows from the order i, f, g, o of PyTorch to TensorFlow's i, c, f, o, where c is what PyTorch calls g; or back. */
function swapMiddleGates(ops: RawOps, x: Handle): Handle {
  const [first = 0, second = 0, third = 0, last = 0] = ops.split(x, 4, 0);
  return ops.concat([first, third, second, last], 0);
}
