/** The runtime that users run an exported file with, without its telemetry. */
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';
import { switchOffTelemetry } from '../../src/engine/onnx/telemetry';

switchOffTelemetry();
// Not an import, which would come before.
const runtime = createRequire(__filename)('onnxruntime-node') as typeof OnnxRuntime;

export const { InferenceSession, Tensor } = runtime;
export type InferenceSession = OnnxRuntime.InferenceSession;
export type Tensor = OnnxRuntime.Tensor;
