import * as tf from '@tensorflow/tfjs-core';
import { onnxBackendName } from '../backend';
import { Graph, int } from '../modelWriter';
import { native32 } from '../nativeSession';
import { gemm } from './gemm';
import { type KernelCall, registerOnnxKernel, required, size } from './kernel';

/** Takes over `tf.matMul`, with its transposed operands and batches. */
export function registerMatMul(): void {
  const inherited = required(
    tf.getKernel(tf.BatchMatMul, onnxBackendName) as tf.KernelConfig | undefined,
    'the inherited matMul',
  );
  registerOnnxKernel(tf.BatchMatMul, (call) => {
    const { backend, input, inputs, attributes } = call;
    const shape = outputShape(call);
    const count = tf.util.sizeFromShape(shape);
    const isEmpty = count === 0 || tf.util.sizeFromShape(input('a').shape) === 0;
    if (isEmpty || input('a').dtype !== 'float32' || input('b').dtype !== 'float32') {
      return inherited.kernelFunc({ inputs, backend, attrs: attributes as tf.NamedAttrMap });
    }
    const out = backend.allocate(count);
    if (shape.length === 2) multiply(call, shape, out);
    else multiplyBatches(call, shape, out);
    return backend.wrap(out, ...shape);
  });
}

function isTransposed({ attributes }: KernelCall): { transposeA: boolean; transposeB: boolean } {
  return { transposeA: attributes['transposeA'] === true, transposeB: attributes['transposeB'] === true };
}

function outputShape(call: KernelCall): number[] {
  const a = call.input('a').shape;
  const b = call.input('b').shape;
  const { transposeA, transposeB } = isTransposed(call);
  const inner = [a.at(transposeA ? -2 : -1), b.at(transposeB ? -1 : -2)];
  if (inner[0] !== inner[1]) {
    throw new Error(`Error in matMul: the inner sizes of shapes ${String(a)} and ${String(b)} do not match.`);
  }
  return [
    ...tf.backend_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2)),
    a.at(transposeA ? -1 : -2) ?? 1,
    b.at(transposeB ? -2 : -1) ?? 1,
  ];
}

function multiply(call: KernelCall, shape: readonly number[], out: Float32Array): void {
  const { backend, input } = call;
  const { transposeA, transposeB } = isTransposed(call);
  gemm(backend, {
    a: backend.floats(input('a')),
    transposeA,
    b: backend.floats(input('b')),
    transposeB,
    rows: shape[0] ?? 1,
    columns: shape[1] ?? 1,
    inner: size(input('a'), transposeA ? 0 : 1),
    out,
  });
}

function multiplyBatches(call: KernelCall, shape: readonly number[], out: Float32Array): void {
  const { backend, input } = call;
  const { transposeA, transposeB } = isTransposed(call);
  const build = (): Graph => {
    const graph = new Graph('matMul');
    graph.input('a');
    graph.input('b');
    graph.op(
      'FusedMatMul',
      ['a', 'b'],
      { transA: int(Number(transposeA)), transB: int(Number(transposeB)) },
      'out',
    );
    graph.output('out');
    return graph;
  };
  backend.sessions.run(
    `MatMul ${transposeA} ${transposeB}`,
    build,
    {
      a: native32(backend.floats(input('a')), ...input('a').shape),
      b: native32(backend.floats(input('b')), ...input('b').shape),
    },
    { out: native32(out, ...shape) },
  );
}
