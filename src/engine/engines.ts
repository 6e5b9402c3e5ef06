import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { UlmfitError } from '../errors';
import { onnxBackendName } from './onnx/backend';
import { registerOnnxBackend } from './onnx/register';

// Else tfjs prints the advice to install another backend.
tf.enableProdMode();

/** The engines by the names of the command line, and the plain references as `reference`. */
export type EngineChoice = 'auto' | 'onnx' | 'tensorflow' | 'webgpu' | 'reference';

/** The engine in use, for people. */
export interface EngineReport {
  engine: 'onnx' | 'reference';
}

/**
 * Takes an engine into use for all tensors from now on. `auto` is `onnx`, which runs everywhere.
 * @param threads one for each physical core if left out
 * @throws {UlmfitError} `engine-unavailable` for an engine that is not here
 */
export async function useEngine(choice: EngineChoice, threads?: number): Promise<EngineReport> {
  switch (choice) {
    case 'auto':
    case 'onnx': {
      registerOnnxBackend(threads === undefined ? {} : { threads });
      await tf.setBackend(onnxBackendName);
      return { engine: 'onnx' };
    }
    case 'reference':
      await tf.setBackend('cpu');
      return { engine: 'reference' };
    case 'tensorflow':
    case 'webgpu':
      throw new UlmfitError(
        'engine-unavailable',
        `The engine "${choice}" is not part of this version.`,
        'Use --engine onnx or leave it out.',
      );
  }
}

/** Takes `auto` into use where no engine was chosen yet: for those who build a model before they think of engines. */
export function ensureEngine(): void {
  const engine = tf.engine();
  if (engine.backendName) return;
  registerOnnxBackend();
  // The backend needs no waiting, so it is set when this returns.
  void tf.setBackend(onnxBackendName);
}
