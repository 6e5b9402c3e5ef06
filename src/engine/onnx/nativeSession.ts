/**
 * ONNX Runtime's native binding, without the promises that onnxruntime-node puts around it: tfjs kernels are
 * synchronous, and so is the binding itself.
 */
import { createRequire } from 'node:module';
import { UlmfitError } from '../../errors';
import { type Graph, modelBytes } from './modelWriter';
import { switchOffTelemetry } from './telemetry';

/** What the binding takes for a tensor: it reads inputs and writes preallocated outputs in place. */
export interface NativeTensor {
  readonly type: 'float32' | 'int32';
  readonly location: 'cpu';
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array;
}

type NamedTensors = Readonly<Record<string, NativeTensor>>;

interface NativeSession {
  loadModel(model: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  run(feeds: NamedTensors, fetches: NamedTensors, options: object): unknown;
  dispose(): void;
}

interface NativeModule {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt(): void;
}

let native: NativeModule | undefined;

/**
 * Loads the native library, once, without its telemetry.
 * @throws UlmfitError `engine-unavailable` where ONNX Runtime has no build for this platform, or its telemetry is on
 */
export function loadNative(): NativeModule {
  if (native) return native;
  switchOffTelemetry();
  try {
    // Not an import: a platform without the library must still be able to load this file and choose another engine.
    const loaded = createRequire(__filename)('onnxruntime-node/dist/binding.js') as NativeModule;
    loaded.initOrt();
    native = loaded;
    return loaded;
  } catch (error) {
    throw new UlmfitError(
      'engine-unavailable',
      `ONNX Runtime could not be loaded on ${process.platform}-${process.arch}: ${error instanceof Error ? error.message : String(error)}`,
      'Choose another engine, or use one of the platforms that ONNX Runtime supports: Linux (glibc) and Windows on x64 and arm64, macOS on arm64.',
      { cause: error },
    );
  }
}

/** Wraps numbers as a tensor for a session; copies nothing. */
export function native32(data: Float32Array, ...dims: number[]): NativeTensor {
  return { type: 'float32', location: 'cpu', dims, data };
}

export interface SessionOptions {
  /** Threads for one kernel; ONNX Runtime takes one for each physical core where this is left out. */
  readonly threads?: number | undefined;
}

/** Sessions by key: a graph is built and loaded once, and then run with any sizes it leaves open. */
export class SessionCache {
  readonly #sessions = new Map<string, NativeSession>();

  constructor(readonly options: SessionOptions) {}

  /**
   * Runs the graph `key`, building it at the first use. The results are written into `fetches`, which must have the
   * right sizes. A fetch may share memory with a feed where the graph has read the feed before it writes the fetch.
   */
  run(key: string, build: () => Graph, feeds: NamedTensors, fetches: NamedTensors): void {
    let session = this.#sessions.get(key);
    if (!session) {
      session = this.#load(build());
      this.#sessions.set(key, session);
    }
    session.run(feeds, fetches, {});
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  #load(graph: Graph): NativeSession {
    const model = modelBytes(graph);
    const session = new (loadNative().binding.InferenceSession)();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
      intraOpNumThreads: this.options.threads ?? 0,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      // Error: a warning about an unused initializer is nothing a user can act on.
      logSeverityLevel: 3,
      // Every session has threads of its own. Those of the last one must not spin while the next one computes.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    return session;
  }
}
