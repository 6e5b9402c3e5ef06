import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { BufferPool } from './bufferPool';
import { SessionCache, type SessionOptions } from './nativeSession';

export const onnxBackendName = 'onnx';

/** tfjs' CPU backend, whose tensors are typed arrays, with sessions for the kernels that ONNX Runtime computes. */
export class OnnxBackend extends MathBackendCPU {
  sessions: SessionCache;
  readonly buffers = new BufferPool();

  constructor(options: SessionOptions) {
    super();
    this.sessions = new SessionCache(options);
  }

  /** Changes the options; the sessions are loaded again at their next use. */
  configure(options: SessionOptions): void {
    if (options.threads === this.sessions.options.threads) return;
    this.sessions.dispose();
    this.sessions = new SessionCache(options);
  }

  /** The numbers of a float32 tensor, not a copy. */
  floats(tensor: tf.TensorInfo): Float32Array {
    const { values } = this.data.get(tensor.dataId);
    if (values instanceof Float32Array) return values;
    // Some CPU kernels leave a plain array behind.
    return Float32Array.from(values as ArrayLike<number>);
  }

  /** The numbers of an int32 tensor, not a copy. */
  integers(tensor: tf.TensorInfo): Int32Array {
    const { values } = this.data.get(tensor.dataId);
    return values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>);
  }

  /** A new float32 tensor around `values`. */
  wrap(values: Float32Array, ...shape: number[]): tf.TensorInfo {
    return this.makeTensorInfo(shape, 'float32', values);
  }

  /** Memory for a result, with arbitrary contents. */
  allocate(length: number): Float32Array {
    return this.buffers.take(length);
  }

  /** Memory for a result that is not written as a whole. */
  allocateZeros(length: number): Float32Array {
    return this.buffers.take(length).fill(0);
  }

  /** As inherited, without the advice to install another backend. */
  override write(values: tf.backend_util.BackendValues, _shape: number[], dtype: tf.DataType): object {
    if (values instanceof Float32Array) this.buffers.own(values);
    const dataId = {};
    this.data.set(dataId, { values, dtype, refCount: 1 });
    return dataId;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const values = super.readSync(dataId);
    if (values instanceof Float32Array) this.buffers.release(values);
    return values;
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && values instanceof Float32Array) this.buffers.giveBack(values);
    return gone;
  }

  override dispose(): void {
    this.sessions.dispose();
    this.buffers.clear();
    super.dispose();
  }
}

/** The backend in use, for gradients, which tfjs does not hand it to. */
export function currentBackend(): OnnxBackend {
  const backend = tf.backend();
  if (!(backend instanceof OnnxBackend)) throw new Error('The onnx backend is not in use.');
  return backend;
}
