import { RandomStream } from '../../src/random';
import { UlmfitError } from '../../src/errors';
import type { Format } from './formats';
import { mutated } from './mutate';

export interface FuzzResult {
  values: number;
  refusals: number;
  /** The longest that one file took, in seconds of the processor's time: other programs share the machine. */
  slowest: number;
  /** What went wrong, with the number of the file, so that it can be made again. */
  failures: string[];
}

const typed = ['corrupt-file', 'unsupported-format'];

/**
 * Reads `count` damaged files of one format: each gives a value or a typed error (P3). Every other one has its checksums
 * put right. The same seed and count give the same files.
 */
export async function fuzz(format: Format, count: number, seed: number): Promise<FuzzResult> {
  const result: FuzzResult = { values: 0, refusals: 0, slowest: 0, failures: [] };
  for (let index = 0; index < count; index++) {
    const bytes = damagedFile(format, index, seed);
    const before = process.cpuUsage();
    try {
      const numbers = await format.read(bytes);
      result.values++;
      if (numbers > format.expansion * bytes.length + 2 ** 20) {
        result.failures.push(`${format.name} ${index}: ${numbers} bytes out of ${bytes.length}`);
      }
    } catch (error) {
      result.refusals++;
      if (!(error instanceof UlmfitError && typed.includes(error.code))) {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        result.failures.push(`${format.name} ${index}: ${what}`);
      }
    }
    const { user, system } = process.cpuUsage(before);
    result.slowest = Math.max(result.slowest, (user + system) / 1e6);
  }
  return result;
}

function damagedFile(format: Format, index: number, seed: number): Buffer {
  const random = RandomStream.named(seed, `${format.name} ${index}`);
  const sample = format.samples[index % format.samples.length];
  if (!sample) throw new Error(`There is no sample of ${format.name}.`);
  return index % 2 === 0 ? mutated(sample, random) : format.deeper(index >> 1, random);
}
