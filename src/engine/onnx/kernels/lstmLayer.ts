import type * as tf from '@tensorflow/tfjs-core';
import { type LstmSizes, lstmSizesOf } from '../../lstmSizes';
import { isRecordingGradient } from '../../ops/kernel';
import { lstmLayerKernel } from '../../ops/lstmLayer';
import { currentBackend, type OnnxBackend } from '../backend';
import { native32, type NativeTensor } from '../nativeSession';
import { gemm, sumRows } from './gemm';
import { asTensor, type KernelCall, registerOnnxGradient, registerOnnxKernel, required } from './kernel';
import { backwardStepGraph, gateNames, stepGraph } from './lstmGraphs';
import { transpose } from './transpose';

/*
 * The forward kernel keeps, for the gradient, one array of six blocks `[time, batch, hidden]`: the activated gates
 * i, f, g, o, the cell states and their tanh.
 */
const keptBlocks = 6;
const cellBlock = 4;
const tanhBlock = 5;

export function registerLstmLayer(): void {
  registerOnnxKernel(lstmLayerKernel, forward);
  registerOnnxGradient({
    kernelName: lstmLayerKernel,
    inputsToSave: ['input', 'h0', 'c0', 'weightIh', 'weightHh'],
    outputsToSave: [true, false, false, true],
    gradient,
  });
}

/** Part `index` of an array of equal parts of `length` floats each. */
function part(array: Float32Array, index: number, length: number): Float32Array {
  return array.subarray(index * length, (index + 1) * length);
}

/**
 * The input's part of the gates is made for as many steps at a time as this many floats hold, which the caches still
 * have when the steps need it. The attribute `stepsPerBlock` sets the number of steps instead.
 */
const floatsPerBlock = 2 ** 22;

function forward({ backend, input, attributes }: KernelCall): tf.TensorInfo[] {
  const sizes = lstmSizesOf(input('input'), input('h0'));
  const { time, batch, hidden } = sizes;
  const step = batch * hidden;
  const wanted = Number(attributes['stepsPerBlock'] ?? Math.floor(floatsPerBlock / (4 * step)));
  const stepsPerBlock = Math.min(time, Math.max(1, wanted));
  const keep = isRecordingGradient();
  const kept = keep ? backend.allocate(keptBlocks * time * step) : new Float32Array(0);
  const arrays = {
    input: backend.floats(input('input')),
    weightIh: backend.floats(input('weightIh')),
    bias: sum(backend.floats(input('biasIh')), backend.floats(input('biasHh'))),
    // Each gate's steps; the gates' activations take the place of the input's part of them.
    gates: keep ? kept : backend.buffers.scratch('lstm', 4 * stepsPerBlock * step),
  };
  const stepsKept = keep ? time : stepsPerBlock;

  const weights = weightsByGate(backend.floats(input('weightHh')), hidden);
  const output = backend.allocate(time * step);
  const cell = backend.floats(input('c0')).slice();
  const build = (): ReturnType<typeof stepGraph> => stepGraph(keep);
  const wrap = (array: Float32Array): NativeTensor => native32(array, batch, hidden);
  let h: Float32Array = backend.floats(input('h0'));
  let c: Float32Array = cell;
  for (let t = 0; t < time; t++) {
    const slot = keep ? t : t % stepsPerBlock;
    if (t % stepsPerBlock === 0) {
      const count = Math.min(stepsPerBlock, time - t);
      projectInput(backend, sizes, arrays, { first: t, count, slot, slots: stepsKept });
    }
    const slotOf = (block: number): Float32Array => part(arrays.gates, block * stepsKept + slot, step);
    const [i, f, g, o] = [wrap(slotOf(0)), wrap(slotOf(1)), wrap(slotOf(2)), wrap(slotOf(3))];
    const newH = part(output, t, step);
    const newC = keep ? slotOf(cellBlock) : c;
    const states = { newH: wrap(newH), newC: wrap(newC) };
    backend.sessions.run(
      `lstm ${keep}`,
      build,
      { h: wrap(h), c: wrap(c), xi: i, xf: f, xg: g, xo: o, ...weights },
      keep ? { ...states, i, f, g, o, tanhC: wrap(slotOf(tanhBlock)) } : states,
    );
    h = newH;
    c = newC;
  }
  return [
    backend.wrap(output, time, batch, hidden),
    backend.wrap(h.slice(), batch, hidden),
    backend.wrap(c.slice(), batch, hidden),
    // Shown to tfjs as empty: it would make zeros of this size for the gradient that never arrives here.
    backend.wrap(kept, 0),
  ];
}

