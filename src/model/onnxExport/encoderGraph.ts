import { elementType, type Graph, int, ints } from '../../engine/onnx/modelWriter';
import type { StoredTensor, TensorMap } from '../../store/safetensors';
import { type AwdLstmConfig, layerWidths } from '../awdLstmConfig';
import { addMatrix, addRows, type OnnxPrecision } from './quantize';

export interface EncoderWeights {
  readonly tensors: TensorMap;
  /** What stands before `encoder.weight` and `rnns.…` in the tensors' names. */
  readonly prefix: string;
  readonly config: AwdLstmConfig;
  readonly precision: OnnxPrecision;
}

/**
 * Adds embedding and LSTM layers, without the dropouts of training.
 *
 * @param ids the name of int64 ids `[time, batch]`; what stands after a text's end is never read
 * @param lengths the name of int64 lengths `[batch]`, at least 1
 * @returns the name of the last layer's output `[time, batch, embedding]`, 0 after a text's end
 */
export function addEncoder(graph: Graph, ids: string, lengths: string, weights: EncoderWeights): string {
  const { tensors, prefix, config, precision } = weights;
  const sequenceLengths = graph.op('Cast', [lengths], { to: int(elementType.int32) });
  let output = addRows(graph, requiredTensor(tensors, `${prefix}encoder.weight`), ids, precision);
  for (let layer = 0; layer < config.nLayers; layer++) {
    const get = (name: string) => requiredTensor(tensors, `${prefix}rnns.${layer}.${name}`);
    const width = layerWidths(config, layer).output;
    const input = gateOrder(get('module.weight_ih_l0'));
    const recurrent = gateOrder(get('weight_hh_l0_raw'));
    const biases = [gateOrder(get('module.bias_ih_l0')), gateOrder(get('module.bias_hh_l0'))];
    const bias = Float32Array.from(biases.flatMap(({ data }) => [...data]));
    const all = graph.op(
      'LSTM',
      [
        output,
        addMatrix(graph, input, precision),
        addMatrix(graph, recurrent, precision),
        graph.tensor('float', [1, 8 * width], bias),
        sequenceLengths,
      ],
      { hidden_size: int(width) },
    );
    // [time, directions, batch, width], and there is one direction.
    output = graph.op('Squeeze', [all, graph.constant(1)]);
  }
  return output;
}

/**
 * PyTorch has the gates' rows in the order input, forget, cell, output; ONNX input, output, forget, cell. The leading
 * dimension of one is ONNX's number of directions.
 */
export function gateOrder({ shape, data }: StoredTensor): StoredTensor {
  const size = data.length / 4;
  const ordered = new Float32Array(data.length);
  [0, 3, 1, 2].forEach((from, to) => {
    ordered.set(data.subarray(from * size, (from + 1) * size), to * size);
  });
  return { shape: [1, ...shape], data: ordered };
}

/** Turns each text around, and what stands after its end stays there. @param values `[time, batch, …]` */
export function addReversal(graph: Graph, values: string, lengths: string): string {
  return graph.op('ReverseSequence', [values, lengths], { time_axis: int(0), batch_axis: int(1) });
}

/** `[batch, time]` → `[time, batch]`. */
export function addTimeFirst(graph: Graph, values: string): string {
  return graph.op('Transpose', [values], { perm: ints(1, 0) });
}

export function requiredTensor(tensors: TensorMap, name: string): StoredTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`There is no tensor ${name}.`);
  return tensor;
}
