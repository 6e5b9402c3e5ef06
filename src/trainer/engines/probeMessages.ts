import * as v from 'valibot';
import { engineReport } from '../../protocol/engineReport';
import { count, name, positive } from '../../options/values';
import { message } from '../../protocol/fields';

/** What a probe is asked to do: on its command line, as JSON. */
export const probeOrder = v.object({
  engine: name,
  threads: v.optional(positive),
  /** Sizes of the model whose training step is timed; no timing without. */
  sizes: v.optional(
    v.object({ embSz: positive, nHid: positive, nLayers: positive, vocab: positive, bs: positive }),
  ),
});
export type ProbeOrder = v.InferOutput<typeof probeOrder>;

/** Facts of a device that is yet to be checked. */
const described = v.omit(engineReport, ['passed']);
export type DescribedEngine = v.InferOutput<typeof described>;

/** What a probe tells, in this order: the device, then stages, then how it ended. */
export const probeMessage = v.variant('type', [
  v.object({ type: v.literal('device'), device: described, software: v.boolean() }),
  v.object({ type: v.literal('stage'), stage: message, step: v.optional(count) }),
  v.object({ type: v.literal('report'), report: engineReport }),
  v.object({ type: v.literal('failed'), message, remedy: v.optional(message) }),
]);
export type ProbeMessage = v.InferOutput<typeof probeMessage>;

/** The one thing a probe hears, after it told its device: that nobody has checked that one yet. */
export const goOn = 'check';