/** The input's part of each gate for `count` steps from `first`, into the gates' slots from `slot` (of `slots`). */
function projectInput(
  backend: OnnxBackend,
  { batch, width, hidden }: LstmSizes,
  arrays: Record<'input' | 'weightIh' | 'bias' | 'gates', Float32Array>,
  { first, count, slot, slots }: Record<'first' | 'count' | 'slot' | 'slots', number>,
): void {
  const rows = count * batch;
  const step = batch * hidden;
  for (let gate = 0; gate < 4; gate++) {
    const from = (gate * slots + slot) * step;
    gemm(backend, {
      a: arrays.input.subarray(first * batch * width, (first + count) * batch * width),
      b: part(arrays.weightIh, gate, hidden * width),
      transposeB: true,
      addend: part(arrays.bias, gate, hidden),
      rows,
      inner: width,
      columns: hidden,
      out: arrays.gates.subarray(from, from + count * step),
    });
  }
}

function weightsByGate(weight: Float32Array, hidden: number): Record<string, NativeTensor> {
  return Object.fromEntries(
    gateNames.map((name, gate) => [
      `W${name}`,
      native32(part(weight, gate, hidden * hidden), hidden, hidden),
    ]),
  );
}

function gradient(dys: readonly tf.Tensor[], saved: readonly tf.Tensor[]): Record<string, () => tf.Tensor> {
  const backend = currentBackend();
  const [input, h0, c0, weightIh, weightHh, output, kept] = saved.map((tensor) => ({
    tensor,
    values: backend.floats(tensor),
  }));
  if (!input || !h0 || !c0 || !weightIh || !weightHh || !output || !kept) {
    throw new Error('The LSTM layer ran without keeping what its gradient needs.');
  }
  const sizes = lstmSizesOf(input.tensor, h0.tensor);
  const { time, batch, width, hidden } = sizes;
  const rows = time * batch;
  const step = batch * hidden;
  const { dGates, dh, dc } = backwardThroughTime(backend, sizes, {
    dOutput: backend.floats(required(dys[0], 'dOutput')),
    dh: backend.floats(required(dys[1], 'dh')),
    dc: backend.floats(required(dys[2], 'dc')),
    output: output.values,
    c0: c0.values,
    kept: kept.values,
    weightHh: weightHh.values,
  });
  const dGate = (gate: number): Float32Array => part(dGates, gate, rows * hidden);

  // Both biases are added to the same gates.
  let dBias: Float32Array | undefined;
  const biasGradient = (): tf.Tensor => {
    if (!dBias) {
      dBias = new Float32Array(4 * hidden);
      for (let gate = 0; gate < 4; gate++) sumRows(backend, dGate(gate), rows, part(dBias, gate, hidden));
    }
    return asTensor(backend.wrap(dBias.slice(), 4 * hidden));
  };
  return {
    h0: () => asTensor(backend.wrap(dh, batch, hidden)),
    c0: () => asTensor(backend.wrap(dc, batch, hidden)),
    biasIh: biasGradient,
    biasHh: biasGradient,
    input: () => {
      const out = backend.allocate(rows * width);
      for (let gate = 0; gate < 4; gate++) {
        const b = part(weightIh.values, gate, hidden * width);
        const addend = gate > 0 ? out : undefined;
        gemm(backend, { a: dGate(gate), b, addend, rows, inner: hidden, columns: width, out });
      }
      return asTensor(backend.wrap(out, time, batch, width));
    },
    weightIh: () => {
      const total = backend.allocate(4 * hidden * width);
      for (let gate = 0; gate < 4; gate++) {
        gemm(backend, {
          a: dGate(gate),
          transposeA: true,
          b: input.values,
          rows: hidden,
          inner: rows,
          columns: width,
          out: part(total, gate, hidden * width),
        });
      }
      return asTensor(backend.wrap(total, 4 * hidden, width));
    },
    weightHh: () => {
      const total = backend.allocate(4 * hidden * hidden);
      for (let gate = 0; gate < 4; gate++) {
        const out = part(total, gate, hidden * hidden);
        const product = { transposeA: true, rows: hidden, columns: hidden, out };
        // Step 0 read h0, step t the output of step t − 1.
        gemm(backend, { ...product, a: dGate(gate).subarray(0, step), b: h0.values, inner: batch });
        if (time === 1) continue;
        const a = dGate(gate).subarray(step);
        const b = output.values.subarray(0, (time - 1) * step);
        gemm(backend, { ...product, a, b, inner: rows - batch, addend: out });
      }
      return asTensor(backend.wrap(total, 4 * hidden, hidden));
    },
  };
}

