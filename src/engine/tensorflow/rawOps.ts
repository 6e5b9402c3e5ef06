import type * as tf from '@tensorflow/tfjs-core';
import type { BindingAttribute, Handle, TensorFlowBackend } from './binding';

/** A number is an integer to TensorFlow, a text the name of a type; what is neither says so. */
export type Attribute =
  | boolean
  | number
  | DataType
  | { readonly float: number }
  | { readonly shape: readonly number[] }
  | { readonly text: string };

type DataType = 'float32' | 'int32' | 'bool';

/**
 * TensorFlow's own operations (tensorflow.org/api_docs/python/tf/raw_ops), called by name on bare handles: a training
 * step makes thousands of small results that tfjs need not know. What was made and not kept is deleted with `dispose`,
 * or earlier with `release`.
 */
export class RawOps {
  readonly #made = new Set<Handle>();

  constructor(readonly backend: TensorFlowBackend) {}

  /** The handle of a tensor of tfjs, which stays its owner. */
  of(tensor: tf.TensorInfo): Handle {
    const [handle] = this.backend.getInputTensorIds([tensor]);
    if (handle === undefined) throw new Error('TensorFlow has no handle of a tensor.');
    return handle;
  }

  /** Runs an operation with one output. Types are found from the inputs, except those of a list of inputs. */
  run(name: string, inputs: readonly Handle[], attributes: Readonly<Record<string, Attribute>> = {}): Handle {
    const [output] = this.runAll(name, inputs, attributes, 1);
    if (output === undefined) throw new Error(`${name} has no output.`);
    return output;
  }

  runAll(
    name: string,
    inputs: readonly Handle[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: number,
  ): Handle[] {
    const given = Object.entries(attributes).map(([key, value]) => this.#attribute(key, value));
    const made = this.backend.binding.executeOp(name, given, inputs, outputs).map(({ id }) => id);
    for (const handle of made) this.#made.add(handle);
    return made;
  }

  floats(values: Float32Array, ...shape: number[]): Handle {
    return this.#create(shape, this.backend.binding.TF_FLOAT, values);
  }

  float(value: number): Handle {
    return this.floats(Float32Array.of(value));
  }

  integers(values: readonly number[] | Int32Array, ...shape: number[]): Handle {
    return this.#create(shape, this.backend.binding.TF_INT32, Int32Array.from(values));
  }

  integer(value: number): Handle {
    return this.integers([value]);
  }

  /** Truth values from bytes of 0 and 1. */
  booleans(values: Uint8Array, ...shape: number[]): Handle {
    return this.#create(shape, this.backend.binding.TF_BOOL, values);
  }

  matMul(a: Handle, b: Handle, transpose: { a?: boolean; b?: boolean } = {}): Handle {
    return this.run('MatMul', [a, b], {
      transpose_a: transpose.a ?? false,
      transpose_b: transpose.b ?? false,
    });
  }

  transpose(x: Handle): Handle {
    return this.run('Transpose', [x, this.integers([1, 0], 2)]);
  }

  add(a: Handle, b: Handle): Handle {
    return this.run('AddV2', [a, b]);
  }

  subtract(a: Handle, b: Handle): Handle {
    return this.run('Sub', [a, b]);
  }

  multiply(a: Handle, b: Handle): Handle {
    return this.run('Mul', [a, b]);
  }

  /** Shares the memory of `x`. */
  reshape(x: Handle, ...shape: number[]): Handle {
    return this.run('Reshape', [x, this.integers(shape, shape.length)]);
  }

  concat(parts: readonly Handle[], axis: number): Handle {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return this.run('Identity', [only]);
    const attributes = { N: parts.length, T: 'float32', Tidx: 'int32' } as const;
    return this.run('ConcatV2', [...parts, this.integer(axis)], attributes);
  }

  split(x: Handle, parts: number, axis: number): Handle[] {
    return this.runAll('Split', [this.integer(axis), x], { num_split: parts }, parts);
  }

  /** The slices along the first axis, which share the memory of `x`. */
  unpack(x: Handle, length: number): Handle[] {
    return this.runAll('Unpack', [x], { num: length, axis: 0 }, length);
  }

  /** Rows `from` … `from + count − 1` of the first axis, which share the memory of `x`. */
  rows(x: Handle, from: number, count: number, rank: number): Handle {
    const begin = Array.from({ length: rank }, (_, axis) => (axis === 0 ? from : 0));
    const size = begin.map((_, axis) => (axis === 0 ? count : -1));
    return this.run('Slice', [x, this.integers(begin, rank), this.integers(size, rank)], { Index: 'int32' });
  }

  sum(x: Handle, axis: number): Handle {
    return this.run('Sum', [x, this.integer(axis)], { keep_dims: false });
  }

  /** The numbers; waits for a graphics card to have them. */
  read(x: Handle): ArrayLike<number> {
    return this.backend.binding.tensorDataSync(x);
  }

  /** Makes a handle a tensor of tfjs, which owns it from now on. TensorFlow must have it in this very shape. */
  tensor(handle: Handle, shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): tf.TensorInfo {
    const { binding, tensorMap } = this.backend;
    const dataId = {};
    tensorMap.set(dataId, {
      shape: [...shape],
      dtype: dtype === 'float32' ? binding.TF_FLOAT : binding.TF_INT32,
      values: null,
      id: this.keep(handle),
      refCount: 1,
    });
    return { dataId, shape: [...shape], dtype };
  }

  /** Leaves a handle to the caller, who must delete it. */
  keep(handle: Handle): Handle {
    if (!this.#made.delete(handle)) throw new Error('A handle is kept that was not made here.');
    return handle;
  }

  /** Deletes handles before the end; those that were not made here stay. */
  release(...handles: readonly Handle[]): void {
    for (const handle of handles) {
      if (this.#made.delete(handle)) this.backend.binding.deleteTensor(handle);
    }
  }

  dispose(): void {
    this.release(...this.#made);
  }

  #create(shape: readonly number[], dtype: number, values: ArrayBufferView): Handle {
    const handle = this.backend.binding.createTensor(shape, dtype, values);
    this.#made.add(handle);
    return handle;
  }

  #attribute(name: string, value: Attribute): BindingAttribute {
    const { binding } = this.backend;
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    if (typeof value === 'number') return { name, type: binding.TF_ATTR_INT, value };
    if (typeof value === 'string')
      return { name, type: binding.TF_ATTR_TYPE, value: this.#typeNumber(value) };
    if ('float' in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
    if ('shape' in value) return { name, type: binding.TF_ATTR_SHAPE, value: value.shape };
    return { name, type: binding.TF_ATTR_STRING, value: value.text };
  }

  #typeNumber(type: DataType): number {
    const { TF_FLOAT, TF_INT32, TF_BOOL } = this.backend.binding;
    return { float32: TF_FLOAT, int32: TF_INT32, bool: TF_BOOL }[type];
  }
}

/** Computes with raw operations and deletes everything that was not kept. */
export function withRawOps<T>(backend: TensorFlowBackend, compute: (ops: RawOps) => T): T {
  const ops = new RawOps(backend);
  try {
    return compute(ops);
  } finally {
    ops.dispose();
  }
}
