import * as tf from '@tensorflow/tfjs-core';

const gradients = new Map<string, Map<string, tf.GradConfig>>();

/**
 * Registers the gradient of a kernel for one backend. tfjs knows gradients by the kernel's name alone, but two
 * backends in one process save different things for the same operation; so the one that tfjs knows looks up the
 * gradient of the backend in use.
 */
export function registerBackendGradient(backendName: string, config: tf.GradConfig): void {
  const { kernelName } = config;
  const known = gradients.get(kernelName);
  if (known) {
    known.set(backendName, config);
    return;
  }
  const byBackend = new Map([[backendName, config]]);
  gradients.set(kernelName, byBackend);
  const current = (): tf.GradConfig => {
    const found = byBackend.get(tf.getBackend());
    if (!found) throw new Error(`${kernelName} has no gradient for the backend '${tf.getBackend()}'.`);
    return found;
  };
  tf.registerGradient({
    kernelName,
    get inputsToSave() {
      return current().inputsToSave ?? [];
    },
    get outputsToSave() {
      return current().outputsToSave ?? [];
    },
    gradFunc: (dy, saved, attributes) => current().gradFunc(dy, saved, attributes),
  });
}
