import type * as tf from '@tensorflow/tfjs-core';
import { lstmSizesOf } from '../../lstmSizes';
import { isRecordingGradient } from '../../ops/kernel';
import { lstmLayerKernel } from '../../ops/lstmLayer';
import { currentBackend } from '../backend';
import {
  asTensor,
  kept,
  type KernelCall,
  registerWebgpuGradient,
  registerWebgpuKernel,
  required,
} from './kernel';
import { backwardStepShader, forwardStepShader, rowsPerThread, stepGroups } from './lstmShaders';
import { product } from './product';
import { sumRows } from './sumRows';

export function registerLstmLayer(): void {
  registerWebgpuKernel(lstmLayerKernel, forward);
  registerWebgpuGradient({
    kernelName: lstmLayerKernel,
    inputsToSave: ['input', 'h0', 'c0', 'weightIh', 'weightHh'],
    outputsToSave: [true, false, false, true, true],
    gradient,
  });
}

/** One product for the input's part of all gates of all steps, then a dispatch for each step. */
function forward({ backend, input }: KernelCall): tf.TensorInfo[] {
  const { time, batch, width, hidden } = lstmSizesOf(input('input'), input('h0'));
  const gates = backend.allocate(time, batch, 4 * hidden);
  product(backend, {
    a: input('input'),
    b: input('weightIh'),
    transposeB: true,
    biases: [input('biasIh'), input('biasHh')],
    rows: time * batch,
    inner: width,
    columns: 4 * hidden,
    out: gates,
  });
  const cells = backend.allocate(time, batch, hidden);
  const output = backend.allocate(time, batch, hidden);
  const lastH = backend.allocate(batch, hidden);
  const lastC = backend.allocate(batch, hidden);
  const shader = forwardStepShader(rowsPerThread(batch));
  const buffers = {
    weight: input('weightHh'),
    h0: input('h0'),
    c0: input('c0'),
    gates,
    cells,
    output,
    lastH,
    lastC,
  };
  for (let t = 0; t < time; t++) {
    const uniforms = { t, time, batch, hidden };
    backend.dispatch({ shader, buffers, uniforms, workgroups: stepGroups(batch, hidden) });
  }
  if (isRecordingGradient()) return [output, lastH, lastC, kept(gates), kept(cells)];
  backend.disposeData(gates.dataId);
  backend.disposeData(cells.dataId);
  return [output, lastH, lastC];
}

function gradient(dys: readonly tf.Tensor[], saved: readonly tf.Tensor[]): Record<string, () => tf.Tensor> {
  const backend = currentBackend();
  const [input, h0, c0, weightIh, weightHh, output, gates, cells] = saved;
  if (!input || !h0 || !c0 || !weightIh || !weightHh || !output || !gates || !cells) {
    throw new Error('The LSTM layer ran without keeping what its gradient needs.');
  }
  const { time, batch, width, hidden } = lstmSizesOf(input, h0);
  const rows = time * batch;
  const columns = 4 * hidden;
  const dc = backend.allocate(batch, hidden);
  const shader = backwardStepShader(rowsPerThread(batch));
  const buffers = {
    weight: weightHh,
    c0,
    cells,
    dOutput: required(dys[0], 'dOutput'),
    dLastH: required(dys[1], 'dh'),
    dLastC: required(dys[2], 'dc'),
    gates,
    dc,
  };
  for (let t = time - 1; t >= 0; t--) {
    const uniforms = { t, time, batch, hidden };
    backend.dispatch({ shader, buffers, uniforms, workgroups: stepGroups(batch, hidden) });
  }
  // From here on `gates` holds the gradients of the gates, [time·batch, 4·hidden].
  const dc0 = asTensor(dc);

  let ofBias: tf.TensorInfo | undefined;
  const biasGradient = (): tf.Tensor => {
    if (ofBias) {
      backend.incRef(ofBias.dataId);
      return asTensor(ofBias);
    }
    ofBias = backend.allocate(columns);
    sumRows(backend, gates, { rows, columns }, ofBias);
    return asTensor(ofBias);
  };
  return {
    c0: () => dc0,
    h0: () => {
      const out = backend.allocate(batch, hidden);
      product(backend, { a: gates, b: weightHh, rows: batch, inner: columns, columns: hidden, out });
      return asTensor(out);
    },
    biasIh: biasGradient,
    biasHh: biasGradient,
    input: () => {
      const out = backend.allocate(time, batch, width);
      product(backend, { a: gates, b: weightIh, rows, inner: columns, columns: width, out });
      return asTensor(out);
    },
    weightIh: () => {
      const out = backend.allocate(columns, width);
      product(backend, {
        a: gates,
        transposeA: true,
        b: input,
        rows: columns,
        inner: rows,
        columns: width,
        out,
      });
      return asTensor(out);
    },
    weightHh: () => {
      const out = backend.allocate(columns, hidden);
      const shape = { transposeA: true, rows: columns, columns: hidden, out };
      // Step 0 read h0, step t the output of step t − 1.
      product(backend, { ...shape, a: gates, b: h0, inner: batch });
      if (time > 1) {
        const offsetA = batch * columns;
        product(backend, { ...shape, a: gates, offsetA, b: output, inner: rows - batch, accumulate: true });
      }
      return asTensor(out);
    },
  };
}
