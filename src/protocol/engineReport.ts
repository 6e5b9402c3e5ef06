import * as v from 'valibot';
import { amount, count, name } from '../options/values';
import { measured, message } from './fields';

/** What the check of an engine found; part of the run's `started` event and of the doctor's answer. */
export const engineReport = v.object({
  /** `onnx`, `tensorflow` or `webgpu`. */
  engine: name,
  /** The processor or the graphics card that computes. */
  device: name,
  device_kind: v.picklist(['cpu', 'gpu']),
  driver: v.optional(name),
  /** Library → version. */
  versions: v.record(name, name),
  /** Memory that a training can fill: the card's own, or the machine's. */
  memory_bytes: v.optional(count),
  /** Whether a training step on it agreed with the reference. */
  passed: v.boolean(),
  /** Relative differences to the reference after one training step; absent where none was finished. */
  loss_difference: v.optional(measured),
  gradient_difference: v.optional(measured),
  /** Of a training step at the sizes of `model`, such as "400/1152/3". */
  tokens_per_second: v.optional(amount),
  model: v.optional(name),
  /** When it was checked, ISO 8601 in UTC. */
  checked_at: v.optional(name),
  /** Sentences on how it computes there. */
  notes: v.optional(v.array(message)),
  /** Why it did not pass, and what to do. */
  cause: v.optional(message),
  remedy: v.optional(message),
});
export type EngineReport = v.InferOutput<typeof engineReport>;
