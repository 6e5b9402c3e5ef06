import { elementType, type Graph, int } from '../../engine/onnx/modelWriter';
import type { StoredTensor } from '../../store/safetensors';

/** float32 gives the same answers; int8 keeps the large matrices in a quarter of the size. */
export type OnnxPrecision = 'float32' | 'int8';

export interface QuantizedRows {
  /** As many as the tensor has numbers. */
  readonly values: Int8Array;
  /** One for each row: a number is `value · scale`. */
  readonly scales: Float32Array;
}

/** Each row, along the last dimension, on a scale of its own whose ends are ±127. */
export function quantizeRows({ shape, data }: StoredTensor): QuantizedRows {
  const width = shape.at(-1) ?? 1;
  const rows = data.length / width;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const numbers = data.subarray(row * width, (row + 1) * width);
    const largest = numbers.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const scale = Math.fround(largest / 127) || 1;
    scales[row] = scale;
    numbers.forEach((value, i) => (values[row * width + i] = Math.round(value / scale)));
  }
  return { values, scales };
}

/**
 * Adds a matrix. With int8 the file holds bytes and a scale for each row, and the graph makes floats of them: the answers
 * stay independent of the other texts of a batch, which they are not where activations are quantised too.
 */
export function addMatrix(graph: Graph, tensor: StoredTensor, precision: OnnxPrecision): string {
  if (precision === 'float32') return graph.tensor('float', tensor.shape, tensor.data);
  const { values, scales } = quantizeRows(tensor);
  // Not DequantizeLinear: ONNX Runtime computes this once, when it loads the file, but that one at every call.
  const floats = graph.op('Cast', [graph.tensor('int8', tensor.shape, values)], {
    to: int(elementType.float),
  });
  return graph.op('Mul', [floats, graph.tensor('float', [...tensor.shape.slice(0, -1), 1], scales)]);
}

/** Adds a table and looks up its rows. @param ids the name of int64 ids of any shape */
export function addRows(graph: Graph, table: StoredTensor, ids: string, precision: OnnxPrecision): string {
  if (precision === 'float32')
    return graph.op('Gather', [graph.tensor('float', table.shape, table.data), ids]);
  const { values, scales } = quantizeRows(table);
  const rows = graph.op('Gather', [graph.tensor('int8', table.shape, values), ids]);
  const scale = graph.op('Gather', [graph.tensor('float', [scales.length, 1], scales), ids]);
  return graph.op('Mul', [graph.op('Cast', [rows], { to: int(elementType.float) }), scale]);
}
