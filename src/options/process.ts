import * as v from 'valibot';
import { amount, path, positive } from './values';

export const engineNames = ['auto', 'onnx', 'tensorflow', 'webgpu'] as const;
export type EngineName = (typeof engineNames)[number];

export const engineFallbacks = ['none', 'onnx'] as const;
export type EngineFallback = (typeof engineFallbacks)[number];

/** What holds for a trainer process as long as it lives. */
export const processOptions = {
  /** The store's folder. */
  store: path,
  engine: v.optional(v.picklist(engineNames), 'auto'),
  /** What a run does where the engine that was asked for fails its check: compute on `onnx`, or not start. */
  engineFallback: v.optional(v.picklist(engineFallbacks), 'none'),
  /** Threads for computing; as many as the engine likes if absent. */
  threads: v.optional(v.pipe(positive, v.maxValue(1024))),
  /** Seconds between checkpoints within an epoch; 0 saves one after every step. */
  checkpointSeconds: v.optional(amount, 60),
};