/** The gradients of the gates before their activation `[gate, time, batch, hidden]`, and of the first state. */
function backwardThroughTime(
  backend: OnnxBackend,
  { time, batch, hidden }: LstmSizes,
  arrays: Record<'dOutput' | 'dh' | 'dc' | 'output' | 'c0' | 'kept' | 'weightHh', Float32Array>,
): { dGates: Float32Array; dh: Float32Array; dc: Float32Array } {
  const { dOutput, output, c0, kept } = arrays;
  const step = batch * hidden;
  // Valid until the next layer's gradient, which tfjs begins after it has called this layer's thunks.
  const dGates = backend.buffers.scratch('lstm gradient', 4 * time * step);
  const dh = sum(arrays.dh, part(dOutput, time - 1, step));
  const dc = arrays.dc.slice();
  // A product of 64 rows is a quarter faster with the transposed matrix, and this one is used at every step.
  const transposed = backend.buffers.scratch('transposed weight', 4 * hidden * hidden);
  transpose(backend, arrays.weightHh, [4, hidden, hidden], transposed);
  const weights = weightsByGate(transposed, hidden);
  const nothing = new Float32Array(step);
  const wrap = (array: Float32Array): NativeTensor => native32(array, batch, hidden);
  const [wrappedDh, wrappedDc] = [wrap(dh), wrap(dc)];
  for (let t = time - 1; t >= 0; t--) {
    const at = (block: number): NativeTensor => wrap(part(kept, block * time + t, step));
    const dGate = (gate: number): NativeTensor => wrap(part(dGates, gate * time + t, step));
    backend.sessions.run(
      'lstm backward',
      backwardStepGraph,
      {
        dh: wrappedDh,
        dc: wrappedDc,
        h: wrap(part(output, t, step)),
        c: wrap(t > 0 ? part(kept, cellBlock * time + t - 1, step) : c0),
        i: at(0),
        f: at(1),
        g: at(2),
        o: at(3),
        tanhC: at(tanhBlock),
        dOutput: wrap(t > 0 ? part(dOutput, t - 1, step) : nothing),
        ...weights,
      },
      { newDh: wrappedDh, newDc: wrappedDc, di: dGate(0), df: dGate(1), dg: dGate(2), do: dGate(3) },
    );
  }
  return { dGates, dh, dc };
}

function sum(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = (a[i] ?? 0) + (b[i] ?? 0);
  return out;
}
