import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

/** The engines every golden test runs on: the references on tfjs' plain CPU backend, and those with kernels of their own. */
export const engines = ['cpu'] as const;

export async function useEngine(name: (typeof engines)[number]): Promise<void> {
  await tf.setBackend(name);
}
