/** Models and texts small enough for tests. */
import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../random';
import { classifierConfig, languageModelConfig } from './awdLstmConfig';
import { LanguageModel } from './languageModel';
import type { NamedVariables } from './namedTensors';
import { classifierHeadDefaults, TextClassifier, type TextClassifierConfig } from './textClassifier';

export const tinySizes = { embSz: 6, nHid: 8, nLayers: 2 } as const;
export const tinyVocab = 20;

/** With fastai's dropout rates. */
export function tinyLanguageModel(seed = 1): LanguageModel {
  return new LanguageModel({ ...languageModelConfig, ...tinySizes }, tinyVocab, seed);
}

/** With fastai's dropout rates; three classes. */
export function tinyClassifier(settings: Partial<TextClassifierConfig> = {}, seed = 1): TextClassifier {
  const config = { ...classifierConfig, ...classifierHeadDefaults, ...tinySizes, bptt: 5, ...settings };
  return new TextClassifier(config, tinyVocab, 3, seed);
}

/** Ids of ordinary words. */
export function tinyText(length: number, seed = 1): Int32Array {
  const random = RandomStream.named(seed, `text of ${length}`);
  return Int32Array.from({ length }, () => 9 + random.integer(tinyVocab - 9));
}

/** Ids `[time, batch]`, of which row b is `rows[b]` with padding after its end. */
export function timeMajorIds(rows: readonly Int32Array[], padId = 1): tf.Tensor2D {
  const time = Math.max(...rows.map(({ length }) => length));
  const ids = new Int32Array(time * rows.length).fill(padId);
  rows.forEach((row, b) => {
    row.forEach((id, t) => (ids[t * rows.length + b] = id));
  });
  return tf.tensor2d(ids, [time, rows.length], 'int32');
}

/** A copy of all numbers, to compare later. */
export function snapshot(variables: NamedVariables): Map<string, Float32Array> {
  return new Map([...variables].map(([name, variable]) => [name, variable.dataSync<'float32'>().slice()]));
}

/** The names of the variables that are not, byte for byte, what they were. */
export function changedNames(before: ReadonlyMap<string, Float32Array>, now: NamedVariables): string[] {
  const bytes = (values: Float32Array) => Buffer.from(values.slice().buffer);
  return [...now]
    .filter(([name, variable]) => {
      const old = before.get(name);
      return !old || !bytes(old).equals(bytes(variable.dataSync<'float32'>()));
    })
    .map(([name]) => name);
}
