import { keptBits } from './keptBits';
import { isRecordingGradient } from './ops/kernel';
import type { StreamKey } from '../random';

/** Masks whose gradient is still to come; at one bit for each element they are small. */
const recent = new Map<string, Int32Array>();
const mostRecent = 64;

/** The bits of a dropout mask; those drawn while a gradient is recorded are kept until the gradient has used them. */
export function recentBits(period: number, rate: number, key: StreamKey): Int32Array {
  const name = `${period} ${rate} ${String(key)}`;
  const known = recent.get(name);
  if (known) {
    if (!isRecordingGradient()) recent.delete(name);
    return known;
  }
  const bits = keptBits(period, rate, key);
  if (isRecordingGradient()) {
    if (recent.size >= mostRecent) recent.delete(String(recent.keys().next().value));
    recent.set(name, bits);
  }
  return bits;
}
