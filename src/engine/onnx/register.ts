import * as tf from '@tensorflow/tfjs-core';
// tfjs' CPU backend registers itself and its kernels when it is loaded.
import '@tensorflow/tfjs-backend-cpu';
import { OnnxBackend, onnxBackendName } from './backend';
import { registerActivationRegularization } from './kernels/activationRegularization';
import { registerAdamW } from './kernels/adamW';
import { registerConcatPool } from './kernels/concatPool';
import { registerDropout } from './kernels/dropout';
import { registerElementwise } from './kernels/elementwise';
import { registerEmbedding } from './kernels/embedding';
import { registerLinearCrossEntropy } from './kernels/linearCrossEntropy';
import { registerLstmLayer } from './kernels/lstmLayer';
import { registerMatMul } from './kernels/matMul';
import { loadNative, type SessionOptions } from './nativeSession';

/**
 * Makes the `onnx` backend known to tfjs; `tf.setBackend('onnx')` then takes it into use. Further calls only change
 * the number of threads.
 * @throws UlmfitError `engine-unavailable` where ONNX Runtime has no build for this platform
 */
export function registerOnnxBackend(options: SessionOptions = {}): void {
  loadNative();
  const known = tf.findBackend(onnxBackendName) as tf.KernelBackend | null;
  if (known instanceof OnnxBackend) {
    known.configure(options);
    return;
  }
  tf.copyRegisteredKernels('cpu', onnxBackendName);
  registerMatMul();
  registerElementwise();
  registerEmbedding();
  registerLstmLayer();
  registerLinearCrossEntropy();
  registerConcatPool();
  registerActivationRegularization();
  registerDropout();
  registerAdamW();
  tf.registerBackend(onnxBackendName, () => new OnnxBackend(options));
}
